//! Builds the user's libraries with cargo.
//!
//! In: the workspace, and what to build for. Out: the files of the crates that can contain routes, and the
//! flags that cargo passed to rustc for them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufReader,
    process::{Command, Stdio},
};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Message, PackageId, TargetKind};

use super::{backend::Backend, flags, link::Shapes, mode::Mode, profile::Profile, record::Record, wrapper};
use crate::{
    output::printer::Printer,
    project::{
        target::Linking,
        workspace::{LinkedPackage, RUNTIME, Workspace},
    },
    support,
    support::interrupt,
    toolchain::Error,
};

/// The user's libraries, built, with what is needed to link to them.
#[derive(Debug)]
pub(crate) struct Libraries {
    pub(super) root: Utf8PathBuf,
    pub(super) rustc: String,
    pub(super) flags: Vec<String>,
    pub(super) runtime: Utf8PathBuf,
    /// The library file of each crate that can contain routes.
    pub(super) by_crate: BTreeMap<String, Utf8PathBuf>,
    /// The packages whose library is part of the build.
    pub(crate) built: BTreeSet<PackageId>,
    /// The names of these crates, and of the runtime, in the user's program, if they differ.
    pub(super) names: BTreeMap<String, String>,
    /// How cargo builds programs, if it does.
    pub(super) by_cargo: Option<CargoBuild>,
    /// How programs of the same shape have been linked.
    pub(super) shapes: Shapes,
}

/// A call of cargo, to be repeated for programs.
#[derive(Debug)]
pub(super) struct CargoBuild {
    pub(super) workspace: Workspace,
    pub(super) mode: Mode,
    pub(super) backend: Backend,
    pub(super) profile: Profile,
    pub(super) target: Utf8PathBuf,
}

impl Libraries {
    /// The crates that can contain routes, by their names in Rust.
    pub(crate) fn crates(&self) -> impl Iterator<Item = &str> {
        self.by_crate.keys().map(String::as_str)
    }

    /// The name of this crate in a program: its own, or, in a program of the user's package, that package's
    /// name for it.
    pub(crate) fn name<'a>(&'a self, krate: &'a str) -> &'a str {
        self.names.get(krate).map_or(krate, String::as_str)
    }

    /// The library files of these crates.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Utf8Path> {
        self.by_crate.values().map(Utf8PathBuf::as_path)
    }
}

/// Builds the package of `workspace` and all its dependencies. Cargo's progress and compiler errors go to the
/// user as cargo prints them.
pub(crate) fn build(
    workspace: &Workspace,
    mode: Mode,
    backend: &Backend,
    printer: &Printer,
) -> Result<Libraries, Error> {
    let profile = Profile::load(workspace, mode)?;
    let mut target = workspace.own_target().join(backend.folder());
    if mode == Mode::Registry && workspace.one_file_for_all_modes {
        target = workspace.own_target().join("cargo-registry");
    }
    let mut libraries = run(workspace, mode, backend, &profile, &target, printer)?;
    if libraries.is_none() {
        // The records of how the libraries were compiled were deleted, and cargo considered the libraries
        // fresh.
        clean(workspace, backend, &profile, &target, printer)?;
        libraries = run(workspace, mode, backend, &profile, &target, printer)?;
    }
    let mut libraries = libraries.ok_or(Error::CargoSaidTooLittle)?;
    if workspace.linking == Linking::Cargo {
        libraries.names = names(workspace);
        let (workspace, backend) = (workspace.clone(), backend.clone());
        libraries.by_cargo = Some(CargoBuild { workspace, mode, backend, profile, target });
    }
    Ok(libraries)
}

/// The names of crates in a program of the selected package: the package's own names for its direct
/// dependencies, and unique names for the others.
fn names(workspace: &Workspace) -> BTreeMap<String, String> {
    let linked = workspace.linked.iter().map(|package| (&package.id, package.crate_name.as_str()));
    let others = linked.chain([(&workspace.runtime, RUNTIME)]).filter(|(id, _)| **id != workspace.id);
    let named = others.map(|(id, name)| {
        let alias = workspace.origins.get(id).and_then(|origin| origin.alias.clone());
        (name.to_owned(), alias.unwrap_or_else(|| format!("routegen_linked_{name}")))
    });
    named.collect()
}

fn clean(
    workspace: &Workspace,
    backend: &Backend,
    profile: &Profile,
    target: &Utf8Path,
    printer: &Printer,
) -> Result<(), Error> {
    let mut command = backend.clean(workspace);
    command.args(["--quiet", "--package", &workspace.package]);
    keep_apart(&mut command, target);
    command.args(profile.arguments());
    printer.running(&command);
    let status = command.status().map_err(|error| support::Error::run("cargo", error))?;
    if status.success() { Ok(()) } else { Err(Error::Cargo { others: workspace.other_versions.clone() }) }
}

