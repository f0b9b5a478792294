//! What can go wrong in builds and links.

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

    #[error("{first} and {second} have a library of one name, `{crate_name}`")]
    #[diagnostic(
        code(RG0049),
        help(
            "say `name = \"…\"` in `[lib]` of one of them: the entry points of routes have the library's name"
        )
    )]
    SameCrateName { crate_name: String, first: String, second: String },

    #[error("the package does not build")]
    #[diagnostic(code(RG0007), help("cargo's errors are above{}", lines("", others)))]
    Cargo { others: Vec<OtherVersion> },

    #[error("cargo built the library and did not say where it is")]
    #[diagnostic(
        code(RG0008),
        help("is this cargo older than routegen's `rust-version`, or replaced by a wrapper?")
    )]
    CargoSaidTooLittle,

    #[error("`{name}` does not link{}", said(rustc))]
    #[diagnostic(
        code(RG0009),
        help(
            "if it links with cargo alone, `backend = \"cargo\"` in routegen.toml (or `--backend cargo`) has cargo build the functions as programs of the package"
        )
    )]
    Link { name: String, rustc: String },

    #[error("`{package}` is outside of its workspace's folder, and cargo cannot build its functions there")]
    #[diagnostic(
        code(RG0095),
        help("move it below the folder of the workspace's Cargo.toml, or leave `backend = \"cargo\"` out")
    )]
    OutsideOfWorkspace { package: String },

    #[error(
        "artifacts for {architecture} cannot be built on this machine, because this is missing:{}{}",
        lines("", missing),
        lines("or in place of cargo-zigbuild: ", instead)
    )]
    #[diagnostic(
        code(RG0037),
        help("routegen installs nothing by itself; `routes`, `check` and `emit-tf` work without it")
    )]
    CannotBuild { architecture: &'static str, missing: Vec<Missing>, instead: Vec<Missing> },

    #[error("artifacts cannot be built with `cross`")]
    #[diagnostic(
        code(RG0038),
        help(
            "cross runs nothing but cargo in its containers, and routegen links each function by a call of rustc; `--compiler cargo-zigbuild` needs no container, or run routegen itself in one of the architecture"
        )
    )]
    Cross,
}
