//! A mirror of the user's workspace, in which the package has the generated programs too.
//!
//! In: the workspace, and the programs. Out: a folder of routegen's own with a link for each file and folder
//! of the workspace, and with copies of Cargo.lock, of the workspace's Cargo.toml and of the package's, to
//! which the programs are added. So the user's profiles, patches, features, inheritance and lock file apply,
//! and none of the user's files is changed. Paths out of the workspace are made absolute.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    os::unix::fs::symlink,
};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use toml::{Table, Value};

use crate::{
    project::{
        cargo_options::Lock,
        workspace::{RUNTIME, Workspace},
    },
    support,
    support::files,
    toolchain::Error,
};

const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";

/// A program to add.
pub(super) struct Program {
    pub(super) name: String,
    /// Its `main.rs`.
    pub(super) file: Utf8PathBuf,
}

pub(super) struct Mirror<'a> {
    /// The workspace in the mirror.
    pub(super) workspace: Workspace,
    root: &'a Utf8Path,
    /// The target directory, which is not mirrored.
    target: &'a Utf8Path,
    folder: Utf8PathBuf,
    /// Each Cargo.toml that differs from the user's, by its path relative to the root.
    manifests: BTreeMap<Utf8PathBuf, String>,
}

impl<'a> Mirror<'a> {
    /// Creates or updates the mirror. `names` are the programs' names for crates.
    pub(super) fn make(
        workspace: &'a Workspace,
        names: &BTreeMap<String, String>,
        programs: &[Program],
    ) -> Result<Self, Error> {
        let folder = workspace.own_target().join("mirror").join(&workspace.package);
        let outside = || Error::OutsideOfWorkspace { package: workspace.package.clone() };
        let mut mirrored = workspace.mirrored_in(&folder).ok_or_else(outside)?;
        let (mut manifests, mut adds) = (BTreeMap::new(), false);
        let (root, own) = (workspace.root.join(MANIFEST), workspace.manifest());
        let all: BTreeSet<_> = workspace.manifests.iter().chain([&root, &own]).collect();
        for path in all {
            let Ok(place) = path.strip_prefix(&workspace.root) else { continue };
            // Cargo has already refused a file that is not TOML.
            let mut manifest: Table = toml::from_str(&files::read(path)?).unwrap_or_default();
            let mut is_other = whole_paths(&mut manifest, path.parent().unwrap_or(path), &workspace.root);
            if *path == root {
                is_other = true;
                as_root(&mut manifest, &workspace.root);
            }
            if *path == own {
                is_other = true;
                add_programs(&mut manifest, programs);
                if workspace.is_more_than_a_library {
                    table(&mut manifest, "lib").insert("crate-type".to_owned(), vec!["lib"].into());
                }
                adds = add_dependencies(&mut manifest, workspace, names);
            }
            if is_other {
                manifests.insert(place.to_owned(), manifest.to_string());
            }
        }
        if adds {
            // The lock file contains every package, but one of them is about to depend on another. The user's
            // `--locked` was enforced in the first build.
            let Lock { offline, frozen, .. } = mirrored.options.lock;
            mirrored.options.lock = Lock { offline: offline || frozen, ..Lock::default() };
        }
        let mirror =
            Self { workspace: mirrored, root: &workspace.root, target: &workspace.target, folder, manifests };
        mirror.fill(Utf8Path::new(""))?;
        Ok(mirror)
    }

    /// Fills a folder of the mirror, and removes what is not in the workspace or not any more.
    fn fill(&self, place: &Utf8Path) -> Result<(), Error> {
        let (theirs, ours) = (self.root.join(place), self.folder.join(place));
        if ours.is_symlink() {
            files::remove_if_exists(&ours)?;
        }
        files::create_folder(&ours)?;
        let mut names = BTreeSet::new();
        for entry in entries(&theirs)? {
            let (theirs, ours) = (theirs.join(&entry), ours.join(&entry));
            let place = place.join(&entry);
            if theirs == self.target {
                continue;
            }
            if let Some(manifest) = self.manifests.get(&place) {
                copy(manifest.as_bytes(), &theirs, &ours)?;
            } else if place == LOCK {
                copy(&files::read_bytes(&theirs)?, &theirs, &ours)?;
            } else if theirs.is_dir() && self.is_taken_apart(&place) {
                self.fill(&place)?;
            } else {
                link(&theirs, &ours)?;
            }
            names.insert(entry);
        }
        for entry in entries(&ours)? {
            if !names.contains(&entry) {
                remove(&ours.join(entry))?;
            }
        }
        Ok(())
    }

    /// Whether something below the folder must differ from the user's workspace.
    fn is_taken_apart(&self, folder: &Utf8Path) -> bool {
        self.manifests.keys().any(|place| place.starts_with(folder))
            || self.target.starts_with(self.root.join(folder))
    }
}

/// The names of the entries of a folder.
fn entries(folder: &Utf8Path) -> Result<Vec<String>, Error> {
    let error = |error| support::Error::io("read", folder, error);
    let entries = folder.read_dir_utf8().map_err(error)?;
    Ok(entries.filter_map(Result::ok).map(|entry| entry.file_name().to_owned()).collect())
}

/// Writes a file with the modification time of the one that it replaces, because cargo may compare times.
fn copy(content: &[u8], theirs: &Utf8Path, ours: &Utf8Path) -> Result<(), Error> {
    if ours.is_dir() {
        remove(ours)?;
    }
    files::write_own(ours, content)?;
    let set = || File::options().write(true).open(ours)?.set_modified(theirs.metadata()?.modified()?);
    set().map_err(|error| support::Error::io("write", ours, error).into())
}

