//! Errors of builds and links.

use miette::Diagnostic;
use thiserror::Error;

use super::backend::Missing;
use crate::{
    output::words::{lines, said},
    project::workspace::OtherVersion,
    support,
};

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Support(#[from] support::Error),

    #[error("{first} and {second} both have a library `{crate_name}`")]
    #[diagnostic(
        code(RG0049),
        help(
            "write `name = \"…\"` in `[lib]` of one of them: the library's name is part of each entry point"
        )
    )]
    SameCrateName { crate_name: String, first: String, second: String },

    #[error("the package does not compile")]
    #[diagnostic(code(RG0007), help("cargo's errors are above{}", lines("", others)))]
    Cargo { others: Vec<OtherVersion> },

    #[error("cargo did not report the path of the built library")]
    #[diagnostic(
        code(RG0008),
        help("use a cargo that is not older than routegen's `rust-version`, without a wrapper")
    )]
    CargoSaidTooLittle,

    #[error("`{name}` does not link{}", said(rustc))]
    #[diagnostic(
        code(RG0009),
        help(
            "if only cargo can link it, write `backend = \"cargo\"` in routegen.toml or pass `--backend cargo`: cargo then builds the functions as programs of the package"
        )
    )]
    Link { name: String, rustc: String },

    #[error("`{package}` is outside the folder of its workspace, where cargo cannot build its functions")]
    #[diagnostic(
        code(RG0095),
        help("move it below the folder of the workspace's Cargo.toml, or remove `backend = \"cargo\"`")
    )]
    OutsideOfWorkspace { package: String },

    #[error(
        "cannot build artifacts for {architecture} on this machine; missing:{}{}",
        lines("", missing),
        lines("or instead of cargo-zigbuild: ", instead)
    )]
    #[diagnostic(
        code(RG0037),
        help("install it: routegen installs nothing; `routes`, `check` and `emit-tf` work without it")
    )]
    CannotBuild { architecture: &'static str, missing: Vec<Missing>, instead: Vec<Missing> },

    #[error("`cross` is not supported")]
    #[diagnostic(
        code(RG0038),
        help(
            "pass `--compiler cargo-zigbuild`, or run routegen in a container of the architecture: cross runs only cargo in its containers, and routegen calls rustc for each function"
        )
    )]
    Cross,
}
