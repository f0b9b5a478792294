//! The builds of a server, one after the other.
//!
//! In: the files that changed. Out: the API with new programs, or nothing if the change does not affect the
//! API.

use camino::{Utf8Path, Utf8PathBuf};

use super::super::runnable::{For, Runnable};
use crate::{
    app::{args::RunArgs, error::Error},
    dev::{Changes, News},
    output::printer::Printer,
    project::workspace::Workspace,
};

pub(super) struct Turns<'a> {
    load: &'a dyn Fn() -> Result<Workspace, Error>,
    workspace: Workspace,
    running: &'a RunArgs,
    /// The files with values of environment variables.
    env_files: Vec<Utf8PathBuf>,
    /// The folder for the programs.
    folder: &'a Utf8Path,
    count: u64,
    news: News,
    /// What has changed since the build that is being served.
    unserved: Changes,
    /// Whether the last build failed.
    failed: bool,
    /// Whether the last build succeeded but is not being served. The next one is swapped in even if it is
    /// identical.
    refused: bool,
    /// Whether the workspace has changed since it was read and could not be read again.
    outdated: bool,
}

impl<'a> Turns<'a> {
    pub(super) fn new(
        load: &'a dyn Fn() -> Result<Workspace, Error>,
        workspace: Workspace,
        running: &'a RunArgs,
        env_files: Vec<Utf8PathBuf>,
        folder: &'a Utf8Path,
    ) -> Self {
        Self {
            load,
            workspace,
            running,
            env_files,
            folder,
            count: 0,
            news: News::default(),
            unserved: Changes::default(),
            failed: false,
            refused: false,
            outdated: false,
        }
    }

    pub(super) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The files outside of packages that the API depends on.
    pub(super) fn outside(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.news.outside().chain(&self.env_files)
    }

    pub(super) fn is_env_file(&self, path: &Utf8Path) -> bool {
        self.env_files.iter().any(|file| file == path)
    }

    /// The changes that require a build.
    pub(super) fn find_news(&mut self, changed: &Changes, last: &Runnable, printer: &Printer) -> Changes {
        let (root, env_files) = (&self.workspace.package_root, &self.env_files);
        let is_served =
            |path: &Utf8Path| is_included(path, root, last) || env_files.iter().any(|file| file == path);
        let found = self.news.of(changed, is_served);
        if let Some(path) = found.restless {
            let path = path.strip_prefix(root).unwrap_or(&path);
            printer.step("Resting", format!("`{path}` is written by each build; another change is built"));
        }
        found.changes
    }

    /// The first build.
    pub(super) fn first(&mut self, printer: &Printer) -> Result<Runnable, Error> {
        let begin = self.news.begins(&self.workspace);
        let made = self.make(printer)?;
        self.news.built(&self.workspace, begin, false, false);
        Ok(made)
    }

    /// Builds the API.
    fn make(&mut self, printer: &Printer) -> Result<Runnable, Error> {
        self.count += 1;
        let to = if self.running.artifacts {
            self.folder.to_owned()
        } else {
            self.folder.join(self.count.to_string())
        };
        Runnable::make(&self.workspace, self.running, &For::Page, &to, printer)
    }

    /// Reads the workspace again if its description has changed. After a failure, any file may contain the
    /// fix, such as a missing library, so each change triggers another attempt until one succeeds.
    pub(super) fn reload(&mut self, changed: &Changes) -> Result<(), Error> {
        let describes = |path: &Utf8Path| {
            let names = ["Cargo.toml", "Cargo.lock", ".cargo", ".cargo/config", ".cargo/config.toml"];
            names.iter().any(|name| path.ends_with(name))
                // A folder that appeared or disappeared with its contents.
                || self.workspace.local_folders.iter().any(|folder| folder.starts_with(path))
        };
        self.outdated |= changed.have(describes);
        if self.outdated {
            let loaded = (self.load)();
            if loaded.is_err() {
                self.failed = true;
                self.news.failed();
            }
            self.workspace = loaded?;
            self.outdated = false;
        }
        Ok(())
    }

