//! Inspects an artifact, on any machine and without its sources.
//!
//! In: a zip, or the program of one. Out: its note, its sizes, and its requirements; and, if the symbols of
//! its program are available, its largest parts. Files may come from anywhere: reads are bounded, and no
//! input causes a panic. It refuses a note that routegen would not write.

mod contents;
mod parts;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

pub(crate) use self::{
    contents::OtherFile,
    parts::{Part, parts},
};
use crate::artifacts::{
    Error,
    needs::{Needs, needs},
    note::Note,
};

/// What an artifact is.
#[derive(Debug, Serialize)]
pub(crate) struct Inspection {
    pub(crate) path: Utf8PathBuf,
    /// Its note; `None` if routegen did not make it.
    pub(crate) note: Option<Note>,
    /// The size of the zip, in bytes; `None` for a bare program.
    pub(crate) zip_bytes: Option<u64>,
    pub(crate) bootstrap_bytes: u64,
    /// The other files of the zip.
    pub(crate) other_files: Vec<OtherFile>,
    pub(crate) needs: Needs,
    /// The parts of the program, largest first. `None` unless they were requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parts: Option<Vec<Part>>,
    /// The program itself.
    #[serde(skip)]
    pub(crate) bootstrap: Vec<u8>,
}

/// Inspects the zip or the program at `path`.
pub(crate) fn inspect(path: &Utf8Path) -> Result<Inspection, Error> {
    let contents = contents::read(path)?;
    let needs = needs(&contents.bootstrap).map_err(|unfit| Error::NotAnArtifact {
        path: path.to_owned(),
        reason: format!("of its program: {unfit}"),
    })?;
    let note = Note::read(&contents.bootstrap).map_err(|why| Error::NotAnArtifact {
        path: path.to_owned(),
        reason: format!("its program has a forged routegen note: {why}"),
    })?;
    Ok(Inspection {
        path: path.to_owned(),
        note,
        zip_bytes: contents.zip_bytes,
        bootstrap_bytes: contents.bootstrap.len() as u64,
        other_files: contents.others,
        needs,
        parts: None,
        bootstrap: contents.bootstrap,
    })
}
