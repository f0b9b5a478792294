//! Builds the artifacts: one zip for each function, for the runtime `provided.al2023`.
//!
//! In: the checked manifest. Out: zips with the executable `bootstrap`, the same bytes for the same input. The user's
//! libraries are compiled once; a function then costs one link, which takes nothing of another function's handlers.

pub(crate) mod inspect;
mod needs;
mod zip;

use std::{
    fmt,
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::{
    cargo::{self, Backend, Libraries, Link, Mode},
    check::{CheckedManifest, Function},
    entries,
    error::{Error, plural},
    files::{self, Outcome},
    note::Note,
    printer::Printer,
    workspace::{LinkedPackage, Workspace},
};

/// A function's zip.
#[derive(Debug, Serialize)]
pub(crate) struct Artifact {
    /// The function's name.
    pub(crate) function: String,
    /// Where the zip is.
    pub(crate) path: Utf8PathBuf,
    /// The size of the zip, in bytes: what Lambda stores and limits to 50 MB for a direct upload.
    pub(crate) zip_bytes: u64,
    /// The size of `bootstrap` inside, in bytes.
    pub(crate) bootstrap_bytes: u64,
    /// Whether the zip is another than before.
    pub(crate) outcome: Outcome,
}

/// Builds the artifact of every function into `out`.
pub(crate) fn build(
    workspace: &Workspace,
    manifest: &CheckedManifest,
    backend: &Backend,
    out: &Utf8Path,
    printer: &Printer,
) -> Result<Vec<Artifact>, Error> {
    let functions = plural(manifest.functions.len(), "1 function", "functions");
    printer.step("Building", format!("{functions} for {backend}"));
    let libraries = cargo::build(workspace, Mode::Artifacts, backend, printer)?;
    let routes = manifest.routes.iter().map(|route| &route.spec);
    entries::compare(workspace, &libraries, Mode::Artifacts, routes)?;
    let build = Build { workspace, manifest, libraries: &libraries, out, printer };
    in_parallel(&manifest.functions, |function| build.artifact(function))
}

struct Build<'a> {
    workspace: &'a Workspace,
    manifest: &'a CheckedManifest,
    libraries: &'a Libraries,
    out: &'a Utf8Path,
    printer: &'a Printer,
}

impl Build<'_> {
    fn artifact(&self, function: &Function) -> Result<Artifact, Error> {
        let package = self.workspace.linked.iter().find(|package| package.name == function.package);
        let package = package.ok_or(Error::CargoSaidTooLittle)?;
        let crate_name = package.crate_name.as_str();
        let folder =
            self.workspace.own_target().join("bootstrap").join(&self.workspace.package).join(&function.name);
        files::create_folder(&folder)?;
        let source = main(crate_name, &function.entry) + &self.note(function, package).source();
        let link = Link { name: &function.name, source: &source, crates: vec![crate_name], folder: &folder };
        let linked = cargo::link(self.libraries, &link, self.printer)?;
        let bootstrap = files::read_bytes(&linked.program)?;
        inspect::program(function, &bootstrap, &[])?;
        let path = self.out.join(&function.artifact);
        let zip = zip::zip(&bootstrap).map_err(|error| Error::io("write", &path, error))?;
        inspect::size(function, &bootstrap, &zip)?;
        let outcome = files::write_if_changed(&path, &zip)?;
        if !linked.fresh {
            self.printer.step("Linked", &function.name);
        }
        Ok(Artifact {
            function: function.name.clone(),
            path,
            zip_bytes: zip.len() as u64,
            bootstrap_bytes: bootstrap.len() as u64,
            outcome,
        })
    }
}

impl Build<'_> {
    /// What the artifact says about itself.
    fn note(&self, function: &Function, package: &LinkedPackage) -> Note {
        let routes = self.manifest.routes.iter().filter(|route| route.function == function.key);
        Note {
            function: function.name.clone(),
            routes: routes.map(|route| route.spec.route_key().to_string()).collect(),
            package: package.name.clone(),
            package_version: package.version.clone(),
            routegen_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// The program but for its note: it names one entry point, so the linker keeps that handler and no other.
fn main(crate_name: &str, entry: &str) -> String {
    format!(
        "extern crate {crate_name} as _;\n\
         unsafe extern \"Rust\" {{\n    \
             #[link_name = {entry:?}]\n    \
             safe fn entry() -> routegen::__private::Route;\n\
         }}\n\
         fn main() -> std::process::ExitCode {{\n    \
             routegen::__private::serve(entry())\n\
         }}\n"
    )
}

/// Calls `work` for each of `items` on as many threads as there are cores, and keeps their order. After a failure no
/// further item is begun; the first failure in the order of `items` is returned.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break done };
            let result = work(item);
            if result.is_err() {
                next.store(items.len(), Ordering::Relaxed);
            }
            done.push((index, result));
        }
    };
    let mut done: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A number of bytes for people: `0.88 MB`.
pub(crate) struct Megabytes(pub(crate) u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Integers, so that no rounding of floats is to be thought about: hundredths of 10^6 bytes, rounded up.
        let hundredths = self.0.div_ceil(10_000);
        f.pad(&format!("{}.{:02} MB", hundredths / 100, hundredths % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_in_parallel_keeps_its_order_and_stops_at_a_failure() {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(in_parallel(&items, |item| Ok(item * 2)).unwrap()[99], 198);
        let failed = in_parallel(&items, |item| if *item == 7 { Err(Error::Cargo) } else { Ok(()) });
        assert!(matches!(failed, Err(Error::Cargo)));
        assert!(in_parallel(&[] as &[u8], |_| Ok(())).unwrap().is_empty());
    }

    #[test]
    fn sizes_are_told_in_megabytes() {
        assert_eq!(Megabytes(879_737).to_string(), "0.88 MB");
        assert_eq!(Megabytes(1).to_string(), "0.01 MB");
        assert_eq!(Megabytes(12_345_678).to_string(), "12.35 MB");
    }
}
