//! A program to link, and a linked one.

use camino::{Utf8Path, Utf8PathBuf};

/// A program to link.
#[derive(Debug)]
pub(crate) struct Link<'a> {
    /// The name in messages.
    pub(crate) name: &'a str,
    /// Its `main.rs`.
    pub(crate) source: &'a str,
    /// The user's crates that `source` names.
    pub(crate) crates: Vec<&'a str>,
    /// The program's own folder.
    pub(crate) folder: &'a Utf8Path,
    /// What is specific to this program, if others may differ from it only in that.
    pub(crate) own: Option<Own<'a>>,
}

/// What is specific to a program that otherwise equals others.
#[derive(Debug)]
pub(crate) struct Own<'a> {
    /// The symbols that its source names, without duplicates.
    pub(crate) symbols: Vec<&'a str>,
    /// The name and the contents of the section with its note.
    pub(crate) note: (&'static str, Vec<u8>),
    /// Its source without them, which all similar programs share.
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
    /// Whether it existed already, made in the same way from the same libraries.
    pub(crate) fresh: bool,
}
