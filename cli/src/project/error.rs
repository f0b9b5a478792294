//! Errors in a package or its `routegen.toml`.

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

    #[error("the package `{package}` has no library, which routes require")]
    #[diagnostic(
        code(RG0004),
        help("move the handlers to `src/lib.rs`; routegen adds the `main` of each function")
    )]
    NoLibrary { package: String },

    #[error(
        "the library of `{package}` is also a `dylib`: functions would be linked to it, but Lambda does not have it"
    )]
    #[diagnostic(
        code(RG0022),
        help(
            "remove `dylib` from `crate-type` in `[lib]`, or move it to another package; keep `lib`, `cdylib` and `staticlib`; or write `backend = \"cargo\"` in routegen.toml"
        )
    )]
    DyLib { package: String },

    #[error("neither `{package}` nor a package that it depends on has `routegen` as a dependency")]
    #[diagnostic(code(RG0005), help("add it: `cargo add routegen --package {package}`"))]
    NoRuntime { package: String },

    #[error("the packages of the API depend on two versions of `routegen`: {first} and {second}")]
    #[diagnostic(code(RG0006), help("make all packages depend on one version"))]
    TwoRuntimes { first: String, second: String },

    #[error("`{package}` depends on routegen {runtime}, but this command is routegen {command}")]
    #[diagnostic(
        code(RG0059),
        help(
            "install that version of the command: `cargo install routegen-cli --version {runtime}`; or change the package's version: `cargo add routegen@{command} --package {package}`"
        )
    )]
    OtherVersion { package: String, runtime: String, command: &'static str },

    #[error(
        "`{package}` depends on lambda_http, but routegen's feature `lambda_http` is off: requests would lack what `lambda_http::RequestExt` reads"
    )]
    #[diagnostic(
        code(RG0063),
        help(
            "turn the feature on: `cargo add routegen --features lambda_http --package {package}`; or remove lambda_http from its Cargo.toml"
        )
    )]
    WithoutLambdaHttp { package: String },

    #[error("invalid `routegen.toml`: {reason}")]
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

    #[error("`{key}` is not supported: {reason}")]
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
