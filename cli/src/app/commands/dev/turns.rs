//! The builds of a server, one after the other.
//!
//! In: the files that changed. Out: the API with other programs, or nothing where the change is none of the API.

use camino::Utf8Path;

use super::{super::runnable::Runnable, changes::Changes};
use crate::{
    app::{args::RunArgs, error::Error},
    output::printer::Printer,
    project::workspace::Workspace,
};

pub(super) struct Turns<'a> {
    load: &'a dyn Fn() -> Result<Workspace, Error>,
    workspace: Workspace,
    running: &'a RunArgs,
    /// The folder for the programs.
    folder: &'a Utf8Path,
    count: u64,
    /// Whether the last build failed or is not served: the next one is news, whatever it gives.
    failed: bool,
    /// Whether the workspace is another one than was read, and could not be read again.
    outdated: bool,
}

impl<'a> Turns<'a> {
    pub(super) fn new(
        load: &'a dyn Fn() -> Result<Workspace, Error>,
        workspace: Workspace,
        running: &'a RunArgs,
        folder: &'a Utf8Path,
    ) -> Self {
        Self { load, workspace, running, folder, count: 0, failed: false, outdated: false }
    }

    pub(super) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// A build.
    pub(super) fn make(&mut self, printer: &Printer) -> Result<Runnable, Error> {
        self.count += 1;
        let to = if self.running.artifacts {
            self.folder.to_owned()
        } else {
            self.folder.join(self.count.to_string())
        };
        Runnable::make(&self.workspace, self.running, &[], &to, printer)
    }

    /// Reads the workspace again where what describes it has changed. What mends it may be any file, as a library that was missing:
    /// it is tried at each change until it can be read.
    pub(super) fn reload(&mut self, changed: &Changes) -> Result<(), Error> {
        let describes = |path: &Utf8Path| {
            let names = ["Cargo.toml", "Cargo.lock", ".cargo", ".cargo/config", ".cargo/config.toml"];
            names.iter().any(|name| path.ends_with(name))
                // A folder that came or went, with what is in it.
                || self.workspace.local_folders.iter().any(|folder| folder.starts_with(path))
        };
        self.outdated |= changed.have(describes);
        if self.outdated {
            let loaded = (self.load)();
            self.failed |= loaded.is_err();
            self.workspace = loaded?;
            self.outdated = false;
        }
        Ok(())
    }

    /// The last build is not served.
    pub(super) fn refused(&mut self) {
        self.failed = true;
    }

    /// The build after a change; nothing where it gives what there is.
    pub(super) fn turn(
        &mut self,
        changed: &Changes,
        last: &Runnable,
        printer: &Printer,
    ) -> Result<Option<Runnable>, Error> {
        let failed = std::mem::replace(&mut self.failed, true);
        let next = self.make(&printer.hushed())?;
        self.failed = false;
        let is_other = failed
            || !next.programs.are_those_of(&last.programs)
            || next.manifest.sha256 != last.manifest.sha256
            || changed.have(|path| path.file_name() == Some("routegen.toml"))
            || self.is_included(changed, &next);
        Ok(is_other.then_some(next))
    }

    /// Whether a file changed that functions find beside their programs.
    fn is_included(&self, changed: &Changes, runnable: &Runnable) -> bool {
        let patterns = || runnable.manifest.functions.iter().flat_map(|function| &function.include);
        changed.have(|path| {
            let name = path.strip_prefix(&self.workspace.package_root);
            name.is_ok_and(|name| patterns().any(|pattern| pattern.matcher.is_match(name)))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::{dev::watch::Change, project::cargo_options::CargoOptions, toolchain};

    #[test]
    fn a_workspace_that_cannot_be_read_is_tried_at_each_change_until_it_can() {
        let manifest = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/items/Cargo.toml");
        let workspace = Workspace::load(None, Some(&manifest), CargoOptions::default()).unwrap();
        let loads = Cell::new(0);
        let load = || {
            loads.set(loads.get() + 1);
            if loads.get() == 1 { Err(toolchain::Error::Cargo.into()) } else { Ok(workspace.clone()) }
        };
        let running = RunArgs { artifacts: false, env: Vec::new() };
        let mut turns = Turns::new(&load, workspace.clone(), &running, Utf8Path::new("/nowhere"));
        let changed = |path: &str| {
            let mut changes = Changes::default();
            changes.add(Change::Path(workspace.package_root.join(path)));
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
