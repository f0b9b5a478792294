//! What can go wrong when artifacts are made and read.

use camino::Utf8PathBuf;
use miette::Diagnostic;
use routegen_spec::limits;
use thiserror::Error;

use crate::{check, output::words::plural, project, routes, support, toolchain};

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Support(#[from] support::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Project(#[from] project::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Check(#[from] check::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Toolchain(#[from] toolchain::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Routes(#[from] routes::Error),

    #[error("`{path}` is not the zip that was built")]
    #[diagnostic(
        code(RG0088),
        help("something has changed it since: remove it and run `routegen build`, which makes it again")
    )]
    OtherZip { path: Utf8PathBuf },

    #[error("the program of `{function}` does not run on Lambda's {architecture}: {reason}")]
    #[diagnostic(
        code(RG0023),
        help("is a `linker` or are flags set in `.cargo/config.toml` that make something else?")
    )]
    NotForLambda { function: String, architecture: &'static str, reason: String },

    #[error("`{function}` needs `{symbol}` of {version}, and Lambda's `provided.al2023` has glibc {}.{}", limits::GLIBC.0, limits::GLIBC.1)]
    #[diagnostic(
        code(RG0024),
        help(
            "`--compiler cargo-zigbuild` builds for glibc 2.34 on any machine (`pip install cargo-zigbuild`); or build it where glibc is no newer, as in a container of Amazon Linux 2023"
        )
    )]
    Glibc { function: String, symbol: String, version: String },

    #[error("`{function}` needs the library `{library}`, and Lambda's `provided.al2023` does not promise it")]
    #[diagnostic(
        code(RG0035),
        help(
            "link it statically (crates with native libraries often have a feature such as `vendored` or `bundled`), or bring it along in the folder `lib` of the zip"
        )
    )]
    Library { function: String, library: String },

    #[error("`{function}` is started by `{loader}`, and Lambda's `provided.al2023` has `{known}`")]
    #[diagnostic(
        code(RG0036),
        help(
            "`--compiler cargo-zigbuild` links for that one (`pip install cargo-zigbuild`); or build it in a container of Amazon Linux 2023"
        )
    )]
    Loader { function: String, loader: String, known: &'static str },

    #[error("`{function}` has {bytes} bytes {state}, and Lambda takes {most}")]
    #[diagnostic(
        code(RG0025),
        help("`strip`, `opt-level = \"s\"` and `lto` in `[profile.release]` make it smaller")
    )]
    TooLarge { function: String, state: &'static str, bytes: usize, most: usize },

    #[error("a second build gives other bytes: {} not repeatable", plural(differences.len(), "an artifact is", "artifacts are"))]
    #[diagnostic(
        code(RG0027),
        help(
            "look for a build script or a macro that writes down the time, a random number, a path (`env!(\"OUT_DIR\")`), or something in the order of a hash map or a folder"
        )
    )]
    NotRepeatable {
        #[related]
        differences: Vec<Difference>,
    },

    #[error("`{path}` is no artifact for Lambda: {reason}")]
    #[diagnostic(
        code(RG0047),
        help("name a zip with an executable `bootstrap`, or such a `bootstrap` itself")
    )]
    NotAnArtifact { path: Utf8PathBuf, reason: String },

    #[error("what is large in `{path}` cannot be known: {reason}")]
    #[diagnostic(
        code(RG0048),
        help(
            "a program is stripped of the names that tell it, and linked again where it was built: run `routegen build` and inspect its zip, there; or say `strip = \"none\"` in the profile"
        )
    )]
    NoSymbols { path: Utf8PathBuf, reason: &'static str },
}

/// Where an artifact differs from the same one of another build.
#[derive(Debug, Diagnostic, Error)]
#[error("`{function}` differs from {place} on: `{first}` became `{second}`")]
#[diagnostic(code(RG0027))]
pub(crate) struct Difference {
    pub(crate) function: String,
    pub(crate) place: String,
    pub(crate) first: String,
    pub(crate) second: String,
}
