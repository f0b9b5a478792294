//! What a server waits for: changes of files, and its end.

use std::{
    collections::BTreeSet,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use camino::{Utf8Path, Utf8PathBuf};

use crate::watch::Change;

/// An editor writes several files at once, and one of them in several steps.
const QUIET: Duration = Duration::from_millis(30);

/// What the server is told.
pub(super) enum Word {
    Changed(Change),
    End,
}

/// What is new since the last build.
#[derive(Debug, Default)]
pub(super) struct Changes {
    paths: BTreeSet<Utf8PathBuf>,
    /// Whether nobody knows what else.
    anything: bool,
}

impl Changes {
    fn add(&mut self, change: Change) {
        match change {
            Change::Path(path) => drop(self.paths.insert(path)),
            Change::Anything => self.anything = true,
        }
    }

    /// Whether a path changed that is one of these, or may have.
    pub(super) fn have(&self, is: impl Fn(&Utf8Path) -> bool) -> bool {
        self.anything || self.paths.iter().any(|path| is(path))
    }
}

/// What has changed, when nothing more does for a moment; nothing at the end.
pub(super) fn wait(words: &Receiver<Word>) -> Option<Changes> {
    let mut changes = Changes::default();
    let mut word = words.recv().ok()?;
    loop {
        match word {
            Word::Changed(change) => changes.add(change),
            Word::End => return None,
        }
        word = match words.recv_timeout(QUIET) {
            Ok(word) => word,
            Err(RecvTimeoutError::Timeout) => return Some(changes),
            Err(RecvTimeoutError::Disconnected) => return None,
        };
    }
}
