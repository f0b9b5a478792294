//! What can be wrong with a package and its `routegen.toml`.

use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use crate::support;

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Support(#[from] support::Error),

    #[error("cargo could not read the package: {cargo}")]
    #[diagnostic(code(RG0001))]
    Metadata {
        cargo: String,
        #[help]
        help: Option<&'static str>,
    },

    #[error("there is no package `{package}` in the workspace")]
    #[diagnostic(code(RG0002), help("write one of: {}", members.join(", ")))]
    UnknownPackage { package: String, members: Vec<String> },

    #[error("{}", if candidates.is_empty() { "no package of the workspace depends on `routegen`" } else { "several packages of the workspace have routes" })]
    #[diagnostic(
        code(RG0003),
        help("{}", if candidates.is_empty() { "add it to the package with the handlers: `cargo add routegen`".to_owned() } else { format!("name one with `--package`: {}", candidates.join(", ")) })
    )]
    WhichPackage { candidates: Vec<String> },

    #[error("the package `{package}` has no library, and routes are in libraries")]
    #[diagnostic(
        code(RG0004),
        help("move the handlers to `src/lib.rs`; no `main` is needed, routegen links one for each function")
    )]
    NoLibrary { package: String },

    #[error(
        "the library of `{package}` is also a `dylib`, which functions would be linked to and Lambda does not have"
    )]
    #[diagnostic(
        code(RG0022),
        help(
            "remove `dylib` from `crate-type` in `[lib]`, and make a package of its own for it; `lib`, `cdylib` and `staticlib` may stay; or have cargo link the functions, by `backend = \"cargo\"` in routegen.toml"
        )
    )]
    DyLib { package: String },

    #[error("neither `{package}` nor a package that it depends on has `routegen` as a dependency")]
    #[diagnostic(code(RG0005), help("add it: `cargo add routegen --package {package}`"))]
    NoRuntime { package: String },

    #[error("the routes are written with two versions of `routegen`: {first} and {second}")]
    #[diagnostic(code(RG0006), help("make all packages of the API depend on one version"))]
    TwoRuntimes { first: String, second: String },

    #[error("`{package}` depends on routegen {runtime}, and this command is of routegen {command}")]
    #[diagnostic(
        code(RG0059),
        help(
            "install the command of that version: `cargo install routegen-cli --version {runtime}`; or make the package depend on this one's: `cargo add routegen@{command} --package {package}`"
        )
    )]
    OtherVersion { package: String, runtime: String, command: &'static str },

    #[error("`routegen.toml` cannot be used: {reason}")]
    #[diagnostic(code(RG0016))]
    Config {
        reason: String,
        #[help]
        help: Option<String>,
        #[source_code]
        source_code: Option<Arc<NamedSource<String>>>,
        #[label("here")]
        span: Option<SourceSpan>,
    },

    #[error("`{key}` cannot be had: {reason}")]
    #[diagnostic(code(RG0056), help("{instead}"))]
    RestOnly {
        key: String,
        reason: &'static str,
        instead: &'static str,
        #[source_code]
        source_code: Option<Arc<NamedSource<String>>>,
        #[label("here")]
        span: Option<SourceSpan>,
    },
}
