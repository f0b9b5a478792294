//! Checks that the documentation of the macros and the pages in `docs/` match these types.
//!
//! Those files are outside the package, and so are these tests.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::{env, fmt::Write as _, fs, path::Path};

use routegen_spec::{FORMAT_VERSION, Manifest, attributes::*};
use serde_json::Value;

/// The table as the attribute's documentation has it.
fn markdown(arguments: &[Argument]) -> String {
    let head = "| key | value | default |\n|---|---|---|\n".to_owned();
    arguments.iter().fold(head, |mut table, Argument { key, value, default, .. }| {
        let _ = writeln!(table, "| `{}` | {value} | {default} |", key.name);
        table
    })
}

/// `just bless` writes the tables.
#[test]
fn the_documentation_of_the_macros_is_this_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/keys");
    for (file, arguments) in [
        ("route.md", &ROUTE[..]),
        ("authorizer.md", &AUTHORIZER),
        ("schedule.md", &SCHEDULE),
        ("queue.md", &QUEUE),
        ("event.md", &EVENT),
        ("stream.md", &STREAM),
        ("middleware.md", &MIDDLEWARE),
        ("package.md", &PACKAGE),
        ("problem.md", &PROBLEM),
        ("grant.md", &GRANT),
        ("resource.md", &RESOURCE),
    ] {
        let (path, table) = (folder.join(file), markdown(arguments));
        if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
            fs::write(&path, &table).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap_or_default(), table, "{file}: run `just bless`");
    }
}

/// `just bless` writes the tables, without rustdoc's links.
#[test]
fn the_page_of_the_attributes_has_these_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/attributes.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut expected = page.clone();
    for (name, arguments) in [
        ("route", &ROUTE[..]),
        ("package", &PACKAGE),
        ("authorizer", &AUTHORIZER),
        ("schedule", &SCHEDULE),
        ("queue", &QUEUE),
        ("event", &EVENT),
        ("stream", &STREAM),
        ("middleware", &MIDDLEWARE),
        ("grant", &GRANT),
        ("resource", &RESOURCE),
        ("problem", &PROBLEM),
    ] {
        let (before, rest) = expected.split_once(&format!("<!-- keys: {name} -->\n")).unwrap();
        let (_, after) = rest.split_once("<!-- end of the keys -->").unwrap();
        let table = without_links(&markdown(arguments));
        expected = format!("{before}<!-- keys: {name} -->\n{table}<!-- end of the keys -->{after}");
    }
    if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(&path, &expected).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), expected, "run `just bless`");
}

/// Turns ``[`middleware`](macro@middleware)`` into `` `middleware` ``.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](macro@") {
        let (before, name) = before.rsplit_once('[').unwrap();
        plain += before;
        plain += name;
        rest = after.split_once(')').unwrap().1;
    }
    plain + rest
}

#[test]
fn the_manifest_in_the_documentation_is_one() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/manifest-json.md");
    let page = fs::read_to_string(page).unwrap();
    let (example, _) = page.split_once("```json").unwrap().1.split_once("```").unwrap();
    let manifest: Manifest = serde_json::from_str(example).unwrap();
    assert_eq!(manifest.format_version, FORMAT_VERSION);
    assert_eq!(serde_json::to_value(&manifest).unwrap(), serde_json::from_str::<Value>(example).unwrap());
}
