//! Projects that use cargo in unusual ways are built as cargo would build them, and left unchanged.

mod by_cargo;
mod everything;
mod lock;
mod nightly;
mod outside;
mod profiles;
mod sccache;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::fixture::executable;

/// The files below a folder, with their contents.
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

/// Fails if a file has changed, or is new or missing, and names it.
#[track_caller]
fn assert_untouched(before: &BTreeMap<Utf8PathBuf, Vec<u8>>, folder: &Utf8Path) {
    let after = tree(folder);
    let paths = before.keys().chain(after.keys());
    let touched: Vec<_> = paths.filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(touched.is_empty(), "{touched:?}");
}

/// Writes a program that is called in place of rustc. It records its own name in `calls` when it is called
/// for this crate, and calls rustc.
fn wrapper(path: &Utf8Path, krate: &str, calls: &Utf8Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let note = format!("*\"--crate-name {krate} \"*) echo \"${{0##*/}}\" >>'{calls}'");
    executable(path, format!("#!/bin/sh\ncase \"$*\" in {note};; esac\nexec \"$@\"\n").as_bytes());
}

/// How often each wrapper was called.
fn calls(calls: &Utf8Path) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in std::fs::read_to_string(calls).unwrap().lines() {
        *counts.entry(name.to_owned()).or_insert(0) += 1;
    }
    counts
}

/// The names of the functions in a command's JSON output.
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
