//! Finds the user's package and the local packages that its routes can be in.
//!
//! In: the selection of the command line. Out: a [`Workspace`], by `cargo metadata`. It reads no source.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{
    CrateType, DependencyKind, Metadata, MetadataCommand, Package, PackageId, Target, TargetKind,
};

use crate::error::Error;

/// The crate that users depend on.
const RUNTIME: &str = "routegen";

/// The user's package, its surroundings, and all that is linked to read its routes.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The package that was selected; its name is the API's, unless `routegen.toml` has another.
    pub(crate) package: String,
    /// The folder of its Cargo.toml.
    pub(crate) package_root: Utf8PathBuf,
    pub(crate) root: Utf8PathBuf,
    /// cargo's target directory of the workspace; routegen keeps all it makes in a folder of its own there.
    pub(crate) target: Utf8PathBuf,
    /// The local packages, the selected one included, that depend on the runtime.
    pub(crate) linked: Vec<LinkedPackage>,
    /// The package id of the runtime that they depend on.
    pub(crate) runtime: PackageId,
    /// The folders of the local packages outside of the workspace's root, each with what stands for it in artifacts.
    pub(crate) outside: Vec<(Utf8PathBuf, String)>,
    /// Flags of the command line that every build by cargo gets.
    pub(crate) cargo_flags: Vec<String>,
}

/// A local library that can hold routes.
#[derive(Debug)]
pub(crate) struct LinkedPackage {
    pub(crate) id: PackageId,
    pub(crate) name: String,
    /// What its dependency on the runtime is called: `routegen`, unless renamed.
    pub(crate) runtime_dependency: String,
    /// The library as Rust names it.
    pub(crate) crate_name: String,
    /// The file that the library begins with.
    pub(crate) lib: Utf8PathBuf,
}

impl Workspace {
    pub(crate) fn load(package: Option<&str>, manifest_path: Option<&Utf8Path>) -> Result<Self, Error> {
        let mut command = MetadataCommand::new();
        if let Some(path) = manifest_path {
            command.manifest_path(path);
        }
        let metadata = command.exec().map_err(|error| match error {
            cargo_metadata::Error::CargoMetadata { stderr } => {
                Error::Metadata { cargo: stderr.trim().trim_start_matches("error: ").to_owned() }
            }
            error => Error::Metadata { cargo: error.to_string() },
        })?;
        let app = select(&metadata, package)?;
        if library(app).is_none() {
            return Err(Error::NoLibrary { package: app.name.to_string() });
        }
        let local = local_dependencies(&metadata, &app.id);
        let mut linked = Vec::new();
        let mut runtimes = BTreeSet::new();
        for package in &local {
            if let Some((link, runtime)) = link(&metadata, package) {
                refuse_other_crate_types(package)?;
                linked.push(link);
                runtimes.insert(runtime);
            }
        }
        let Some(runtime) = runtimes.pop_first() else {
            return Err(Error::NoRuntime { package: app.name.to_string() });
        };
        if let Some(second) = runtimes.pop_first() {
            return Err(Error::TwoRuntimes { first: runtime.repr, second: second.repr });
        }
        let outside =
            local.iter().filter(|package| !package.manifest_path.starts_with(&metadata.workspace_root));
        Ok(Self {
            package: app.name.to_string(),
            package_root: folder(app),
            outside: outside.map(|package| (folder(package), format!("/outside/{}", package.name))).collect(),
            linked,
            runtime,
            cargo_flags: Vec::new(),
            root: metadata.workspace_root,
            target: metadata.target_directory,
        })
    }

    /// A source file as messages and the manifest name it: relative to the workspace's root, with `/` between folders.
    /// `file` may also be what rustc calls it, in whose place for a folder outside of the root something else stands.
    pub(crate) fn source_name(&self, file: &Utf8Path) -> String {
        let inside =
            self.outside.iter().find_map(|(folder, name)| Some(folder.join(file.strip_prefix(name).ok()?)));
        let file = inside.as_deref().unwrap_or(file);
        let relative = if file.is_absolute() { pathdiff::diff_utf8_paths(file, &self.root) } else { None };
        relative.as_deref().unwrap_or(file).as_str().replace('\\', "/")
    }

