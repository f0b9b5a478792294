//! What has changed since the last build.
//!
//! In: changes of files, one by one. Out: their paths, without duplicates.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::watch::Change;

/// What has changed since the last build.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    paths: BTreeSet<Utf8PathBuf>,
    /// Whether unknown files may have changed too.
    anything: bool,
}

impl Changes {
    pub(crate) fn add(&mut self, change: Change) {
        match change {
            Change::Path(path) => self.add_path(path),
            Change::Anything => self.add_anything(),
        }
    }

    pub(crate) fn add_path(&mut self, path: Utf8PathBuf) {
        self.paths.insert(path);
    }

    pub(crate) fn add_anything(&mut self) {
        self.anything = true;
    }

    /// Adds other changes.
    pub(crate) fn extend(&mut self, others: Self) {
        self.paths.extend(others.paths);
        self.anything |= others.anything;
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.paths.iter()
    }

    pub(crate) fn may_be_any(&self) -> bool {
        self.anything
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.anything
    }

    /// Whether a matching path has changed, or may have.
    pub(crate) fn have(&self, is: impl Fn(&Utf8Path) -> bool) -> bool {
        self.anything || self.paths.iter().any(|path| is(path))
    }
}
