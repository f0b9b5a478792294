//! What is found, in the words of those who read it: people, programs, GitHub, code scanning, a pull request.

mod github;
mod markdown;
mod sarif;
mod text;

use serde::Serialize;

pub(crate) use self::{github::github, markdown::markdown, sarif::sarif, text::text};
use super::{finding::Finding, source::Source};

/// The version of the form of `--format json`.
const FORMAT_VERSION: u32 = 1;

/// What a comparison comes to. As JSON it has the form of docs/diff.schema.json.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    format_version: u32,
    base: &'a Source,
    head: &'a Source,
    findings: &'a [Finding],
    /// How many findings are accepted in routegen.toml, and are not among these.
    #[serde(skip)]
    accepted: usize,
}

impl<'a> Report<'a> {
    pub(crate) fn new(base: &'a Source, head: &'a Source, findings: &'a [Finding], accepted: usize) -> Self {
        Self { format_version: FORMAT_VERSION, base, head, findings, accepted }
    }
}
