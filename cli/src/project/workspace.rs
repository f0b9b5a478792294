//! Finds the user's package and the packages that may contain its routes: all those between it and the
//! runtime.
//!
//! In: the package options of the command line, and the options for cargo. Out: a [`Workspace`], from
//! `cargo metadata`. It reads no source code.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::LazyLock,
};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{
    CrateType, DependencyKind, Metadata, MetadataCommand, Package, PackageId, Target, TargetKind,
    semver::Version,
};

use crate::project::{Error, cargo_options::CargoOptions, origin::Origin, target::Linking};

/// The crate that users depend on.
pub(crate) const RUNTIME: &str = "routegen";

/// The crate of the vocabulary, which the runtime depends on.
pub(crate) const SPEC: &str = "routegen-spec";

/// Replaces the path of cargo's home in artifacts and manifests.
pub(crate) const CARGO_HOME: &str = "/cargo";

/// The user's package, its surroundings, and everything that is linked to read its routes.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    /// The selected package. Its name is also the API's, unless `routegen.toml` sets another.
    pub(crate) package: String,
    /// The folder of its Cargo.toml.
    pub(crate) package_root: Utf8PathBuf,
    pub(crate) root: Utf8PathBuf,
    /// The workspace's target directory.
    pub(crate) target: Utf8PathBuf,
    /// The folder for everything that routegen makes, in the workspace's target directory.
    own_target: Utf8PathBuf,
    /// The package id of the selected package.
    pub(crate) id: PackageId,
    /// The packages that depend on the runtime, directly or through others: the selected one, and those among
    /// its dependencies, from any source. With a re-exported macro, any of them can contain routes.
    /// `cargo metadata` combines the features of all workspace members, so a build of the selected package
    /// may not include all of them.
    pub(crate) linked: Vec<LinkedPackage>,
    /// Whether the selected package's library is also built for other languages (`cdylib`, `staticlib`).
    pub(crate) is_more_than_a_library: bool,
    /// Whether this applies to another local package in the list: cargo adds no hash to its file names, so
    /// each way of building it overwrites the other.
    pub(crate) one_file_for_all_modes: bool,
    /// The package id of the runtime that they depend on.
    pub(crate) runtime: PackageId,
    /// The crates whose types appear in handlers, if a local package depends on another version of them than
    /// the runtime.
    pub(crate) other_versions: Vec<OtherVersion>,
    /// The folders of packages that are neither below the workspace's root nor below cargo's home, each with
    /// what replaces it in artifacts.
    pub(crate) outside: Vec<(Utf8PathBuf, String)>,
    /// The folders of the local packages that the selected one is made from, including its own.
    pub(crate) local_folders: Vec<Utf8PathBuf>,
    /// Whether anything except the runtime may log with the crate `log`.
    pub(crate) has_records: bool,
    /// The Cargo.toml of each local package that cargo knows.
    pub(crate) manifests: Vec<Utf8PathBuf>,
    /// The origins of the packages in `linked` and of the runtime.
    pub(crate) origins: BTreeMap<PackageId, Origin>,
    /// Another local package whose library is also a `dylib`.
    shared: Option<String>,
    /// How programs are linked.
    pub(crate) linking: Linking,
    /// The options for every call of cargo.
    pub(crate) options: CargoOptions,
}

/// A library that can contain routes.
#[derive(Clone, Debug)]
pub(crate) struct LinkedPackage {
    pub(crate) id: PackageId,
    pub(crate) name: String,
    pub(crate) version: String,
    /// The library's name in Rust.
    pub(crate) crate_name: String,
    /// The library's root file.
    pub(crate) lib: Utf8PathBuf,
    /// Whether its sources are local, so that the user can change them, and come from no registry or
    /// repository.
    pub(crate) is_local: bool,
    /// The name of schemars in the package, if it depends on a version whose schemas this command can read.
    pub(crate) schemars: Option<String>,
    /// The root files of its programs. They are not part of the API.
    pub(crate) bins: Vec<Utf8PathBuf>,
    /// The root files of its tests, examples and so on.
    pub(crate) other_targets: Vec<Utf8PathBuf>,
}

/// A crate that a package depends on in another version than the runtime: the types of the two are not
/// compatible.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "`{package}` depends on {krate} {version}, and routegen on {krate} {ours}: their types are not compatible; write \
     `{krate} = \"{ours}\"` in Cargo.toml, or use `routegen::{krate}`"
)]
pub(crate) struct OtherVersion {
    package: String,
    krate: String,
    version: String,
    ours: String,
}

