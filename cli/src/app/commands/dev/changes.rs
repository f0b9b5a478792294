//! What a server waits for: file changes, and the request to end.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use crate::dev::{Changes, watch::Change};

/// An editor writes several files at once, and may write one of them in several steps.
const QUIET: Duration = Duration::from_millis(30);

/// A file that is written constantly, such as a database, delays a build no longer than this.
const LONGEST: Duration = Duration::from_millis(300);

/// An event for the server.
pub(super) enum Word {
    Changed(Change),
    End,
}

/// Returns the changes once nothing more has changed for a moment, or after the longest wait; `None` at the
/// end.
pub(super) fn wait(words: &Receiver<Word>) -> Option<Changes> {
    wait_by(words, Instant::now)
}

fn wait_by(words: &Receiver<Word>, now: impl Fn() -> Instant) -> Option<Changes> {
    let mut changes = Changes::default();
    let mut word = words.recv().ok()?;
    let latest = now() + LONGEST;
    loop {
        match word {
            Word::Changed(change) => changes.add(change),
            Word::End => return None,
        }
        let left = latest.saturating_duration_since(now());
        if left.is_zero() {
            return Some(changes);
        }
        word = match words.recv_timeout(QUIET.min(left)) {
            Ok(word) => word,
            Err(RecvTimeoutError::Timeout) => return Some(changes),
            Err(RecvTimeoutError::Disconnected) => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, sync::mpsc};

    use super::*;

    fn word(path: &str) -> Word {
        Word::Changed(Change::Path(path.into()))
    }

    #[test]
    fn what_changes_again_and_again_is_not_waited_out() {
        let (tell, words) = mpsc::channel();
        for _ in 0..1_000 {
            tell.send(word("data.db")).unwrap();
        }
        // A clock that advances by less than the quiet time on each reading.
        let time = Cell::new(Instant::now());
        let now = || time.replace(time.get() + QUIET / 3);
        let changes = wait_by(&words, now).expect("it did not end");
        assert!(changes.have(|path| path == "data.db"));
        assert!(words.try_recv().is_ok(), "it read all there is");
    }

    #[test]
    fn what_changes_at_once_is_one_change_and_the_end_is_the_end() {
        let (tell, words) = mpsc::channel();
        for path in ["a", "b", "a"] {
            tell.send(word(path)).unwrap();
        }
        let began = Instant::now();
        let changes = wait_by(&words, || began).expect("it did not end");
        assert_eq!(changes.paths().count(), 2);
        tell.send(word("a")).unwrap();
        tell.send(Word::End).unwrap();
        assert!(wait_by(&words, || began).is_none());
    }
}