fn run(
    workspace: &Workspace,
    mode: Mode,
    backend: &Backend,
    profile: &Profile,
    target: &Utf8Path,
    printer: &Printer,
) -> Result<Option<Libraries>, Error> {
    let mut command = backend.build(workspace);
    command.args(["--lib", "--message-format=json-render-diagnostics"]);
    command.args(["--color", printer.color_word()]);
    keep_apart(&mut command, target);
    command.args(["--package", &workspace.package]);
    command.args(profile.arguments());
    command.args(workspace.options.resolution()).args(workspace.options.effort());
    if workspace.is_more_than_a_library {
        command.args(["--crate-type", "lib"]);
    }
    if printer.quiet() {
        command.arg("--quiet");
    }
    wrapper::install(&mut command, workspace, mode, profile)?;
    printer.running(&command);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let (status, heard) = interrupt::run(&mut command, |child| {
        let mut heard = Heard::default();
        if let Some(stdout) = child.stdout.take() {
            for message in Message::parse_stream(BufReader::new(stdout)) {
                heard.hear(message.map_err(|error| support::Error::run("cargo", error))?);
            }
        }
        Ok(heard)
    })?;
    if !status.success() {
        return Err(Error::Cargo { others: workspace.other_versions.clone() });
    }
    heard.libraries(workspace, profile)
}

/// Makes cargo keep everything in `target`, wherever the user's own builds keep their intermediate files
/// (`build.build-dir`): these are compiled differently, and sometimes cleaned.
pub(super) fn keep_apart(command: &mut Command, target: &Utf8Path) {
    command.args(["--target-dir", target.as_str()]).env("CARGO_BUILD_BUILD_DIR", target);
}

/// What cargo reported to have made.
#[derive(Default)]
struct Heard {
    /// The files of each package's library.
    libraries: BTreeMap<PackageId, Vec<Utf8PathBuf>>,
    /// Where build scripts found native libraries, in the format of `-L`.
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

    /// `None` if cargo considered the library fresh but its record is missing.
    fn libraries(mut self, workspace: &Workspace, profile: &Profile) -> Result<Option<Libraries>, Error> {
        let file = |id: &PackageId| own_file(self.libraries.get(id)?);
        let library = file(&workspace.id).ok_or(Error::CargoSaidTooLittle)?;
        let runtime = file(&workspace.runtime).ok_or(Error::CargoSaidTooLittle)?;
        let Some(record) = Record::read(&library) else { return Ok(None) };
        // A package that cargo did not report is not part of this build: the feature that requires it is
        // disabled.
        let built = workspace.linked.iter().filter_map(|package| Some((package, file(&package.id)?)));
        let (packages, files): (Vec<_>, Vec<_>) = built.unzip();
        refuse_same_crate_name(&packages)?;
        let names = packages.iter().map(|package| package.crate_name.clone());
        let by_crate = names.zip(files).collect();
        self.search.sort();
        self.search.dedup();
        let source = workspace.linked.iter().find(|package| package.id == workspace.id);
        let source = source.map_or(Utf8Path::new(""), |package| &package.lib);
        let mut flags = flags::for_link(&record.arguments, source, &workspace.root, profile.lto);
        flags.extend(profile.link_flags());
        // Debug information contains the folder in which rustc is called, and that of the program.
        flags.extend(wrapper::remap(workspace));
        flags.extend(self.search.into_iter().flat_map(|path| ["-L".to_owned(), path]));
        Ok(Some(Libraries {
            root: workspace.root.clone(),
            rustc: record.rustc,
            flags,
            runtime,
            by_crate,
            built: self.libraries.into_keys().collect(),
            names: BTreeMap::new(),
            by_cargo: None,
            shapes: Shapes::default(),
        }))
    }
}

/// The file of a library that no other build overwrites, if cargo reports one. The metadata file belongs to
/// this build alone, and the library is beside it under the same name; cargo also links the library to a name
/// without a hash. A library that is also a `cdylib` has no other name, and no metadata of its own.
fn own_file(files: &[Utf8PathBuf]) -> Option<Utf8PathBuf> {
    let with = |extension| files.iter().find(|file| file.extension() == Some(extension));
    with("rmeta").map(|file| file.with_extension("rlib")).or_else(|| {
        let public = with("rlib")?;
        let own = public.parent()?.join("deps").join(public.file_name()?);
        Some(if own.is_file() { own } else { public.clone() })
    })
}

/// Nothing would distinguish two libraries with the same name: neither an entry point's symbol nor a link.
fn refuse_same_crate_name(packages: &[&LinkedPackage]) -> Result<(), Error> {
    let mut by_name: BTreeMap<&str, &LinkedPackage> = BTreeMap::new();
    for package in packages {
        if let Some(other) = by_name.insert(&package.crate_name, package) {
            return Err(Error::SameCrateName {
                crate_name: package.crate_name.clone(),
                first: format!("{} {}", other.name, other.version),
                second: format!("{} {}", package.name, package.version),
            });
        }
    }
    Ok(())
}