fn link(theirs: &Utf8Path, ours: &Utf8Path) -> Result<(), Error> {
    if ours.read_link_utf8().is_ok_and(|there| there == theirs) {
        return Ok(());
    }
    remove(ours)?;
    symlink(theirs, ours).map_err(|error| support::Error::io("write", ours, error).into())
}

/// Removes a path, without following links.
fn remove(path: &Utf8Path) -> Result<(), Error> {
    let is_folder = path.symlink_metadata().is_ok_and(|there| there.is_dir());
    let removed = if is_folder { files::remove_folder(path) } else { files::remove_if_exists(path) };
    Ok(removed?)
}

fn table<'a>(manifest: &'a mut Table, key: &str) -> &'a mut Table {
    let entry = manifest.entry(key).or_insert_with(|| Value::Table(Table::new()));
    if !entry.is_table() {
        *entry = Value::Table(Table::new());
    }
    entry.as_table_mut().expect("it has just been made one")
}

/// Makes a Cargo.toml a workspace root: cargo must not look for another one above it, and a member elsewhere
/// has its root elsewhere.
fn as_root(manifest: &mut Table, root: &Utf8Path) {
    let workspace = table(manifest, "workspace");
    for key in ["members", "default-members"] {
        if let Some(Value::Array(members)) = workspace.get_mut(key) {
            members
                .retain(|member| member.as_str().is_none_or(|member| outside(member, root, root).is_none()));
        }
    }
}

fn add_programs(manifest: &mut Table, programs: &[Program]) {
    let bins = manifest.entry("bin").or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(bins) = bins {
        bins.extend(programs.iter().map(|Program { name, file }| {
            let paths = [("name", name.as_str()), ("path", file.as_str())];
            let off = ["test", "bench", "doc"].map(|key| (key.to_owned(), Value::Boolean(false)));
            let paths = paths.map(|(key, value)| (key.to_owned(), Value::String(value.to_owned())));
            Value::Table(paths.into_iter().chain(off).collect())
        }));
    }
}

/// Adds the crates that programs name but that the package does not depend on; returns whether there are any.
fn add_dependencies(manifest: &mut Table, workspace: &Workspace, names: &BTreeMap<String, String>) -> bool {
    let mut any = false;
    let crates = workspace.linked.iter().map(|package| (&package.id, package.crate_name.as_str()));
    for (id, krate) in crates.chain([(&workspace.runtime, RUNTIME)]) {
        let missing = workspace.origins.get(id).filter(|origin| origin.alias.is_none());
        if let (Some(origin), Some(name)) = (missing, names.get(krate)) {
            table(manifest, "dependencies").insert(name.clone(), Value::Table(origin.dependency()));
            any = true;
        }
    }
    any
}

/// Makes relative paths out of the workspace absolute; returns whether there were any. `base` is what they
/// are relative to.
fn whole_paths(manifest: &mut Table, base: &Utf8Path, root: &Utf8Path) -> bool {
    let mut any = false;
    for (key, value) in manifest.iter_mut() {
        match value {
            Value::String(path) if matches!(key.as_str(), "path" | "build" | "workspace") => {
                if let Some(whole) = outside(path, base, root) {
                    *path = whole.into_string();
                    any = true;
                }
            }
            Value::Table(table) => any |= whole_paths(table, base, root),
            Value::Array(values) => {
                for table in values.iter_mut().filter_map(Value::as_table_mut) {
                    any |= whole_paths(table, base, root);
                }
            }
            _ => {}
        }
    }
    any
}

/// The absolute path, if it is a relative one that leads out of `root`.
fn outside(path: &str, base: &Utf8Path, root: &Utf8Path) -> Option<Utf8PathBuf> {
    if Utf8Path::new(path).is_absolute() {
        return None;
    }
    let mut whole = Utf8PathBuf::new();
    for component in base.join(path).components() {
        match component {
            Utf8Component::ParentDir => {
                whole.pop();
            }
            Utf8Component::CurDir => {}
            component => whole.push(component),
        }
    }
    (!whole.starts_with(root)).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_of_the_workspace_are_written_whole() {
        let manifest = "build = \"../../build.rs\"\n\
            [dependencies]\na = { path = \"../../a\" }\nb = { path = \"../b\" }\nc = { path = \"/c\" }\n\
            [target.'cfg(unix)'.dependencies.d]\npath = \"../../../d\"\n\
            [[bin]]\nname = \"e\"\npath = \"src/../e.rs\"\n[[example]]\nname = \"f\"\npath = \"../../f.rs\"\n";
        let mut manifest: Table = toml::from_str(manifest).unwrap();
        assert!(whole_paths(&mut manifest, "/home/w/api".into(), "/home/w".into()));
        let text = manifest.to_string();
        for path in ["/home/build.rs", "/home/a", "../b", "/c", "/d", "src/../e.rs", "/home/f.rs"] {
            assert!(text.contains(&format!("= \"{path}\"")), "{path} in {text}");
        }
        let mut inside: Table = toml::from_str("[dependencies]\nb = { path = \"../b\" }\n").unwrap();
        assert!(!whole_paths(&mut inside, "/home/w/api".into(), "/home/w".into()));
    }

    #[test]
    fn a_root_is_one_whatever_is_above_it_and_has_the_members_below_it() {
        let rooted = |text: &str| {
            let mut manifest: Table = toml::from_str(text).unwrap();
            as_root(&mut manifest, "/w".into());
            manifest.to_string()
        };
        assert!(rooted("[package]\nname = \"a\"\n").contains("[workspace]"));
        let members = rooted("[workspace]\nmembers = [\"a\", \"crates/*\", \"../b\"]\n");
        assert!(members.contains("[\"a\", \"crates/*\"]"), "{members}");
    }
}
