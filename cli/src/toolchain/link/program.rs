//! A program to link, and one that is.

use camino::{Utf8Path, Utf8PathBuf};

/// A program to link.
#[derive(Debug)]
pub(crate) struct Link<'a> {
    /// What messages call it.
    pub(crate) name: &'a str,
    /// Its `main.rs`.
    pub(crate) source: &'a str,
    /// The crates of the user that `source` names.
    pub(crate) crates: Vec<&'a str>,
    /// A folder of its own.
    pub(crate) folder: &'a Utf8Path,
}

impl Link<'_> {
    pub(super) fn source_file(&self) -> Utf8PathBuf {
        self.folder.join("main.rs")
    }

    pub(super) fn program(&self) -> Utf8PathBuf {
        self.folder.join("bootstrap")
    }
}

/// A linked program.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    pub(crate) program: Utf8PathBuf,
    /// Whether it was there already, made in the same way from the same libraries.
    pub(crate) fresh: bool,
}
