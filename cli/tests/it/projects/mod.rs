//! Whatever a user's project makes of cargo: it is built as cargo would build it, and left as it was.

mod by_cargo;
mod everything;
mod lock;
mod nightly;
mod outside;
mod profiles;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

/// The files below a folder, with what is in them.
fn tree(folder: &Utf8Path) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir_utf8().unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path().to_owned());
            } else {
                files.insert(entry.path().to_owned(), std::fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

/// Fails where a file is another than before, or is new or gone, and names it.
#[track_caller]
fn assert_untouched(before: &BTreeMap<Utf8PathBuf, Vec<u8>>, folder: &Utf8Path) {
    let after = tree(folder);
    let paths = before.keys().chain(after.keys());
    let touched: Vec<_> = paths.filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(touched.is_empty(), "{touched:?}");
}

/// The names of the functions in what a command printed as JSON.
fn functions(json: &str) -> Vec<String> {
    let json: Value = serde_json::from_str(json).unwrap();
    let name = |function: &Value| function.as_str().unwrap().to_owned();
    match &json["routes"] {
        Value::Array(routes) => routes.iter().map(|route| name(&route["name"])).collect(),
        _ => {
            json["artifacts"].as_array().unwrap().iter().map(|artifact| name(&artifact["function"])).collect()
        }
    }
}
