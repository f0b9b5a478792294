//! Why a project cannot be made.

use camino::Utf8PathBuf;
use miette::Diagnostic;
use thiserror::Error;

use crate::support;

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Support(#[from] support::Error),

    #[error("`{name}` cannot be the name of the package: {reason}")]
    #[diagnostic(
        code(RG0300),
        help("pass another one with `--name`: letters, digits, `-` and `_`, a letter first")
    )]
    Name { name: String, reason: String },

    #[error("`{path}` {}", .found.as_ref().map_or("is not a folder".to_owned(), |found| format!("is not empty: it has `{found}`")))]
    #[diagnostic(
        code(RG0301),
        help(
            "name a folder that is new or empty; an existing package gets routes with `cargo add routegen` and `#[route(…)]`"
        )
    )]
    InTheWay { path: Utf8PathBuf, found: Option<String> },

    #[error("`{manifest}` cannot take the package as a member: {reason}")]
    #[diagnostic(
        code(RG0302),
        help("fix that, or make the project outside of its workspace; no file of it was left")
    )]
    Workspace { manifest: Utf8PathBuf, reason: String },

    #[error("`{path}` is not a clone of routegen: it has no `{missing}`")]
    #[diagnostic(
        code(RG0303),
        help("`--routegen-path` takes the root of a clone; without it, the package depends on crates.io")
    )]
    NoClone { path: Utf8PathBuf, missing: &'static str },
}
