//! The findings in each output format: for people, programs, GitHub, code scanning and pull requests.

mod github;
mod markdown;
mod sarif;
mod text;

use serde::Serialize;

pub(crate) use self::{github::github, markdown::markdown, sarif::sarif, text::text};
use super::{finding::Finding, source::Source};

/// The version of the `--format json` output.
const FORMAT_VERSION: u32 = 1;

/// The result of a comparison. Its JSON follows docs/diff.schema.json.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    format_version: u32,
    base: &'a Source,
    head: &'a Source,
    findings: &'a [Finding],
    /// How many findings are accepted in routegen.toml; these are not in the list.
    #[serde(skip)]
    accepted: usize,
}

impl<'a> Report<'a> {
    pub(crate) fn new(base: &'a Source, head: &'a Source, findings: &'a [Finding], accepted: usize) -> Self {
        Self { format_version: FORMAT_VERSION, base, head, findings, accepted }
    }
}
