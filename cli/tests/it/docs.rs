//! The documentation says what the code says.

use std::collections::BTreeSet;

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
    let rules = repository().join("cli/src/check/rules").read_dir_utf8().unwrap();
    let rules = rules.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let sources = read("cli/src/error.rs") + &rules.collect::<String>();
    let page = read("docs/diagnostics.md");
    assert!(codes(&sources).len() > 20);
    assert_eq!(codes(&sources), codes(&page));
}
