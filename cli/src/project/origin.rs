//! Where a package comes from, for a `Cargo.toml`.
//!
//! In: a package of cargo's graph. Out: the `[dependencies]` entry for exactly this package. It enables no
//! features.

use camino::Utf8PathBuf;
use cargo_metadata::Package;
use toml::{Table, Value};

/// A package that contains routes, or the runtime.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    name: String,
    version: String,
    folder: Utf8PathBuf,
    /// The registry or repository, as cargo writes it; `None` for a local package.
    source: Option<String>,
    /// The library's name in the selected package's sources, if that depends on it directly.
    pub(crate) alias: Option<String>,
}

impl Origin {
    pub(super) fn new(package: &Package, folder: Utf8PathBuf, alias: Option<String>) -> Self {
        Self {
            name: package.name.to_string(),
            version: package.version.to_string(),
            folder,
            source: package.source.as_ref().map(|source| source.repr.clone()),
            alias,
        }
    }

    /// A dependency on it, under another name.
    pub(crate) fn dependency(&self) -> Table {
        let text = |text: &str| Value::String(text.to_owned());
        let mut entry = Table::from_iter([
            ("package".to_owned(), text(&self.name)),
            ("default-features".to_owned(), Value::Boolean(false)),
        ]);
        let mut set = |key: &str, value: &str| entry.insert(key.to_owned(), text(value));
        match self.source.as_deref() {
            None => {
                set("path", self.folder.as_str());
            }
            Some(source) => {
                if let Some(git) = source.strip_prefix("git+") {
                    // The commit is in the lock file.
                    let url = git.split('#').next().unwrap_or(git);
                    let (url, query) = url.split_once('?').unwrap_or((url, ""));
                    set("git", url);
                    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
                        set(key, value);
                    }
                } else {
                    set("version", &format!("={}", self.version));
                    if !source.ends_with("github.com/rust-lang/crates.io-index") {
                        set("registry-index", source.strip_prefix("registry+").unwrap_or(source));
                    }
                }
            }
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_means_the_package_that_the_graph_has() {
        let entry = |source: Option<&str>| {
            let origin = Origin {
                name: "items".to_owned(),
                version: "1.2.3".to_owned(),
                folder: "/w/items".into(),
                source: source.map(str::to_owned),
                alias: None,
            };
            let entry = origin.dependency().into_iter().filter(|(key, _)| key != "package");
            let entry = entry.filter(|(key, _)| key != "default-features");
            entry.map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(entry(None), "path = \"/w/items\"");
        let crates_io = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(entry(Some(crates_io)), "version = \"=1.2.3\"");
        assert_eq!(
            entry(Some("registry+https://example.com/index")),
            "registry-index = \"https://example.com/index\", version = \"=1.2.3\""
        );
        assert_eq!(
            entry(Some("sparse+https://example.com/index/")),
            "registry-index = \"sparse+https://example.com/index/\", version = \"=1.2.3\""
        );
        assert_eq!(
            entry(Some("git+https://example.com/items?branch=next#0123abcd")),
            "branch = \"next\", git = \"https://example.com/items\""
        );
        assert_eq!(entry(Some("git+file:///items#0123abcd")), "git = \"file:///items\"");
    }
}
