//! Errors of the OpenAPI document.

use camino::Utf8PathBuf;
use miette::Diagnostic;
use thiserror::Error;

use super::Gap;
use crate::{output::words::plural, support};

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Support(#[from] support::Error),

    #[error("`{path}` is missing or out of date")]
    #[diagnostic(code(RG0061), help("run `routegen openapi`, and commit what it writes"))]
    Stale { path: Utf8PathBuf },

    #[error("the API has changed: {summary}")]
    #[diagnostic(
        code(RG0070),
        help(
            "https://github.com/routegen/routegen/blob/main/docs/diff.md explains each id; accept intended changes in routegen.toml: `[[accepted]]` with `id`, `operation`, `fingerprint` and `reason`"
        )
    )]
    Changed { summary: String },

    #[error("`{word}` is neither a file nor a git revision of this repository")]
    #[diagnostic(
        code(RG0071),
        help(
            "in a shallow clone, fetch it first: `git fetch --depth 1 origin main`, and then `origin/main`"
        )
    )]
    NoSource { word: String },

    #[error("the revision `{revision}` ({commit}) has no `{file}`")]
    #[diagnostic(
        code(RG0072),
        help("run `routegen openapi`, and commit what it writes; later revisions can be compared with it")
    )]
    NotCommitted { revision: String, commit: String, file: String },

    #[error("{name} is not an OpenAPI document: {reason}")]
    #[diagnostic(code(RG0073), help("write one with `routegen openapi`, in JSON"))]
    NotADocument { name: String, reason: String },

    #[error("cannot run git: {reason}")]
    #[diagnostic(code(RG0074), help("pass two files, which require no repository"))]
    Git { reason: String },

    #[error("the types do not define all of the document: {}", plural(gaps.len(), "one gap", "gaps"))]
    #[diagnostic(code(RG0062))]
    Gaps {
        #[related]
        gaps: Vec<Gap>,
    },
}
