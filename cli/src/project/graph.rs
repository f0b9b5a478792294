//! Cargo's package graph, for lists of what is in a program.
//!
//! In: the workspace, and its lock file. Out: packages by their ids, and the dependencies of each. The graph
//! contains more than any one build; the build's output determines which packages count.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};
use serde::Deserialize;

use crate::{
    project::{Error, workspace::Workspace},
    support::files,
};

/// The packages of a workspace.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) packages: BTreeMap<PackageId, Package>,
}

/// A package, with the fields for a list of components.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The registry or repository, as cargo writes it; `None` for a local package.
    pub(crate) source: Option<String>,
    /// An SPDX expression.
    pub(crate) license: Option<String>,
    /// The name of the licence file, if there is no expression.
    pub(crate) license_file: Option<String>,
    pub(crate) repository: Option<String>,
    /// The SHA-256 of the package in its registry, in hexadecimal.
    pub(crate) checksum: Option<String>,
    /// The packages whose code it may call at run time, without those of its build script and its tests.
    pub(crate) dependencies: BTreeSet<PackageId>,
}

/// A lock file, reduced to the fields that are read here.
#[derive(Default, Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

impl Graph {
    pub(crate) fn load(workspace: &Workspace) -> Result<Self, Error> {
        let mut command = MetadataCommand::new();
        command.manifest_path(workspace.manifest()).other_options(workspace.options.resolution());
        let unreadable =
            |error: cargo_metadata::Error| Error::Metadata { cargo: error.to_string(), help: None };
        let metadata = command.exec().map_err(unreadable)?;
        let lock = files::read_if_exists(&metadata.workspace_root.join("Cargo.lock"))?;
        Ok(Self::new(metadata, &lock.unwrap_or_default()))
    }

    fn new(metadata: Metadata, lock: &str) -> Self {
        // Any lock file that cargo accepts has these fields.
        let lock: Lock = toml::from_str(lock).unwrap_or_default();
        let mut dependencies: BTreeMap<PackageId, BTreeSet<PackageId>> = BTreeMap::new();
        for node in metadata.resolve.map(|resolve| resolve.nodes).unwrap_or_default() {
            let is_normal = |kinds: &[cargo_metadata::DepKindInfo]| {
                kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
            };
            let normal = node.deps.into_iter().filter(|it| is_normal(&it.dep_kinds)).map(|it| it.pkg);
            dependencies.insert(node.id, normal.collect());
        }
        let packages = metadata.packages.into_iter().map(|package| {
            let (name, version) = (package.name.to_string(), package.version.to_string());
            let source = package.source.map(|source| source.repr);
            let is_it = |locked: &&Locked| {
                locked.name == name && locked.version == version && locked.source == source
            };
            let checksum = lock.package.iter().find(is_it).and_then(|locked| locked.checksum.clone());
            let own = Package {
                checksum,
                license: package.license,
                license_file: package.license_file.and_then(|file| file.file_name().map(str::to_owned)),
                repository: package.repository,
                dependencies: dependencies.remove(&package.id).unwrap_or_default(),
                name,
                version,
                source,
            };
            (package.id, own)
        });
        Self { packages: packages.collect() }
    }

    /// The packages in `among` that this one directly depends on.
    pub(crate) fn dependencies<'a>(
        &'a self,
        id: &PackageId,
        among: &'a BTreeSet<PackageId>,
    ) -> impl Iterator<Item = &'a PackageId> + use<'a> {
        let package = self.packages.get(id);
        package.into_iter().flat_map(|package| &package.dependencies).filter(|id| among.contains(*id))
    }

    /// These packages, and everything that they depend on, as far as it is in `among`.
    pub(crate) fn reached(&self, from: Vec<PackageId>, among: &BTreeSet<PackageId>) -> BTreeSet<PackageId> {
        let (mut open, mut reached) = (from, BTreeSet::new());
        while let Some(id) = open.pop() {
            if reached.insert(id.clone()) {
                open.extend(self.dependencies(&id, among).cloned());
            }
        }
        reached
    }
}
