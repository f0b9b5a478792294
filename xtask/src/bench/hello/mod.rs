//! The run-time benchmark: a routegen handler beside the same handler on bare `lambda_http`.
//!
//! In: nothing. Out, on stdout: a Markdown table for docs/performance.md. Both programs are built with the
//! same profile, which is routegen's default, so that differences are due to the runtime: optimised for
//! speed, one codegen unit, no LTO, unwinding, stripped.

mod api;
mod meter;
mod report;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use meter::Cost;

use super::{
    files::fetch,
    machine,
    project::{Kind, Project},
    usage::Usage,
};
use crate::{environment::target, released, step::Failed};

/// The profile that routegen uses by default.
const PROFILE: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
];

/// Builds both, and prints the figures.
#[expect(clippy::print_stdout, reason = "the figures are data")]
pub(crate) fn bench() -> Result<(), Failed> {
    let folder = target().join("bench");
    let routegen = released::routegen()?;
    let (ours, theirs) = (ours(&folder, &routegen)?.cost()?, theirs(&folder)?.cost()?);
    println!("{}", report::markdown(&machine::describe(None), &ours, &theirs));
    Ok(())
}

/// A program that was built from nothing.
struct Built {
    program: PathBuf,
    usage: Usage,
}

impl Built {
    fn cost(self) -> Result<Cost, Failed> {
        eprintln!("> {}", self.program.display());
        Cost::of(&self.program, self.usage.cpu)
    }
}

/// The program in the zip that `routegen build` makes.
fn ours(folder: &Path, routegen: &Path) -> Result<Built, Failed> {
    let project = Project::generate(folder, Kind::Routegen, 1)?;
    fetch(&project.folder)?;
    let usage = Usage::of(project.routegen(routegen), &project.folder.join("build.log"))?;
    Ok(Built { program: project.program()?, usage })
}

/// The program that cargo builds from the package for cargo-lambda, with its handlers on bare `lambda_http`.
fn theirs(folder: &Path) -> Result<Built, Failed> {
    let project = Project::generate(folder, Kind::CargoLambda, 1)?;
    fetch(&project.folder)?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release"]).current_dir(&project.folder).envs(PROFILE);
    cargo.env("CARGO_TARGET_DIR", project.folder.join("target"));
    let usage = Usage::of(cargo, &project.folder.join("build.log"))?;
    Ok(Built { program: project.folder.join("target/release/hello_0"), usage })
}
