//! The invariants of ARCHITECTURE.md that the compiler does not hold.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8DirEntry, Utf8Path};
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::fixture::repository;

#[test]
fn dependencies_point_one_way() {
    let metadata = MetadataCommand::new().current_dir(repository()).no_deps().exec().unwrap();
    let found: BTreeMap<&str, Vec<&str>> = metadata
        .packages
        .iter()
        .map(|package| {
            let normal =
                package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
            let mut local: Vec<_> = normal
                .filter(|dependency| dependency.path.is_some())
                .map(|dependency| dependency.name.as_str())
                .collect();
            local.sort_unstable();
            (package.name.as_str(), local)
        })
        .collect();
    let expected = BTreeMap::from([
        ("items", vec!["routegen"]),
        ("pets", vec!["routegen"]),
        ("routegen", vec!["routegen-apigw", "routegen-macros", "routegen-spec"]),
        ("routegen-apigw", vec!["routegen-spec"]),
        ("routegen-cli", vec!["routegen-gateway", "routegen-spec"]),
        ("routegen-gateway", vec!["routegen-apigw", "routegen-spec"]),
        ("routegen-macros", vec!["routegen-spec"]),
        ("routegen-spec", vec![]),
        ("xtask", vec![]),
    ]);
    assert_eq!(found, expected);
}

#[test]
fn each_stage_knows_only_what_it_is_made_from() {
    let allowed = [
        ("workspace", "cargo_options error"),
        ("registry", "cargo entries error files printer timings workspace"),
        ("entries", "cargo error files workspace"),
        ("sources", "error files workspace"),
        ("config", "error files report target"),
        ("check", "config error hash json target"),
        (
            "build",
            "cargo check entries error files hash interrupt json note printer target timings workspace",
        ),
        ("inspect", "build error note"),
        ("terraform", "check files"),
        ("local", "build cargo check error files json printer workspace"),
        ("watch", "error workspace"),
        ("verify", "build cargo check error files printer workspace"),
        ("cargo", "error files interrupt printer target workspace"),
        ("files", "error interrupt"),
        ("printer", "args error json report timings"),
    ];
    let source = repository().join("cli/src");
    for (stage, allowed) in allowed {
        let allowed: BTreeSet<&str> = allowed.split(' ').collect();
        let (file, folder) = (source.join(format!("{stage}.rs")), source.join(stage));
        let mut text = if file.exists() { without_tests(&file) } else { String::new() };
        if folder.exists() {
            text += &all_text(&folder);
        }
        let known = modules_named(&text);
        let surplus: Vec<_> =
            known.iter().filter(|module| **module != stage && !allowed.contains(**module)).collect();
        assert!(surplus.is_empty(), "{stage} knows {surplus:?}");
        assert!(!known.is_empty(), "{stage} was not read");
    }
}

/// Tests run beside each other, and each empties its folder when it begins.
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
        file if file.extension() == Some("rs") => without_tests(file),
        _ => String::new(),
    };
    folder.read_dir_utf8().unwrap().map(|entry| text(entry.unwrap())).collect()
}

/// Unit tests, which come last in a file, may make what their stage is given.
fn without_tests(file: &Utf8Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    text.split_once("#[cfg(test)]\nmod tests").map_or(text.clone(), |(code, _)| code.to_owned())
}

/// What follows `crate::`, alone or in braces.
fn modules_named(text: &str) -> BTreeSet<&str> {
    let mut modules = BTreeSet::new();
    for after in text.split("crate::").skip(1) {
        let Some(group) = after.strip_prefix('{') else {
            modules.extend(word(after));
            continue;
        };
        let mut depth = 0;
        let mut begin = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begin = true,
                c if begin && c.is_alphabetic() => {
                    modules.extend(word(&group[at..]));
                    begin = false;
                }
                _ => {}
            }
        }
    }
    modules
}

fn word(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}