impl Workspace {
    pub(crate) fn load(
        package: Option<&str>,
        manifest_path: Option<&Utf8Path>,
        options: CargoOptions,
    ) -> Result<Self, Error> {
        let mut command = MetadataCommand::new();
        command.other_options(options.resolution());
        if let Some(path) = manifest_path {
            command.manifest_path(path);
        }
        let metadata = command.exec().map_err(|error| match error {
            cargo_metadata::Error::CargoMetadata { stderr } => unreadable(&stderr),
            error => unreadable(&error.to_string()),
        })?;
        let app = select(&metadata, package)?;
        if library(app).is_none() {
            return Err(Error::NoLibrary { package: app.name.to_string() });
        }
        let mut linked = Vec::new();
        let mut runtimes = BTreeSet::new();
        let mut has_no_hash = false;
        let mut shared = None;
        let mut origins = BTreeMap::new();
        let mut add_origin = |package: &Package| {
            let origin = Origin::new(package, folder(package), alias(&metadata, &app.id, &package.id));
            origins.insert(package.id.clone(), origin);
        };
        let between = packages_to_the_runtime(&metadata, &app.id);
        for package in &between {
            if let Some(mut link) = link(package) {
                link.schemars = schemars(&metadata, &package.id);
                // Only the plain library of the selected package is built.
                if link.is_local && package.id != app.id {
                    if types(package).contains(&CrateType::DyLib) {
                        shared = Some(package.name.to_string());
                    }
                    has_no_hash |= is_more_than_a_library(package);
                }
                add_origin(package);
                linked.push(link);
            }
            runtimes.extend(runtime(&metadata, &package.id).cloned());
        }
        let Some(runtime) = runtimes.pop_first() else {
            return Err(Error::NoRuntime { package: app.name.to_string() });
        };
        if let Some(second) = runtimes.pop_first() {
            return Err(Error::TwoRuntimes { first: runtime.repr, second: second.repr });
        }
        add_origin(&metadata[&runtime]);
        let version = &metadata[&runtime].version;
        if !is_compatible(version, &COMMAND) {
            let (package, runtime) = (app.name.to_string(), version.to_string());
            return Err(Error::OtherVersion { package, runtime, command: env!("CARGO_PKG_VERSION") });
        }
        if let Some(package) = lacks_lambda_http(&metadata, &app.id) {
            return Err(Error::WithoutLambdaHttp { package });
        }
        let home = cargo_home();
        let known = [Some(&metadata.workspace_root), home.as_ref()];
        let is_outside = |package: &&Package| {
            !known.iter().flatten().any(|folder| package.manifest_path.starts_with(folder))
        };
        let outside = metadata.packages.iter().filter(is_outside).map(|package| {
            // External packages, such as vendored ones, may be present in two versions.
            let version =
                if package.source.is_none() { String::new() } else { format!("-{}", package.version) };
            (folder(package), format!("/outside/{}{version}", package.name))
        });
        let made_from = dependencies(&metadata, &app.id).into_iter().map(|id| &metadata[&id]);
        let local = metadata.packages.iter().filter(|package| package.source.is_none());
        let manifests = local.map(|package| package.manifest_path.clone()).collect();
        let local_folders = made_from.filter(|package| package.source.is_none()).map(folder).collect();
        Ok(Self {
            package: app.name.to_string(),
            id: app.id.clone(),
            package_root: folder(app),
            outside: outside.collect(),
            local_folders,
            has_records: has_records(&metadata, &app.id),
            linked,
            is_more_than_a_library: is_more_than_a_library(app),
            one_file_for_all_modes: has_no_hash,
            other_versions: other_versions(&metadata, &between, &runtime),
            manifests,
            origins,
            shared,
            linking: Linking::default(),
            runtime,
            root: metadata.workspace_root,
            own_target: metadata.target_directory.join("routegen"),
            target: metadata.target_directory,
            options,
        })
    }

    /// The name of a source file in messages and in the manifest: relative to the workspace's root, with `/`
    /// between folders. `file` may also be rustc's name for it, in which a folder outside of the root is
    /// replaced.
    pub(crate) fn source_name(&self, file: &Utf8Path) -> String {
        let inside =
            self.outside.iter().find_map(|(folder, name)| Some(folder.join(file.strip_prefix(name).ok()?)));
        let file = inside.as_deref().unwrap_or(file);
        // What cargo has fetched is not the user's own, and has the same name on every machine.
        let is_own = file.is_absolute() && !file.starts_with(CARGO_HOME);
        let relative = if is_own { pathdiff::diff_utf8_paths(file, &self.root) } else { None };
        relative.as_deref().unwrap_or(file).as_str().replace('\\', "/")
    }

