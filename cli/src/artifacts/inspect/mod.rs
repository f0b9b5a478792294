//! Tells what an artifact is, on any machine and without its sources.
//!
//! In: a zip, or the program of one. Out: what it says about itself, how large it is, what it needs. Files come from
//! anywhere: what is read of them is bounded, and none makes it panic. A note that routegen would not write is refused. Where the symbols of its program are at hand, it
//! also tells what is large.

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
    /// What it says about itself; nothing if `routegen` did not make it.
    pub(crate) note: Option<Note>,
    /// The size of the zip, in bytes; nothing if it is only a program.
    pub(crate) zip_bytes: Option<u64>,
    pub(crate) bootstrap_bytes: u64,
    /// The other files of the zip.
    pub(crate) other_files: Vec<OtherFile>,
    pub(crate) needs: Needs,
    /// What the program's bytes are, the largest part first. Nothing unless it was asked for.
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
