//! Errors of `routegen new`.

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
        help("pass another name with `--name`: letters, digits, `-` and `_`, beginning with a letter")
    )]
    Name { name: String, reason: String },

    #[error("`{path}` {}", .found.as_ref().map_or("is not a folder".to_owned(), |found| format!("is not empty: it has `{found}`")))]
    #[diagnostic(
        code(RG0301),
        help(
            "name a folder that is new or empty; to add routes to an existing package, run `cargo add routegen` and write `#[route(…)]`"
        )
    )]
    InTheWay { path: Utf8PathBuf, found: Option<String> },

    #[error("cannot add the package to the workspace of `{manifest}`: {reason}")]
    #[diagnostic(
        code(RG0302),
        help("fix it, or create the project outside the workspace; no file was left behind")
    )]
    Workspace { manifest: Utf8PathBuf, reason: String },

    #[error("`{path}` is not a clone of routegen: it has no `{missing}`")]
    #[diagnostic(
        code(RG0303),
        help("pass the root of a clone to `--routegen-path`, or omit it to depend on crates.io")
    )]
    NoClone { path: Utf8PathBuf, missing: &'static str },
}