    /// The package's Cargo.toml.
    pub(crate) fn manifest(&self) -> Utf8PathBuf {
        self.package_root.join("Cargo.toml")
    }

    /// The default folder for everything that routegen makes.
    pub(crate) fn own_target(&self) -> Utf8PathBuf {
        self.own_target.clone()
    }

    /// The same package, with programs that are linked in this way.
    pub(crate) fn linked_by(self, linking: Linking) -> Result<Self, Error> {
        match &self.shared {
            // rustc may link to the shared library in place of the plain one, and Lambda would not find it.
            Some(package) if linking == Linking::Direct => Err(Error::DyLib { package: package.clone() }),
            _ => Ok(Self { linking, ..self }),
        }
    }

    /// The same package in a folder that mirrors the workspace; `None` if the package is outside of the
    /// workspace's folder. There it is only a Rust library.
    pub(crate) fn mirrored_in(&self, folder: &Utf8Path) -> Option<Self> {
        let mut mirrored = self.clone();
        mirrored.package_root = folder.join(self.package_root.strip_prefix(&self.root).ok()?);
        mirrored.is_more_than_a_library = false;
        mirrored.outside.push((folder.to_owned(), "/workspace".to_owned()));
        Some(mirrored)
    }

    /// The same package, with all output in another folder.
    pub(crate) fn building_in(&self, folder: &Utf8Path) -> Self {
        Self { own_target: folder.to_owned(), ..self.clone() }
    }
}

/// The version of this command.
static COMMAND: LazyLock<Version> =
    LazyLock::new(|| env!("CARGO_PKG_VERSION").parse().expect("cargo has read it before"));

/// Whether this command and the crate `routegen` are compatible: if cargo considers one version an update of
/// the other. Only an incompatible version may change the format of the manifest or what programs are linked
/// from.
fn is_compatible(one: &Version, other: &Version) -> bool {
    let breaking = |version: &Version| match (version.major, version.minor) {
        (0, 0) => (0, 0, version.patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    };
    // A prerelease is only compatible with itself.
    breaking(one) == breaking(other) && one.pre == other.pre
}

/// Cargo's error message, without its progress lines.
fn unreadable(said: &str) -> Error {
    let begin = said.find("error: ").map_or(0, |at| at + "error: ".len());
    let cargo = said[begin..].trim().to_owned();
    let is_elsewhere = cargo.contains("could not find `Cargo.toml`");
    let help = is_elsewhere.then_some("run the command in a cargo package, or pass `--manifest-path`");
    Error::Metadata { cargo, help }
}

/// Cargo's home, with the packages that it has fetched and a configuration file.
pub(crate) fn cargo_home() -> Option<Utf8PathBuf> {
    let home = std::env::var_os("CARGO_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    camino::absolute_utf8(Utf8PathBuf::from_path_buf(home).ok()?).ok()
}

fn folder(package: &Package) -> Utf8PathBuf {
    package.manifest_path.parent().map(Utf8Path::to_owned).unwrap_or_default()
}

/// Selects the package with the name, else the package of the folder, else the only default member or the
/// only member that can have routes.
fn select<'a>(metadata: &'a Metadata, name: Option<&str>) -> Result<&'a Package, Error> {
    let members = metadata.workspace_packages();
    let names = |packages: &[&Package]| packages.iter().map(|package| package.name.to_string()).collect();
    if let Some(name) = name {
        let found = members.iter().copied().find(|package| package.name == name);
        return found
            .ok_or_else(|| Error::UnknownPackage { package: name.to_owned(), members: names(&members) });
    }
    let can_have_routes = |package: &&Package| {
        library(package).is_some() && !packages_to_the_runtime(metadata, &package.id).is_empty()
    };
    let here = metadata.root_package();
    // In a member's folder, that member is meant; at the workspace's root, its package is one of several.
    if let Some(package) = here
        && (can_have_routes(&package) || folder(package) != metadata.workspace_root)
    {
        return Ok(package);
    }
    let default = metadata.workspace_default_packages().into_iter().filter(can_have_routes).collect();
    let all = members.into_iter().filter(can_have_routes).collect();
    for candidates in [default, all] as [Vec<&Package>; 2] {
        match candidates[..] {
            [package] => return Ok(package),
            [] => {}
            _ => return Err(Error::WhichPackage { candidates: names(&candidates) }),
        }
    }
    // What is wrong with the package here is more helpful than an error that there is no other.
    here.ok_or_else(|| Error::WhichPackage { candidates: Vec::new() })
}

