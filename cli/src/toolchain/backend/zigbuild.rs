//! cargo-zigbuild: cargo with zig as the linker and as the C compiler.
//!
//! It sets the linker in an environment variable, and cargo passes it to every call of rustc, so the links
//! that routegen makes with the flags of such a call use it too. zig links against the requested glibc, so
//! artifacts run on Lambda even if this machine's glibc is newer.

use std::process::Command;

use routegen_spec::limits;

use super::{
    missing::{self, Missing, runs},
    triple::triple,
};
use crate::project::{target::Architecture, workspace::Workspace};

const PROGRAM: &str = "cargo-zigbuild";

/// What is missing, if anything.
pub(super) fn find(workspace: &Workspace, architecture: Architecture) -> Result<(), Vec<Missing>> {
    let mut missing: Vec<_> = missing::std(workspace, triple(architecture)).into_iter().collect();
    if !runs(PROGRAM, &["--version"]) {
        missing.push(Missing {
            what: "cargo-zigbuild, which includes zig".to_owned(),
            command: "pip install cargo-zigbuild".to_owned(),
        });
    } else if !has_zig() {
        missing.push(Missing {
            what: "zig, which cargo-zigbuild links with".to_owned(),
            command: "pip install ziglang".to_owned(),
        });
    }
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

/// Whether zig is where cargo-zigbuild looks for it: on `PATH` or in Python, either of which its variables
/// can override.
fn has_zig() -> bool {
    let named = |variable: &str, usual: &str| std::env::var(variable).unwrap_or_else(|_| usual.to_owned());
    runs(&named("CARGO_ZIGBUILD_ZIG_PATH", "zig"), &["version"])
        || runs(&named("CARGO_ZIGBUILD_PYTHON_PATH", "python3"), &["-m", "ziglang", "version"])
}

/// `cargo zigbuild`, or another of its commands, for Lambda's glibc.
pub(super) fn build(workspace: &Workspace, architecture: Architecture, subcommand: &str) -> Command {
    let (major, minor) = limits::GLIBC;
    let mut command = Command::new(PROGRAM);
    command.args([subcommand, "--target", &format!("{}.{major}.{minor}", triple(architecture))]);
    command.args(["--manifest-path", workspace.manifest().as_str()]);
    command
}
