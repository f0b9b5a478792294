//! Errors of files, programs and interruptions.

use std::fmt::Display;

use camino::{Utf8Path, Utf8PathBuf};
use miette::Diagnostic;
use thiserror::Error;

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error("could not {action} `{path}`: {reason}")]
    #[diagnostic(code(RG0020))]
    Io { action: &'static str, path: Utf8PathBuf, reason: String },

    #[error("could not run `{program}`: {reason}")]
    #[diagnostic(code(RG0010))]
    Run { program: String, reason: String },

    #[error("`{path}` was edited by hand since routegen wrote it")]
    #[diagnostic(
        code(RG0019),
        help(
            "move your changes to variables of the module or to resources beside it, then run `routegen emit-tf --overwrite`; this also resolves git conflicts in the file"
        )
    )]
    Edited { path: Utf8PathBuf },

    #[error("`{path}` is in the way: routegen did not write it")]
    #[diagnostic(code(RG0018), help("move it, or name another folder with `--out`"))]
    Foreign { path: Utf8PathBuf },

    #[error("interrupted")]
    #[diagnostic(code(RG0031), help("nothing is broken; the next build continues from here"))]
    Interrupted,
}

impl Error {
    /// The code of [`Error::Interrupted`], which no other error hides.
    pub(crate) const INTERRUPTED: &str = "RG0031";

    pub(crate) fn io(action: &'static str, path: impl AsRef<Utf8Path>, error: impl Display) -> Self {
        Self::Io { action, path: path.as_ref().to_owned(), reason: error.to_string() }
    }

    pub(crate) fn run(program: &str, error: impl Display) -> Self {
        Self::Run { program: program.to_owned(), reason: error.to_string() }
    }
}
