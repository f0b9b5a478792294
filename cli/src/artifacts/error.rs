//! Errors of building and reading artifacts.

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
    #[diagnostic(code(RG0088), help("it was changed after the build: remove it, and run `routegen build`"))]
    OtherZip { path: Utf8PathBuf },

    #[error("the program of `{function}` does not run on Lambda's {architecture}: {reason}")]
    #[diagnostic(
        code(RG0023),
        help("look for a `linker` or flags in `.cargo/config.toml` that produce another format")
    )]
    NotForLambda { function: String, architecture: &'static str, reason: String },

    #[error("`{function}` requires `{symbol}` of {version}, but Lambda's `provided.al2023` has glibc {}.{}", limits::GLIBC.0, limits::GLIBC.1)]
    #[diagnostic(
        code(RG0024),
        help(
            "pass `--compiler cargo-zigbuild`, which builds for glibc 2.34 on any machine (`pip install cargo-zigbuild`); or build in a container of Amazon Linux 2023"
        )
    )]
    Glibc { function: String, symbol: String, version: String },

    #[error(
        "`{function}` requires the library `{library}`, which Lambda's `provided.al2023` does not guarantee"
    )]
    #[diagnostic(
        code(RG0035),
        help(
            "link it statically (crates with native libraries often have a feature such as `vendored` or `bundled`), or include it in the folder `lib` of the zip"
        )
    )]
    Library { function: String, library: String },

    #[error("`{function}` requires the loader `{loader}`, but Lambda's `provided.al2023` has `{known}`")]
    #[diagnostic(
        code(RG0036),
        help(
            "pass `--compiler cargo-zigbuild`, which links for that loader (`pip install cargo-zigbuild`); or build in a container of Amazon Linux 2023"
        )
    )]
    Loader { function: String, loader: String, known: &'static str },

    #[error("`{function}` has {bytes} bytes {state}, but Lambda accepts at most {most}")]
    #[diagnostic(code(RG0025), help("set `strip`, `opt-level = \"s\"` or `lto` in `[profile.release]`"))]
    TooLarge { function: String, state: &'static str, bytes: usize, most: usize },

    #[error("a second build produced different bytes: {} not reproducible", plural(differences.len(), "an artifact is", "artifacts are"))]
    #[diagnostic(
        code(RG0027),
        help(
            "look for a build script or a macro that writes the time, a random number, a path (`env!(\"OUT_DIR\")`), or values in the order of a hash map or a folder"
        )
    )]
    NotRepeatable {
        #[related]
        differences: Vec<Difference>,
    },

    #[error("`{path}` is not an artifact for Lambda: {reason}")]
    #[diagnostic(
        code(RG0047),
        help("name a zip with an executable `bootstrap`, or such a `bootstrap` itself")
    )]
    NotAnArtifact { path: Utf8PathBuf, reason: String },

    #[error("cannot break down the size of `{path}`: {reason}")]
    #[diagnostic(
        code(RG0048),
        help(
            "run `routegen build` in the package's workspace and inspect that zip, so that it can be linked again with its symbols; or write `strip = \"none\"` in the profile"
        )
    )]
    NoSymbols { path: Utf8PathBuf, reason: &'static str },
}

/// Where an artifact differs between two builds.
#[derive(Debug, Diagnostic, Error)]
#[error("`{function}` differs from {place} on: `{first}` became `{second}`")]
#[diagnostic(code(RG0027))]
pub(crate) struct Difference {
    pub(crate) function: String,
    pub(crate) place: String,
    pub(crate) first: String,
    pub(crate) second: String,
}
