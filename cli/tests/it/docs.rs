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

/// The pages that a reader begins with, and all that they lead to in this repository.
#[test]
fn no_link_between_pages_is_dead() {
    let mut links = 0;
    let mut pages = vec!["README.md".into(), "ARCHITECTURE.md".into(), "CONTRIBUTING.md".into()];
    pages.extend(["docs", "examples/items", "examples/shop"].iter().flat_map(|folder| {
        let entries = repository().join(folder).read_dir_utf8().unwrap().map(|entry| entry.unwrap());
        let pages = entries.filter(|entry| entry.path().extension() == Some("md"));
        pages.map(|entry| Utf8Path::new(folder).join(entry.file_name())).collect::<Vec<_>>()
    }));
    for page in &pages {
        let text = std::fs::read_to_string(repository().join(page)).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            if link.contains("://") || link.starts_with("macro@") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => repository().join(page),
                file => repository().join(page).parent().unwrap().join(file),
            };
            assert!(target.exists(), "{page}: {link}");
            if !heading.is_empty() {
                let text = std::fs::read_to_string(&target).unwrap();
                assert!(headings(&text).contains(heading), "{page}: {link}: {:?}", headings(&text));
            }
            links += 1;
        }
    }
    assert!(links > 60, "{links}");
}

/// The headings of a page, as GitHub's links name them.
fn headings(page: &str) -> BTreeSet<String> {
    let lines = page.lines().filter(|line| line.starts_with('#'));
    lines
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            text.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
        })
        .collect()
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