    /// The folder of everything that routegen makes, unless told otherwise.
    pub(crate) fn own_target(&self) -> Utf8PathBuf {
        self.target.join("routegen")
    }
}

fn folder(package: &Package) -> Utf8PathBuf {
    package.manifest_path.parent().map(Utf8Path::to_owned).unwrap_or_default()
}

fn select<'a>(metadata: &'a Metadata, name: Option<&str>) -> Result<&'a Package, Error> {
    let members = metadata.workspace_packages();
    let names = |packages: &[&Package]| packages.iter().map(|package| package.name.to_string()).collect();
    if let Some(name) = name {
        let found = members.iter().copied().find(|package| package.name == name);
        return found
            .ok_or_else(|| Error::UnknownPackage { package: name.to_owned(), members: names(&members) });
    }
    if let Some(package) = metadata.root_package() {
        return Ok(package);
    }
    let candidates: Vec<_> =
        members.into_iter().filter(|package| link(metadata, package).is_some()).collect();
    match candidates[..] {
        [package] => Ok(package),
        _ => Err(Error::WhichPackage { candidates: names(&candidates) }),
    }
}

fn library(package: &Package) -> Option<&Target> {
    package
        .targets
        .iter()
        .find(|target| target.kind.iter().any(|kind| matches!(kind, TargetKind::Lib | TargetKind::RLib)))
}

/// cargo gives a library that is a `cdylib` too one name for every mode of building it, so that the one with the
/// registry and the one without would take each other's place.
fn refuse_other_crate_types(package: &Package) -> Result<(), Error> {
    let types = library(package).map_or(&[][..], |library| &library.crate_types);
    match types.iter().find(|kind| !matches!(kind, CrateType::Lib | CrateType::RLib)) {
        Some(kind) => Err(Error::CrateType { package: package.name.to_string(), kind: kind.to_string() }),
        None => Ok(()),
    }
}

/// The packages without a source (those on this disk) that `id` is or depends on.
fn local_dependencies<'a>(metadata: &'a Metadata, id: &PackageId) -> Vec<&'a Package> {
    let mut seen = BTreeSet::new();
    let mut open = vec![id.clone()];
    while let Some(id) = open.pop() {
        if metadata[&id].source.is_none() && seen.insert(id.clone()) {
            open.extend(normal_dependencies(metadata, &id).cloned());
        }
    }
    seen.iter().map(|id| &metadata[id]).collect()
}

fn normal_dependencies<'a>(metadata: &'a Metadata, id: &PackageId) -> impl Iterator<Item = &'a PackageId> {
    let nodes = metadata.resolve.as_ref().map_or(&[][..], |resolve| &resolve.nodes);
    let node = nodes.iter().find(|node| node.id == *id);
    node.into_iter().flat_map(|node| &node.deps).filter_map(|dependency| {
        let normal = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
        normal.then_some(&dependency.pkg)
    })
}

/// The package as something to link, where it is a library that depends on the runtime.
fn link(metadata: &Metadata, package: &Package) -> Option<(LinkedPackage, PackageId)> {
    let runtime = normal_dependencies(metadata, &package.id).find(|id| metadata[*id].name == RUNTIME)?;
    let dependency = package
        .dependencies
        .iter()
        .find(|dependency| dependency.name == RUNTIME && dependency.kind == DependencyKind::Normal)?;
    let library = library(package)?;
    let link = LinkedPackage {
        id: package.id.clone(),
        name: package.name.to_string(),
        runtime_dependency: dependency.rename.clone().unwrap_or_else(|| RUNTIME.to_owned()),
        crate_name: library.name.replace('-', "_"),
        lib: library.src_path.clone(),
    };
    Some((link, runtime.clone()))
}
