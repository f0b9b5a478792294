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
    /// What it alone has, where others may be the same but for that.
    pub(crate) own: Option<Own<'a>>,
}

/// What a program has of its own, where it is otherwise the same as others.
#[derive(Debug)]
pub(crate) struct Own<'a> {
    /// The symbols that its source names, each once.
    pub(crate) symbols: Vec<&'a str>,
    /// The name of the section that holds its note, and what is in it.
    pub(crate) note: (&'static str, Vec<u8>),
    /// Its source without them: that of all that are alike.
    pub(crate) shape: String,
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
