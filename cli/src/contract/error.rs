//! What can be wrong with a document.

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

    #[error("`{path}` is not the document of the code")]
    #[diagnostic(code(RG0061), help("run `routegen openapi`, and commit what it writes"))]
    Stale { path: Utf8PathBuf },

    #[error("the API has changed: {summary}")]
    #[diagnostic(
        code(RG0070),
        help(
            "docs/diff.md explains each id; what is meant to change can be accepted in routegen.toml, by `[[accepted]]` with `id`, `operation`, `fingerprint` and `reason`"
        )
    )]
    Changed { summary: String },

    #[error("`{word}` is neither a file nor a revision that git knows here")]
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
        help(
            "run `routegen openapi` and commit what it writes; from then on there is something to compare with"
        )
    )]
    NotCommitted { revision: String, commit: String, file: String },

    #[error("{name} is not a document of OpenAPI: {reason}")]
    #[diagnostic(code(RG0073), help("`routegen openapi` writes one, as JSON unless it is told otherwise"))]
    NotADocument { name: String, reason: String },

    #[error("git cannot be asked: {reason}")]
    #[diagnostic(code(RG0074), help("name two files, which need no repository"))]
    Git { reason: String },

    #[error("the types do not tell all of the document: {}", plural(gaps.len(), "one thing is open", "things are open"))]
    #[diagnostic(code(RG0062))]
    Gaps {
        #[related]
        gaps: Vec<Gap>,
    },
}
