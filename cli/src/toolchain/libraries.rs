//! Builds the user's libraries with cargo.
//!
//! In: the workspace, and what they are built for. Out: the files of the crates that can hold routes, and the flags that cargo gave to
//! rustc for them.

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

/// The user's libraries, built, and how to link to them.
#[derive(Debug)]
pub(crate) struct Libraries {
    pub(super) root: Utf8PathBuf,
    pub(super) rustc: String,
    pub(super) flags: Vec<String>,
    pub(super) runtime: Utf8PathBuf,
    /// The file of each crate that can hold routes.
    pub(super) by_crate: BTreeMap<String, Utf8PathBuf>,
    /// The packages of which the build has made a library.
    pub(crate) built: BTreeSet<PackageId>,
    /// What the user's program calls each of them, and the runtime, where that is another name.
    pub(super) names: BTreeMap<String, String>,
    /// How cargo builds programs, where it is to.
    pub(super) by_cargo: Option<CargoBuild>,
    /// How programs that are alike have been linked.
    pub(super) shapes: Shapes,
}

/// A build of cargo's, to be repeated for programs.
#[derive(Debug)]
pub(super) struct CargoBuild {
    pub(super) workspace: Workspace,
    pub(super) mode: Mode,
    pub(super) backend: Backend,
    pub(super) profile: Profile,
    pub(super) target: Utf8PathBuf,
}

impl Libraries {
    /// The crates that can hold routes, by their names in Rust.
    pub(crate) fn crates(&self) -> impl Iterator<Item = &str> {
        self.by_crate.keys().map(String::as_str)
    }

    /// What a program calls this crate: by its name, or, in one of the user's package, as that package does.
    pub(crate) fn name<'a>(&'a self, krate: &'a str) -> &'a str {
        self.names.get(krate).map_or(krate, String::as_str)
    }

    /// The files of those crates.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Utf8Path> {
        self.by_crate.values().map(Utf8PathBuf::as_path)
    }
}

/// Builds the package of `workspace`, and with it all that it depends on. cargo talks to the user itself: progress and
/// compiler errors appear as it prints them.
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
        // Somebody removed the records of how the libraries were compiled, and cargo found them fresh.
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

/// What a program of the selected package calls the crates that it names: as the package does, or where it does not depend on them
/// directly, by a name that nobody else gives.
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

/// Has cargo keep everything in `target`, wherever the user's own builds keep their intermediate files (`build.build-dir`):
/// these are compiled otherwise, and cleaned at times.
pub(super) fn keep_apart(command: &mut Command, target: &Utf8Path) {
    command.args(["--target-dir", target.as_str()]).env("CARGO_BUILD_BUILD_DIR", target);
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

    /// `None` where cargo found the library fresh and its record is gone.
    fn libraries(mut self, workspace: &Workspace, profile: &Profile) -> Result<Option<Libraries>, Error> {
        let file = |id: &PackageId| own_file(self.libraries.get(id)?);
        let library = file(&workspace.id).ok_or(Error::CargoSaidTooLittle)?;
        let runtime = file(&workspace.runtime).ok_or(Error::CargoSaidTooLittle)?;
        let Some(record) = Record::read(&library) else { return Ok(None) };
        // A package of which nothing was heard is not part of this build: what would need it is switched off.
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
        // Debug information names the folder in which rustc is called, and that of the program.
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

/// The file of a library that no other way of building it takes over, if cargo names one. The metadata's file is the library's
/// own, and it is beside it; the library itself is also linked to a name without a hash. One that is a `cdylib` too has no other
/// name, and no metadata of its own.
fn own_file(files: &[Utf8PathBuf]) -> Option<Utf8PathBuf> {
    let with = |extension| files.iter().find(|file| file.extension() == Some(extension));
    with("rmeta").map(|file| file.with_extension("rlib")).or_else(|| {
        let public = with("rlib")?;
        let own = public.parent()?.join("deps").join(public.file_name()?);
        Some(if own.is_file() { own } else { public.clone() })
    })
}

/// Libraries of one name would be told apart by nothing: not by an entry point's symbol, nor where they are linked.
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