fn library(package: &Package) -> Option<&Target> {
    package
        .targets
        .iter()
        .find(|target| target.kind.iter().any(|kind| matches!(kind, TargetKind::Lib | TargetKind::RLib)))
}

fn types(package: &Package) -> &[CrateType] {
    library(package).map_or(&[][..], |library| &library.crate_types)
}

fn is_more_than_a_library(package: &Package) -> bool {
    types(package).iter().any(|kind| !matches!(kind, CrateType::Lib | CrateType::RLib))
}

/// The name that the sources of `from` use for the library of `to`, if it depends on that directly.
fn alias(metadata: &Metadata, from: &PackageId, to: &PackageId) -> Option<String> {
    let node = metadata.resolve.as_ref()?.nodes.iter().find(|node| node.id == *from)?;
    let mut normal = node
        .deps
        .iter()
        .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
    normal.find(|dependency| dependency.pkg == *to).map(|dependency| dependency.name.clone())
}

/// The packages on all paths from `id` to a runtime, including `id` but not the runtime.
fn packages_to_the_runtime<'a>(metadata: &'a Metadata, id: &PackageId) -> Vec<&'a Package> {
    let all = dependencies(metadata, id);
    let (mut reaching, mut others): (BTreeSet<PackageId>, BTreeSet<PackageId>) =
        all.into_iter().partition(|id| metadata[id].name == RUNTIME);
    let mut between = BTreeSet::new();
    loop {
        let (more, rest): (BTreeSet<_>, BTreeSet<_>) = others.into_iter().partition(|id| {
            normal_dependencies(metadata, id).any(|dependency| reaching.contains(dependency))
        });
        if more.is_empty() {
            return between.iter().map(|id| &metadata[id]).collect();
        }
        between.extend(more.iter().cloned());
        (reaching, others) = (more, rest);
    }
}

/// `id` and everything that it depends on, without the dependencies of a runtime.
fn dependencies(metadata: &Metadata, id: &PackageId) -> BTreeSet<PackageId> {
    let mut seen = BTreeSet::new();
    let mut open = vec![id.clone()];
    while let Some(id) = open.pop() {
        if seen.insert(id.clone()) && metadata[&id].name != RUNTIME {
            open.extend(normal_dependencies(metadata, &id).cloned());
        }
    }
    seen
}

fn normal_dependencies<'a>(metadata: &'a Metadata, id: &PackageId) -> impl Iterator<Item = &'a PackageId> {
    let nodes = metadata.resolve.as_ref().map_or(&[][..], |resolve| &resolve.nodes);
    let node = nodes.iter().find(|node| node.id == *id);
    node.into_iter().flat_map(|node| &node.deps).filter_map(|dependency| {
        let normal = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
        normal.then_some(&dependency.pkg)
    })
}

/// Whether the package or a dependency logs with the crate `log`. `tracing` can also pass its events on to
/// that crate, but does so only in a program without a subscriber.
fn has_records(metadata: &Metadata, id: &PackageId) -> bool {
    let name = |id: &PackageId| metadata[id].name.to_string();
    let not_the_runtime = dependencies(metadata, id)
        .into_iter()
        .filter(|id| !["tracing", RUNTIME].contains(&name(id).as_str()));
    not_the_runtime.into_iter().any(|id| normal_dependencies(metadata, &id).any(|id| name(id) == "log"))
}

