//! What can be wrong with a document.

use camino::Utf8PathBuf;
use miette::Diagnostic;
use thiserror::Error;

use super::Gap;
use crate::output::words::plural;

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error("`{path}` is not the document of the code")]
    #[diagnostic(code(RG0061), help("run `routegen openapi`, and commit what it writes"))]
    Stale { path: Utf8PathBuf },

    #[error("the types do not tell all of the document: {}", plural(gaps.len(), "one thing is open", "things are open"))]
    #[diagnostic(code(RG0062))]
    Gaps {
        #[related]
        gaps: Vec<Gap>,
    },
}
