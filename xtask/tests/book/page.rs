//! A page of Markdown, as GitHub and mdBook read it: its links, and the anchors of its headings.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The links and anchors of a page.
pub(crate) struct Page {
    /// Including those of images.
    pub links: Vec<String>,
    pub headings: BTreeSet<String>,
}

impl Page {
    /// Reads a file of the repository, including the files that it includes.
    pub(crate) fn read(repository: &Path, file: &Path) -> Self {
        Self::parse(&with_includes(repository, file))
    }

    fn parse(text: &str) -> Self {
        let mut page = Self { links: Vec::new(), headings: BTreeSet::new() };
        let mut heading: Option<String> = None;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(dest_url.into_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let id = id(&heading.take().unwrap_or_default());
                    let later = (1..).map(|number| format!("{id}-{number}"));
                    let free = [id.clone()].into_iter().chain(later).find(|id| !page.headings.contains(id));
                    page.headings.extend(free);
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        page
    }
}

/// The anchor of a heading; GitHub and mdBook agree on it.
fn id(heading: &str) -> String {
    let letters = heading.trim().chars().map(|letter| if letter.is_whitespace() { '-' } else { letter });
    let letters = letters.filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter));
    letters.flat_map(char::to_lowercase).collect()
}

/// Replaces a line `{{#include FILE}}` with that file. A name after a colon selects the part between two
/// comments in the file.
fn with_includes(repository: &Path, file: &Path) -> String {
    let text = fs::read_to_string(repository.join(file)).unwrap();
    let include = |line: &str| {
        let name = line.strip_prefix("{{#include ")?.strip_suffix("}}")?;
        let (name, part) = name.split_once(':').unwrap_or((name, ""));
        let text = with_includes(repository, &normal(&file.parent().unwrap().join(name)));
        if part.is_empty() {
            return Some(text);
        }
        let [from, to] = ["ANCHOR", "ANCHOR_END"].map(|word| format!("<!-- {word}: {part} -->"));
        let between = text.split_once(&from).and_then(|(_, rest)| Some(rest.split_once(&to)?.0.to_owned()));
        Some(between.unwrap_or_else(|| panic!("{name} has no part `{part}`")))
    };
    let lines = text.lines().map(|line| include(line).unwrap_or_else(|| line.to_owned()));
    lines.collect::<Vec<_>>().join("\n")
}

/// A path without `.` and `..`.
pub(crate) fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut path, component| {
        match component {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            other => path.push(other),
        }
        path
    })
}

/// The codes of diagnostics in a text.
pub(crate) fn codes(text: &str) -> impl Iterator<Item = String> {
    let is_code = |word: &&str| {
        word.len() == 6 && word.starts_with("RG") && word[2..].bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(is_code).map(str::to_owned)
}

#[test]
fn headings_and_links_are_found_where_they_are() {
    let page = Page::parse(
        "# The `dev` page: a, b\n[a](x.md) ![b](y.png)\n```md\n[c](no.md)\n# no\n```\nTwice\n-----\n## Twice\n| [d](z.md#e) |\n|---|\n",
    );
    assert_eq!(page.links, ["x.md", "y.png", "z.md#e"]);
    let headings = ["the-dev-page-a-b", "twice", "twice-1"].map(str::to_owned);
    assert_eq!(page.headings, BTreeSet::from(headings));
}
