//! Builds the user's libraries with cargo, and links small programs to them with rustc.
//!
//! cargo sees nothing unusual: it builds libraries of the user's own workspace, with the user's lock file, profiles,
//! configuration and patches. A folder of its own inside the target directory keeps apart what is built with the
//! path prefixes remapped, so that the paths of this machine are in no artifact.

mod flags;
mod link;
mod profile;
mod record;
pub(crate) mod wrapper;

use std::{
    collections::BTreeMap,
    io::BufReader,
    process::{Command, Stdio},
};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Message, PackageId, TargetKind};

pub(crate) use self::link::{Link, Linked, link};
use self::{profile::Profile, record::Record};
use crate::{error::Error, interrupt, printer::Printer, workspace::Workspace};

/// The two ways in which the user's libraries are built.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    /// For the registry, on this machine: the routes are registered, and nothing is optimised that need not be.
    Registry,
    /// For the artifacts.
    Artifacts,
}

/// The user's libraries, built, and how to link to them.
#[derive(Debug)]
pub(crate) struct Libraries {
    root: Utf8PathBuf,
    rustc: String,
    flags: Vec<String>,
    runtime: Utf8PathBuf,
    /// The file of each crate.
    by_crate: BTreeMap<String, Utf8PathBuf>,
}

/// Builds every linked package of `workspace`. cargo talks to the user itself: progress and compiler errors appear
/// as it prints them.
pub(crate) fn build(workspace: &Workspace, mode: Mode, printer: &Printer) -> Result<Libraries, Error> {
    let profile = Profile::load(&workspace.root)?;
    let target = workspace.own_target().join("cargo");
    if let Some(libraries) = run(workspace, mode, &profile, &target, printer)? {
        return Ok(libraries);
    }
    // Somebody removed the records of how the libraries were compiled, and cargo found them fresh.
    clean(workspace, &target, printer)?;
    run(workspace, mode, &profile, &target, printer)?.ok_or(Error::CargoSaidTooLittle)
}

fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&workspace.package_root);
    command
}

fn clean(workspace: &Workspace, target: &Utf8Path, printer: &Printer) -> Result<(), Error> {
    let mut command = cargo(workspace);
    command.args(["clean", "--quiet", "--release", "--target-dir", target.as_str()]);
    for package in &workspace.linked {
        command.args(["--package", package.name.as_str()]);
    }
    printer.running(&command);
    let status = command.status().map_err(|error| Error::run("cargo", error))?;
    if status.success() { Ok(()) } else { Err(Error::Cargo) }
}

fn run(
    workspace: &Workspace,
    mode: Mode,
    profile: &Profile,
    target: &Utf8Path,
    printer: &Printer,
) -> Result<Option<Libraries>, Error> {
    let mut command = cargo(workspace);
    command.args(["build", "--lib", "--release", "--message-format=json-render-diagnostics"]);
    command.args(["--target-dir", target.as_str(), "--color", printer.color_word()]);
    for package in &workspace.linked {
        command.args(["--package", package.name.as_str()]);
    }
    command.args(profile.arguments(mode, workspace)).args(&workspace.cargo_flags);
    if mode == Mode::Registry {
        let mut features: Vec<_> = workspace
            .linked
            .iter()
            .map(|package| format!("{}/registry", package.runtime_dependency))
            .collect();
        features.sort();
        features.dedup();
        command.args(["--features", &features.join(",")]);
    }
    if printer.quiet() {
        command.arg("--quiet");
    }
    wrapper::install(&mut command, workspace)?;
    printer.running(&command);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let (status, heard) = interrupt::run(&mut command, |child| {
        let mut heard = Heard::default();
        if let Some(stdout) = child.stdout.take() {
            for message in Message::parse_stream(BufReader::new(stdout)) {
                heard.hear(message.map_err(|error| Error::run("cargo", error))?);
            }
        }
        Ok(heard)
    })?;
    if !status.success() {
        return Err(Error::Cargo);
    }
    heard.libraries(workspace, profile.lto(mode))
}

/// What cargo said it has made.
#[derive(Default)]
struct Heard {
    /// The files of each package's library.
    libraries: BTreeMap<PackageId, Vec<Utf8PathBuf>>,
    /// Where build scripts found native libraries, as `-L` takes it.
    search: Vec<String>,
}

impl Heard {
    fn hear(&mut self, message: Message) {
        match message {
            Message::CompilerArtifact(artifact) => {
                let is_lib = |kind: &TargetKind| matches!(kind, TargetKind::Lib | TargetKind::RLib);
                if artifact.target.kind.iter().any(is_lib) {
                    self.libraries.insert(artifact.package_id, artifact.filenames);
                }
            }
            Message::BuildScriptExecuted(script) => {
                self.search.extend(script.linked_paths.into_iter().map(Utf8PathBuf::into_string));
            }
            _ => {}
        }
    }

    /// `None` where cargo found a library fresh whose record is gone.
    fn libraries(mut self, workspace: &Workspace, lto: Option<&str>) -> Result<Option<Libraries>, Error> {
        // The metadata's file is the library's own; the library itself is also linked to a name without a hash, which
        // the next build in another mode takes over.
        let rmeta = |id: &PackageId| {
            let files = self.libraries.get(id).map_or(&[][..], Vec::as_slice);
            files.iter().find(|file| file.extension() == Some("rmeta")).ok_or(Error::CargoSaidTooLittle)
        };
        let runtime = rmeta(&workspace.runtime)?.with_extension("rlib");
        let mut by_crate = BTreeMap::new();
        let mut records = Vec::new();
        for package in &workspace.linked {
            let rmeta = rmeta(&package.id)?;
            by_crate.insert(package.crate_name.clone(), rmeta.with_extension("rlib"));
            let Some(record) = Record::read(rmeta) else { return Ok(None) };
            records.push(record);
        }
        let Some(record) = records.pop() else { return Err(Error::CargoSaidTooLittle) };
        self.search.sort();
        self.search.dedup();
        let mut flags = flags::for_link(&record.arguments, lto);
        flags.extend(self.search.into_iter().flat_map(|path| ["-L".to_owned(), path]));
        Ok(Some(Libraries { root: workspace.root.clone(), rustc: record.rustc, flags, runtime, by_crate }))
    }
}