    /// Records that the last build is not being served.
    pub(super) fn refused(&mut self) {
        self.refused = true;
    }

    /// Builds after a change, and compares the result with what is being served.
    pub(super) fn turn(
        &mut self,
        changed: Changes,
        last: &Runnable,
        printer: &Printer,
    ) -> Result<Turn, Error> {
        self.unserved.extend(changed);
        let failed = std::mem::replace(&mut self.failed, true);
        let begin = self.news.begins(&self.workspace);
        let next = self.make(&printer.hushed());
        let same = |next: &Runnable| {
            next.programs.are_those_of(&last.programs)
                && next.manifest.sha256 == last.manifest.sha256
                && next.told == last.told
                && !self.unserved.have(|path| path.file_name() == Some("routegen.toml"))
                && !self.unserved.have(|path| self.is_env_file(path))
                && !self.unserved.have(|path| is_included(path, &self.workspace.package_root, next))
        };
        let is_same = next.as_ref().is_ok_and(same);
        self.news.built(&self.workspace, begin, next.is_err(), is_same && !failed);
        let next = next?;
        self.failed = false;
        self.unserved = Changes::default();
        Ok(match std::mem::replace(&mut self.refused, false) || !is_same {
            true => Turn::Other(Box::new(next)),
            false if failed => Turn::Good,
            false => Turn::Nothing,
        })
    }
}

/// The result of a build.
pub(super) enum Turn {
    /// Identical to what is being served.
    Nothing,
    /// Identical to what is being served, after a build that failed.
    Good,
    Other(Box<Runnable>),
}

/// Whether the file is included in a zip, where functions find it beside their programs.
fn is_included(path: &Utf8Path, root: &Utf8Path, runnable: &Runnable) -> bool {
    let mut patterns = runnable.manifest.functions.iter().flat_map(|function| &function.include);
    path.strip_prefix(root).is_ok_and(|name| patterns.any(|pattern| pattern.matcher.is_match(name)))
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, fs};

    use super::*;
    use crate::{project::cargo_options::CargoOptions, toolchain};

    #[test]
    fn a_workspace_that_cannot_be_read_is_tried_at_each_change_until_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let runtime =
            format!("[package]\nname = \"routegen\"\nversion = \"{}\"\n", env!("CARGO_PKG_VERSION"));
        let app =
            "[package]\nname = \"app\"\n[workspace]\n[dependencies]\nroutegen = { path = \"runtime\" }\n";
        for (package, manifest) in [("", app), ("runtime", runtime.as_str())] {
            let package = root.join(package);
            fs::create_dir_all(package.join("src")).unwrap();
            fs::write(package.join("src/lib.rs"), "").unwrap();
            fs::write(package.join("Cargo.toml"), manifest).unwrap();
        }
        let manifest = root.join("Cargo.toml");
        let workspace = Workspace::load(None, Some(&manifest), CargoOptions::default()).unwrap();
        let loads = Cell::new(0);
        let load = || {
            loads.set(loads.get() + 1);
            if loads.get() == 1 {
                Err(toolchain::Error::Cargo { others: Vec::new() }.into())
            } else {
                Ok(workspace.clone())
            }
        };
        let running = RunArgs { artifacts: false, env: Vec::new(), env_file: Vec::new() };
        let mut turns = Turns::new(&load, workspace.clone(), &running, Vec::new(), Utf8Path::new("/nowhere"));
        let changed = |path: &str| {
            let mut changes = Changes::default();
            changes.add_path(workspace.package_root.join(path));
            changes
        };
        turns.reload(&changed("src/lib.rs")).unwrap();
        assert_eq!(loads.get(), 0, "nothing says that it is another one");
        turns.reload(&changed("Cargo.toml")).unwrap_err();
        turns.reload(&changed("src/lib.rs")).unwrap();
        assert_eq!(loads.get(), 2);
        turns.reload(&changed("src/lib.rs")).unwrap();
        assert_eq!(loads.get(), 2, "it has been read");
        turns.reload(&changed(".cargo/config.toml")).unwrap();
        assert_eq!(loads.get(), 3);
    }
}
