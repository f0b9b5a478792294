//! Tests that run in parallel use separate folders.

use std::collections::BTreeSet;

use camino::{Utf8DirEntry, Utf8Path};

use crate::fixture::repository;

/// Tests run in parallel, and each empties its folder at the start.
#[test]
fn no_two_tests_have_one_folder() {
    let tests = all_text(&repository().join("cli/tests/it"));
    let mut names = BTreeSet::new();
    for call in ["scratch(", "Project::new("] {
        let arguments = tests.split(call).skip(1);
        for name in arguments.filter_map(|text| text.trim_start().strip_prefix('"')?.split('"').next()) {
            assert!(names.insert(name), "two tests have the folder `{name}`");
        }
    }
    assert!(names.len() > 50, "{names:?}");
}

fn all_text(folder: &Utf8Path) -> String {
    let text = |entry: Utf8DirEntry| match entry.path() {
        folder if folder.is_dir() => all_text(folder),
        file if file.extension() == Some("rs") => std::fs::read_to_string(file).unwrap(),
        _ => String::new(),
    };
    folder.read_dir_utf8().unwrap().map(|entry| text(entry.unwrap())).collect()
}
