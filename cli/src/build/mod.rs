//! Builds the artifacts: one zip for each function, for the runtime `provided.al2023`.
//!
//! In: the checked manifest. Out: zips with the executable `bootstrap`, the same bytes for the same input, and
//! `artifacts.json`, which says what they are. The user's libraries are compiled once; a function then costs one link,
//! which takes nothing of another function's handlers. What has not changed is not made again.

mod artifact;
#[cfg(test)]
mod fixture;
mod include;
pub(crate) mod inspect;
mod listing;
mod needs;
mod parallel;
pub(crate) mod program;
mod stamp;
pub(crate) mod unzip;
mod zip;

use std::num::NonZero;

use camino::{Utf8Path, Utf8PathBuf};

use self::{artifact::Build, include::Extras, parallel::in_parallel};
pub(crate) use self::{
    artifact::{Artifact, Change},
    listing::Listing,
};
use crate::{
    cargo::{self, Backend, Mode},
    check::{CheckedManifest, Function},
    entries,
    error::{Error, plural},
    printer::Printer,
    timings::Step,
    workspace::Workspace,
};

/// What is asked of a build.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The folder for the zips.
    pub(crate) out: &'a Utf8Path,
    pub(crate) layout: Layout,
    /// The functions to build, by the name of function or route; none for all of them.
    pub(crate) only: &'a [String],
    /// How many links and zips at once; none for as many as there are cores.
    pub(crate) jobs: Option<NonZero<usize>>,
}

/// Where in the folder a function's zip is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Layout {
    /// `get-items.zip`
    Flat,
    /// `get-items/bootstrap.zip`
    CargoLambda,
}

impl Layout {
    fn file(self, function: &Function) -> Utf8PathBuf {
        match self {
            Self::Flat => function.artifact.as_str().into(),
            Self::CargoLambda => Utf8Path::new(&function.name).join("bootstrap.zip"),
        }
    }
}

/// What has been built.
#[derive(Debug)]
pub(crate) struct Built {
    /// The artifacts of the functions that were asked for, in the manifest's order.
    pub(crate) artifacts: Vec<Artifact>,
    /// What the folder now holds.
    pub(crate) listing: Listing,
}

/// Builds the artifacts that are asked for.
pub(crate) fn build(
    workspace: &Workspace,
    manifest: &CheckedManifest,
    backend: &Backend,
    request: &Request<'_>,
    printer: &Printer,
) -> Result<Built, Error> {
    let selected = select(manifest, request.only)?;
    let before = Listing::read(request.out, &workspace.package)?;
    let extras = Extras::read(workspace, &selected)?;
    let functions = plural(selected.len(), "1 function", "functions");
    printer.step("Building", format!("{functions} for {backend}"));
    let libraries = printer
        .stopwatch
        .time(Step::ArtifactsBuild, "", || cargo::build(workspace, Mode::Artifacts, backend, printer))?;
    entries::compare(workspace, &libraries, Mode::Artifacts, manifest.declared.entry_points())?;
    let progress = printer.progress(selected.len());
    let build = Build {
        workspace,
        manifest,
        libraries: &libraries,
        extras: &extras,
        out: request.out,
        layout: request.layout,
        before: before.as_ref(),
        printer,
        progress: &progress,
    };
    let made = in_parallel(request.jobs, &selected, |function| build.artifact(function));
    progress.finish();
    let (artifacts, mut listed): (Vec<_>, Vec<_>) = made?.into_iter().unzip();
    if let Some(before) = &before {
        listed.extend(before.still_good(manifest, &selected, request.out));
    }
    let listing = Listing::new(&workspace.package, manifest, listed);
    listing.write(request.out)?;
    if let Some(before) = before {
        for file in before.remove_stale(&listing, manifest, request.out)? {
            printer.step("Removed", format!("{}, which no route needs any more", request.out.join(file)));
        }
    }
    Ok(Built { artifacts, listing })
}

/// The functions that `only` names; all of them where it is empty.
fn select<'a>(manifest: &'a CheckedManifest, only: &[String]) -> Result<Vec<&'a Function>, Error> {
    if only.is_empty() {
        return Ok(manifest.functions.iter().collect());
    }
    let named: Vec<_> = only.iter().map(|name| manifest.function_named(name)).collect::<Result<_, _>>()?;
    let wanted = |function: &&Function| named.iter().any(|named| named.key == function.key);
    Ok(manifest.functions.iter().filter(wanted).collect())
}
