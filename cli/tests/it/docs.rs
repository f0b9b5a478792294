//! The documentation says what the code says.

use std::collections::BTreeSet;

use camino::Utf8Path;

use crate::fixture::repository;

fn codes(text: &str) -> BTreeSet<&str> {
    let is_code = |word: &&str| {
        word.len() == 6 && word.starts_with("RG") && word[2..].bytes().all(|b| b.is_ascii_digit())
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(is_code).collect()
}

#[test]
fn every_diagnostic_is_documented_and_every_documented_one_exists() {
    let read = |path: &str| std::fs::read_to_string(repository().join(path)).unwrap();
    let sources: String = rust_files(&repository().join("cli/src"));
    let page = read("docs/diagnostics.md");
    assert!(codes(&sources).len() > 20);
    assert_eq!(codes(&sources), codes(&page));
}

/// All source files, without their unit tests, which make codes of their own.
fn rust_files(folder: &Utf8Path) -> String {
    let text = |path: &Utf8Path| match path {
        folder if folder.is_dir() => rust_files(folder),
        file if file.extension() == Some("rs") => {
            let text = std::fs::read_to_string(file).unwrap();
            text.split_once("#[cfg(test)]\nmod tests").map_or(text.clone(), |(code, _)| code.to_owned())
        }
        _ => String::new(),
    };
    folder.read_dir_utf8().unwrap().map(|entry| text(entry.unwrap().path())).collect()
}
