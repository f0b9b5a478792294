//! The book and the pages beside it: every link resolves, and every page is in the book.
//!
//! In: the repository's Markdown. Out: nothing, if each link to a page, a heading or a file of the repository
//! resolves. It refuses a page that the summary does not list, and a link from the book to a repository file
//! outside of the book: such a link must be written with the repository's URL.

#![allow(clippy::unwrap_used, reason = "a test that fails should stop and say why")]

mod configuration;
mod module;
mod page;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use page::Page;

/// The prefix of links to files in the repository that a relative link could not reach from the book.
const REPOSITORY: &str = "https://github.com/routegen/routegen/blob/main/";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The Markdown files in a folder, relative to the repository.
fn pages_in(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let pages = entries.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut pages: Vec<_> = pages.map(|path| path.strip_prefix(repository()).unwrap().to_owned()).collect();
    pages.sort();
    pages
}

/// What is wrong with a link on a page, if anything.
fn fault(page: &Path, link: &str) -> Option<String> {
    let (target, heading) = link.split_once('#').unwrap_or((link, ""));
    let file = match target.strip_prefix(REPOSITORY) {
        Some(path) => PathBuf::from(path),
        None if target.contains("://") || target.starts_with("mailto:") => return None,
        None if target.is_empty() => page.to_owned(),
        None => page::normal(&page.parent().unwrap().join(target)),
    };
    let in_book = |path: &Path| path.starts_with("docs");
    if in_book(page) && !in_book(&file) && !target.starts_with(REPOSITORY) {
        return Some(format!("it leaves the book: write {REPOSITORY}{}", file.display()));
    }
    if !repository().join(&file).exists() {
        return Some(format!("there is no {}", file.display()));
    }
    if heading.is_empty() {
        return None;
    }
    if file.extension().is_none_or(|extension| extension != "md") {
        return Some(format!("{} has no headings", file.display()));
    }
    let headings = Page::read(repository(), &file).headings;
    let dead = !headings.contains(heading);
    dead.then(|| format!("{} has no heading `{heading}`: {headings:?}", file.display()))
}

#[test]
fn no_link_is_dead() {
    let mut links = 0;
    let mut faults = Vec::new();
    for file in ["", "docs", "examples/items", "examples/shop"].into_iter().flat_map(pages_in) {
        for link in Page::read(repository(), &file).links {
            links += 1;
            faults.extend(fault(&file, &link).map(|fault| format!("{}: {link}: {fault}", file.display())));
        }
    }
    assert!(links > 200, "{links}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn dead_links_are_found() {
    let page = Path::new("docs/dev.md");
    for dead in [
        "nowhere.md",
        "gateway.md#nowhere",
        "#nowhere",
        "page.png#nowhere",
        "../README.md",
        "https://github.com/routegen/routegen/blob/main/nowhere.rs",
        "https://github.com/routegen/routegen/blob/main/ARCHITECTURE.md#nowhere",
    ] {
        assert!(fault(page, dead).is_some(), "{dead}");
    }
    for good in
        ["gateway.md", "gateway.md#in-tests", "#the-log", "page.png", "https://github.com/routegen/routegen"]
    {
        assert_eq!(fault(page, good), None, "{good}");
    }
    assert_eq!(fault(Path::new("README.md"), "docs/dev.md#the-log"), None);
}

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = Path::new("docs/SUMMARY.md");
    // A chapter without a page has an empty link, which mdBook renders as a draft.
    let links = Page::read(repository(), summary).links.into_iter().filter(|link| !link.is_empty());
    let mut listed: Vec<_> = links.map(|link| Path::new("docs").join(link)).collect();
    listed.sort();
    let pages: Vec<_> = pages_in("docs").into_iter().filter(|page| page != summary).collect();
    assert_eq!(listed, pages);
}

/// Sources and manifests link to pages too: in diagnostics, in the findings of `diff`, and for registries.
#[test]
fn no_link_of_a_source_to_the_repository_is_dead() {
    let link =
        regex::Regex::new(&format!("{REPOSITORY}[A-Za-z0-9_./-]*[A-Za-z0-9_](#[A-Za-z0-9_-]+)?")).unwrap();
    let mut links = 0;
    for folder in ["apigw/src", "cli/src", "gateway/src", "macros/src", "runtime/src", "spec/src"] {
        for file in sources(&repository().join(folder)) {
            for found in link.find_iter(&fs::read_to_string(&file).unwrap()) {
                links += 1;
                assert_eq!(fault(Path::new("README.md"), found.as_str()), None, "{}", file.display());
            }
        }
    }
    assert!(links > 0);
}

/// Text files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| match path.extension() {
        _ if path.is_dir() => sources(&path),
        Some(extension) if ["rs", "tf", "js", "html"].map(Into::into).contains(&extension.to_owned()) => {
            vec![path]
        }
        _ => Vec::new(),
    };
    entries.flat_map(read).collect()
}

/// People search for the code of a diagnostic and link to it.
#[test]
fn every_diagnostic_has_a_section_and_every_section_is_of_one() {
    let mut known = BTreeSet::new();
    for file in sources(&repository().join("cli/src")) {
        let text = fs::read_to_string(file).unwrap();
        // Unit tests use codes of their own.
        let code = text.split_once("#[cfg(test)]\nmod tests").map_or(&*text, |(code, _)| code);
        known.extend(page::codes(code));
    }
    assert!(known.len() > 20);
    let page = fs::read_to_string(repository().join("docs/diagnostics.md")).unwrap();
    assert!(page::codes(&page).all(|code| known.contains(&code)));
    let sections: Vec<_> =
        page.split("\n### ").skip(1).map(|section| section.split_once('\n').unwrap()).collect();
    let documented: BTreeSet<_> = sections.iter().map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(known, documented);
    assert_eq!(sections.len(), documented.len(), "a code has two sections");
    for (code, text) in sections {
        assert!(text.contains("\n**Fix:** "), "{code} says no fix");
    }
}
