//! Watches the files that the user's package is made from.
//!
//! In: the folders of the workspace's own packages. Out: a word for each file that changed. Hidden files, what editors leave for a
//! moment, and what routegen makes are not watched: a build must not be the reason for the next one.

use std::{collections::BTreeSet, path::Path};

use camino::{Utf8Path, Utf8PathBuf};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::{error::Error, workspace::Workspace};

/// Folders that hold no sources, and many files.
const OTHERS: [&str; 2] = ["node_modules", "target"];

/// Watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    watcher: RecommendedWatcher,
    watched: BTreeSet<Utf8PathBuf>,
}

impl Watcher {
    /// `changed` is called from another thread, with each path.
    pub(crate) fn start(
        workspace: &Workspace,
        changed: impl Fn(Utf8PathBuf) + Send + 'static,
    ) -> Result<Self, Error> {
        let target = workspace.own_target();
        let handler = move |event: notify::Result<Event>| {
            let Ok(event) = event else { return };
            if !matches!(event.kind, EventKind::Access(_)) {
                let paths = event.paths.into_iter().filter_map(|path| Utf8PathBuf::from_path_buf(path).ok());
                let is_source = |path: &Utf8PathBuf| {
                    !path.starts_with(&target) && path.file_name().is_some_and(is_source)
                };
                paths.filter(is_source).for_each(&changed);
            }
        };
        let watcher =
            notify::recommended_watcher(handler).map_err(|error| failed(&workspace.root, &error))?;
        let mut this = Self { watcher, watched: BTreeSet::new() };
        this.cover(workspace)?;
        Ok(this)
    }

    /// Takes in what is new: packages of the workspace, and folders of packages.
    pub(crate) fn cover(&mut self, workspace: &Workspace) -> Result<(), Error> {
        for root in workspace.local_folders.iter().chain([&workspace.root]) {
            self.watch(root, RecursiveMode::NonRecursive)?;
        }
        for root in &workspace.local_folders {
            let Ok(entries) = root.read_dir_utf8() else { continue };
            for entry in entries.filter_map(Result::ok) {
                let is_other = entry.path() == workspace.target || OTHERS.contains(&entry.file_name());
                let is_package = workspace.local_folders.iter().any(|folder| folder == entry.path());
                if entry.path().is_dir() && is_source(entry.file_name()) && !is_other && !is_package {
                    self.watch(entry.path(), RecursiveMode::Recursive)?;
                }
            }
        }
        Ok(())
    }

    fn watch(&mut self, folder: &Utf8Path, mode: RecursiveMode) -> Result<(), Error> {
        if !self.watched.contains(folder) {
            self.watcher.watch(Path::new(folder.as_str()), mode).map_err(|error| failed(folder, &error))?;
            self.watched.insert(folder.to_owned());
        }
        Ok(())
    }
}

/// Whether the name is one that people give to files: editors write hidden ones, and others with marks at their end.
fn is_source(name: &str) -> bool {
    !name.starts_with('.') && !name.ends_with(['~', '#']) && name != "4913"
}

fn failed(folder: &Utf8Path, error: &notify::Error) -> Error {
    Error::Watch { folder: folder.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_leave_for_a_moment_is_no_source() {
        for name in ["lib.rs", "pets.json", "Cargo.toml"] {
            assert!(is_source(name), "{name}");
        }
        for name in [".lib.rs.swp", "lib.rs~", "4913", "#lib.rs#", ".git"] {
            assert!(!is_source(name), "{name}");
        }
    }
}
