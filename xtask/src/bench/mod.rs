//! The benchmark of builds: routegen, and cargo-lambda beside it if installed.
//!
//! In: the numbers of functions. Out, on stdout: Markdown tables for docs/performance.md. For each number of
//! functions, a package is generated in the target directory and built from scratch, then after an edit of
//! one handler, after an edit of code that all handlers share, and after no edit. It refuses figures of a
//! wrong build: an edit of one handler must change one artifact.

mod document;
mod figure;
mod files;
mod gateway;
mod hello;
mod machine;
mod options;
mod peer;
mod project;
mod report;
mod usage;

use std::{path::Path, process::Command};

use crate::{environment::target, released, step::Failed};

use files::fetch;
use options::{Options, Peers};
use project::{Edit, Kind, Project};
use report::{Report, Row, Sizes};
use usage::Usage;

pub(crate) use document::bench_document;
pub(crate) use gateway::bench_gateway;
pub(crate) use hello::bench;

pub(crate) const USAGES: [&str; 2] = [options::USAGE, gateway::USAGE];

/// Builds everything, and prints the figures.
#[expect(clippy::print_stdout, reason = "the figures are data")]
pub(crate) fn bench_build(arguments: &[&str]) -> Result<(), Failed> {
    let options = Options::parse(arguments)?;
    let folder = target().join("bench-build");
    let peer = match options.peers {
        Peers::Without => None,
        Peers::IfInstalled => peer::installed(&folder),
        Peers::Installed => Some(peer::install(&folder)?),
    };
    if peer.is_none() && options.peers == Peers::IfInstalled {
        eprintln!("cargo-lambda is not installed; `--peer` installs it into {}", folder.display());
    }
    let routegen = released::routegen()?;

    let mut report = Report::new(machine::describe(peer.as_ref()), machine::cores());
    for functions in options.counts() {
        let project = Project::generate(&folder, Kind::Routegen, functions)?;
        let command = || project.routegen(&routegen);
        report.ours.push(measure(&project, command)?);
    }
    report.sizes.push(("routegen", sizes(&folder, Kind::Routegen, |project| project.routegen(&routegen))?));
    let abort = sizes(&folder, Kind::RoutegenAborting, |project| project.routegen(&routegen))?;
    report.sizes.push(("routegen, `panic = \"abort\"`", abort));
    if let Some(peer) = &peer {
        for functions in options.peer_functions.iter().copied() {
            let project = Project::generate(&folder, Kind::CargoLambda, functions)?;
            report.theirs.push(measure(&project, || peer.build(&project))?);
        }
        report
            .sizes
            .push(("cargo-lambda", sizes(&folder, Kind::CargoLambda, |project| peer.build(project))?));
    }
    println!("{}", report.markdown(&options));
    Ok(())
}

/// All builds of one package, starting with the cold one.
fn measure(project: &Project, command: impl Fn() -> Command) -> Result<Row, Failed> {
    fetch(&project.folder)?;
    let build = |what: &str| {
        eprintln!("> {}: {what}", project.folder.display());
        Usage::of(command(), &project.folder.join("build.log"))
    };
    let cold = build("from nothing")?;
    let first = project.artifacts()?;
    let unchanged = build("no edit")?;
    project.expect_changed(&first, 0)?;
    project.edit(Edit::OneHandler)?;
    let one_handler = build("one handler edited")?;
    project.expect_changed(&first, 1)?;
    project.edit(Edit::Shared)?;
    let shared = build("shared code edited")?;
    project.expect_changed(&first, project.functions)?;
    Ok(Row { functions: project.functions, cold, unchanged, one_handler, shared })
}

/// The size of an artifact with one handler.
fn sizes(folder: &Path, kind: Kind, command: impl Fn(&Project) -> Command) -> Result<Sizes, Failed> {
    let project = Project::generate(folder, kind, 1)?;
    fetch(&project.folder)?;
    eprintln!("> {}: size", project.folder.display());
    Usage::of(command(&project), &project.folder.join("build.log"))?;
    project.sizes()
}
