//! Error and warning types of the commands, with stable codes and suggested fixes.
//!
//! `docs/diagnostics.md` has a section for each code, which a test checks.

use camino::Utf8PathBuf;
use miette::Diagnostic;
use thiserror::Error;

use crate::{
    artifacts, check, contract, dev, new,
    output::{
        megabytes::Megabytes,
        words::{asked_by, plural, some},
    },
    project, routes, support, terraform, toolchain,
};

/// An error of one of the rooms.
#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Artifacts(#[from] artifacts::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Check(#[from] check::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Contract(#[from] contract::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Dev(#[from] dev::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    New(#[from] new::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Project(#[from] project::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Routes(#[from] routes::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Support(#[from] support::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Terraform(#[from] terraform::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Toolchain(#[from] toolchain::Error),
}

/// A warning: something that works but deserves a look.
#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Warning {
    #[error("`{folder}` has no up-to-date artifacts for {}", some(functions))]
    #[diagnostic(code(RG0202), severity(Warning), help("run `routegen build` before `terraform apply`"))]
    OtherArtifacts { folder: Utf8PathBuf, functions: Vec<String> },

    #[error("{} no value here: {}", plural(variables.len(), "an environment variable has", "environment variables have"), asked_by(variables))]
    #[diagnostic(
        code(RG0086),
        severity(Warning),
        help(
            "set them before the command, or pass `--env NAME=VALUE`; a Terraform plan fails if one has no value"
        )
    )]
    NoValue { variables: std::collections::BTreeMap<String, Vec<String>> },

    #[error("{debug} of {all} are debug information in {}", some(functions))]
    #[diagnostic(
        code(RG0220),
        severity(Warning),
        help(
            "write `strip = \"debuginfo\"` in the profile, or `strip = true` to remove the names of functions too: Lambda does not use it"
        )
    )]
    DebugInformation { debug: Megabytes, all: Megabytes, functions: Vec<String> },

    #[error("nothing listens on {origin}, the issuer of the token")]
    #[diagnostic(
        code(RG0211),
        severity(Warning),
        help(
            "start `routegen dev` first, or pass its port with `--port`: a server on another port refuses the token"
        )
    )]
    NoServer { origin: String },

    #[error("the token endpoint issues tokens to anyone who reaches this server")]
    #[diagnostic(
        code(RG0212),
        severity(Warning),
        help(
            "remove `--tokens-for-all`, and print tokens for others with `routegen token`: anyone with the client's secret gets tokens with all scopes"
        )
    )]
    TokensForAll,

    #[error("anyone who reaches {address} can call the API")]
    #[diagnostic(
        code(RG0213),
        severity(Warning),
        help(
            "remove `--address` to serve only this machine; the page and the token endpoint always do, and host names require `--allow-host`"
        )
    )]
    OpenAddress { address: std::net::SocketAddr },

    #[error("`{folder}` is on {kind}, which may not report changes of files")]
    #[diagnostic(code(RG0215), severity(Warning), help("pass `--poll` to check the files twice a second"))]
    SilentFiles { folder: Utf8PathBuf, kind: &'static str },

    #[error(
        "no route uses Cognito any more: an apply would delete the module's user pool with all its users"
    )]
    #[diagnostic(
        code(RG0210),
        severity(Warning),
        help(
            "to delete the pool, first apply `cognito_deletion_protection = false` with the previous module; to keep it, remove it from the state (`terraform state rm`); until then its deletion protection stops the apply"
        )
    )]
    LastCognitoRoute,

    #[error(
        "function names now begin with the API's name, for example `{name}`, unless `function_name_prefix` is set"
    )]
    #[diagnostic(
        code(RG0214),
        severity(Warning),
        help(
            "to keep the existing functions, roles and log groups, set `function_name_prefix = \"\"` in the module's block, or to the value of `copy` with a hyphen; docs/terraform.md, \"From an earlier module\", lists what else changes"
        )
    )]
    NamesOfFunctions { name: String },
}
