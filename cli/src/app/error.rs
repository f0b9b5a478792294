//! Every error that a command can end with, and what it warns of.
//!
//! The codes are stable. `docs/diagnostics.md` has a section for each; a test holds the two together.

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

/// What works and should be looked at all the same.
#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Warning {
    #[error("`{folder}` has no artifacts of the present routes for {}", some(functions))]
    #[diagnostic(code(RG0202), severity(Warning), help("run `routegen build` before `terraform apply`"))]
    OtherArtifacts { folder: Utf8PathBuf, functions: Vec<String> },

    #[error("{} no value here: {}", plural(variables.len(), "an environment variable has", "environment variables have"), asked_by(variables))]
    #[diagnostic(
        code(RG0086),
        severity(Warning),
        help(
            "set them before the command, or say `--env NAME=VALUE`; Terraform fails at plan where one has no value"
        )
    )]
    NoValue { variables: std::collections::BTreeMap<String, Vec<String>> },

    #[error("{debug} of {all} are debug information in {}", some(functions))]
    #[diagnostic(
        code(RG0220),
        severity(Warning),
        help(
            "nothing reads it on Lambda, and it is loaded and stored with the rest: write `strip = \"debuginfo\"` in the profile, or `strip = true` to remove the names of functions too"
        )
    )]
    DebugInformation { debug: Megabytes, all: Megabytes, functions: Vec<String> },

    #[error("nothing listens on {origin}, which the token names as its issuer")]
    #[diagnostic(
        code(RG0211),
        severity(Warning),
        help(
            "start `routegen dev` before, or name its port with `--port`: a server on another port refuses the token"
        )
    )]
    NoServer { origin: String },

    #[error("the token endpoint answers everyone who reaches this server")]
    #[diagnostic(
        code(RG0212),
        severity(Warning),
        help(
            "anyone who knows the client's secret gets tokens with all scopes; without `--tokens-for-all` it answers this machine alone, and `routegen token` prints tokens for others"
        )
    )]
    TokensForAll,

    #[error("everyone who reaches {address} can call the API")]
    #[diagnostic(
        code(RG0213),
        severity(Warning),
        help(
            "the page and the token endpoint stay for this machine alone, and names other than addresses need `--allow-host`; without `--address`, nobody else reaches the server"
        )
    )]
    OpenAddress { address: std::net::SocketAddr },

    #[error("`{folder}` is on {kind}, where changes of files may not be told")]
    #[diagnostic(
        code(RG0215),
        severity(Warning),
        help("`--poll` looks at the files in place of waiting for the system's word")
    )]
    SilentFiles { folder: Utf8PathBuf, kind: &'static str },

    #[error("no route asks for Cognito any more: a user pool that the module made would go, with its users")]
    #[diagnostic(
        code(RG0210),
        severity(Warning),
        help(
            "the pool's deletion protection stops the apply: where it may go, first apply `cognito_deletion_protection = false` with the module as it was; where it is to stay, take it out of the state (`terraform state rm`)"
        )
    )]
    LastCognitoRoute,

    #[error(
        "function names now begin with the API's name, such as `{name}`, where no `function_name_prefix` is set"
    )]
    #[diagnostic(
        code(RG0214),
        severity(Warning),
        help(
            "an apply would replace functions, roles and log groups by those with the new names: to keep those that are there, set `function_name_prefix = \"\"` in the module's block, or to the value of `copy` with a hyphen; docs/terraform.md, \"From an earlier module\", says what else changes"
        )
    )]
    NamesOfFunctions { name: String },
}
