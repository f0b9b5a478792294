//! Builds the requested artifacts.
//!
//! In: the checked manifest. Out: their zips, and `artifacts.json`. The user's libraries are compiled once;
//! then each function costs one link, which includes no other function's handlers. Anything unchanged is
//! kept.

use std::{collections::BTreeMap, num::NonZero};

use camino::Utf8Path;

use super::{
    artifact::{Artifact, Build, ZipLayout},
    include::Extras,
    listing::Listing,
    parallel::in_parallel,
    sbom,
};
use crate::{
    artifacts::Error,
    check::{CheckedManifest, Function},
    output::{printer::Printer, words::plural},
    project::{target::Linking, workspace::Workspace},
    routes::symbols,
    support::timings::Step,
    toolchain::{self, Backend, Mode},
};

/// The request for a build.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The folder for the zips.
    pub(crate) out: &'a Utf8Path,
    pub(crate) layout: ZipLayout,
    /// The functions to build, by the name of the function or of a route; empty for all of them.
    pub(crate) only: &'a [String],
    /// The number of parallel links and zips; `None` for the number of cores.
    pub(crate) jobs: Option<NonZero<usize>>,
    /// Whether to write a list of components beside each zip.
    pub(crate) sbom: bool,
}

/// The result of a build.
#[derive(Debug)]
pub(crate) struct Built {
    /// The requested artifacts, in the manifest's order.
    pub(crate) artifacts: Vec<Artifact>,
    /// What the folder now contains.
    pub(crate) listing: Listing,
}

/// Builds the requested artifacts.
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
        .time(Step::ArtifactsBuild, "", || toolchain::build(workspace, Mode::Artifacts, backend, printer))?;
    symbols::compare(workspace, &libraries, Mode::Artifacts, &manifest.declared)?;
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
    let linked =
        if workspace.linking == Linking::Cargo { build.link_together(&selected)? } else { BTreeMap::new() };
    let made = in_parallel(request.jobs, &selected, |function| build.artifact(function, &linked));
    progress.finish();
    let (artifacts, mut listed): (Vec<_>, Vec<_>) = made?.into_iter().unzip();
    if request.sbom {
        sbom::write(workspace, &libraries, &selected, &artifacts, &listed)?;
    }
    if let Some(before) = &before {
        listed.extend(before.still_good(manifest, &selected, request.out));
    }
    let listing = Listing::new(&workspace.package, manifest, listed);
    listing.write(request.out)?;
    if let Some(before) = before {
        for file in before.remove_stale(&listing, manifest, request.out)? {
            printer.step("Removed", format!("{}, which no route uses any more", request.out.join(file)));
        }
    }
    Ok(Built { artifacts, listing })
}

/// The functions that `only` names; all of them if it is empty.
fn select<'a>(manifest: &'a CheckedManifest, only: &[String]) -> Result<Vec<&'a Function>, Error> {
    if only.is_empty() {
        return Ok(manifest.functions.iter().collect());
    }
    let named: Vec<_> = only.iter().map(|name| manifest.function_named(name)).collect::<Result<_, _>>()?;
    let wanted = |function: &&Function| named.iter().any(|named| named.key == function.key);
    Ok(manifest.functions.iter().filter(wanted).collect())
}