/// A local package that depends on `lambda_http`, if the runtime is used without the feature for it. The
/// types are the same with and without it, so the compiler cannot report that requests lack `lambda_http`'s
/// extensions.
fn lacks_lambda_http(metadata: &Metadata, app: &PackageId) -> Option<String> {
    const FEATURE: &str = "lambda_http";
    let packages: Vec<&Package> = dependencies(metadata, app).into_iter().map(|id| &metadata[&id]).collect();
    let turns_on = |package: &&Package| {
        let mut runtimes = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.name == RUNTIME && dependency.kind == DependencyKind::Normal);
        runtimes.any(|runtime| {
            let name = runtime.rename.as_ref().unwrap_or(&runtime.name);
            // A feature of the package may turn it on as `routegen/lambda_http` or `routegen?/lambda_http`.
            let forwards = |feature: &String| {
                let split = feature.split_once('/');
                split.is_some_and(|(of, feature)| of.trim_end_matches('?') == name && feature == FEATURE)
            };
            runtime.uses_default_features
                || runtime.features.iter().any(|feature| feature == FEATURE)
                || package.features.values().flatten().any(forwards)
        })
    };
    if packages.iter().any(turns_on) {
        return None;
    }
    let depends = |package: &&&Package| {
        package.source.is_none()
            && package.name != RUNTIME
            && normal_dependencies(metadata, &package.id).any(|id| metadata[id].name == FEATURE)
    };
    packages.iter().find(depends).map(|package| package.name.to_string())
}

/// The versions of axum, `lambda_http` and `lambda_runtime` that local packages have but the runtime does not.
fn other_versions(metadata: &Metadata, packages: &[&Package], runtime: &PackageId) -> Vec<OtherVersion> {
    let known = ["axum", "lambda_http", "lambda_runtime"];
    let direct = |id: &PackageId| {
        let direct = normal_dependencies(metadata, id).map(|id| &metadata[id]);
        direct.filter(|package| known.contains(&package.name.as_str())).collect::<Vec<_>>()
    };
    let ours = direct(runtime);
    let mut others = Vec::new();
    for package in packages.iter().filter(|package| package.source.is_none()) {
        for krate in direct(&package.id) {
            let ours = ours.iter().find(|ours| ours.name == krate.name && ours.id != krate.id);
            others.extend(ours.map(|ours| OtherVersion {
                package: package.name.to_string(),
                krate: krate.name.to_string(),
                version: krate.version.to_string(),
                ours: ours.version.to_string(),
            }));
        }
    }
    others
}

/// The runtimes that the package directly depends on; more than one is an error.
fn runtime<'a>(metadata: &'a Metadata, id: &PackageId) -> impl Iterator<Item = &'a PackageId> {
    normal_dependencies(metadata, id).filter(|id| metadata[*id].name == RUNTIME)
}

/// The name of schemars 1 in the package, if it depends on it.
fn schemars(metadata: &Metadata, id: &PackageId) -> Option<String> {
    let nodes = metadata.resolve.as_ref().map_or(&[][..], |resolve| &resolve.nodes);
    let node = nodes.iter().find(|node| node.id == *id)?;
    let is_it = |id: &PackageId| metadata[id].name == "schemars" && metadata[id].version.major == 1;
    let mut normal = node
        .deps
        .iter()
        .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
    normal.find(|dependency| is_it(&dependency.pkg)).map(|dependency| dependency.name.clone())
}

/// The package as a library to link, if it has one.
fn link(package: &Package) -> Option<LinkedPackage> {
    let library = library(package)?;
    let others = package.targets.iter().filter(|target| *target != library);
    let (bins, others): (Vec<_>, Vec<_>) = others.partition(|target| target.kind.contains(&TargetKind::Bin));
    let files = |targets: Vec<&Target>| targets.into_iter().map(|target| target.src_path.clone()).collect();
    Some(LinkedPackage {
        id: package.id.clone(),
        name: package.name.to_string(),
        version: package.version.to_string(),
        crate_name: library.name.replace('-', "_"),
        lib: library.src_path.clone(),
        is_local: package.source.is_none(),
        schemars: None,
        bins: files(bins),
        other_targets: files(others),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_fit_where_cargo_takes_one_for_an_update_of_the_other() {
        for (one, other, fits) in [
            ("0.1.0", "0.1.9", true),
            ("0.1.0", "0.2.0", false),
            ("1.2.0", "1.9.3", true),
            ("1.0.0", "2.0.0", false),
            ("0.9.0", "1.0.0", false),
            ("0.0.1", "0.0.2", false),
            ("1.0.0-rc.1", "1.0.0", false),
            ("1.0.0-rc.1", "1.0.0-rc.1", true),
            ("1.0.0+a", "1.0.0+b", true),
        ] {
            let [one, other] = [one, other].map(|version| version.parse().unwrap());
            assert_eq!(is_compatible(&one, &other), fits, "{one} {other}");
            assert_eq!(is_compatible(&other, &one), fits, "{other} {one}");
        }
    }
}
