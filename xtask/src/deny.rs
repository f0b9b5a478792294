//! Licences, sources, banned crates and advisories of all dependencies, checked by cargo-deny.
//!
//! The first three only need the lock files. Advisories are in a database that cargo-deny downloads: if that
//! fails, they are reported as skipped, unless they were explicitly requested.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    environment::target,
    step::{Failed, Step},
};

/// The version that CI installs. Any other version on `PATH` is accepted too.
const VERSION: &str = "0.20.2";

/// The workspaces, each with a lock file of its own.
const WORKSPACES: [&str; 2] = ["Cargo.toml", "gateway/fuzz/Cargo.toml"];

pub(crate) const USAGE: &str = "cargo xtask deny [--advisories]
                             licences, sources, banned crates and advisories; with --advisories these must be looked up
  ";

/// Whether advisories must be checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Advisories {
    /// They are checked if the database can be downloaded.
    IfPossible,
    /// It is an error if they cannot be checked.
    Required,
}

/// What was not checked, if anything.
#[must_use]
pub(crate) struct Skipped(pub(crate) Option<String>);

/// Runs the checks. cargo-deny is installed into the target directory if `may_install`, and otherwise must
/// exist.
pub(crate) fn check(advisories: Advisories, may_install: bool) -> Result<Skipped, Failed> {
    let program = cargo_deny(may_install)?;
    let step = |workspace: &str, checks: &str| {
        let arguments = format!("--locked --manifest-path {workspace} check {checks}");
        Step::new(&program).arguments(arguments.split(' '))
    };
    for workspace in WORKSPACES {
        step(workspace, "licenses bans sources").run()?;
    }
    if let Err(Failed(why)) = Step::new(&program).arguments(["fetch", "db"]).run() {
        let skipped = format!("advisories: their database could not be fetched ({why})");
        return match advisories {
            Advisories::Required => Err(Failed(skipped)),
            Advisories::IfPossible => Ok(Skipped(Some(skipped))),
        };
    }
    for workspace in WORKSPACES {
        step(workspace, "advisories").run()?;
    }
    Ok(Skipped(None))
}

fn cargo_deny(may_install: bool) -> Result<PathBuf, Failed> {
    let installed = target().join("tools");
    let own = installed.join("bin/cargo-deny");
    let found = [PathBuf::from("cargo-deny"), own.clone()].into_iter().find(|program| runs(program));
    match found {
        Some(program) => Ok(program),
        None if may_install => {
            // Not optimised, which it would be longer than it runs.
            let install = format!("install --quiet --locked --debug --version {VERSION} cargo-deny --root");
            Step::cargo(&install).arguments([&installed]).env("CARGO_PROFILE_DEV_DEBUG", "0").run()?;
            Ok(own)
        }
        None => Err(Failed(format!(
            "There is no cargo-deny to run: `cargo install --locked cargo-deny` (or `--version {VERSION}`)."
        ))),
    }
}

fn runs(program: &Path) -> bool {
    let mut version = Command::new(program);
    version.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}
