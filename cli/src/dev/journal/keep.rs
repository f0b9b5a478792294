//! Printing the journal, on a thread of its own.
//!
//! In: what its listeners pass on. Out: entries, each as soon as it can be printed, until all listeners are gone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use super::{
    entry::{JournalLine, LeftOut},
    listener::{Heard, Listener},
    pages::Pages,
};

/// How long a line waits for its request.
const PATIENCE: Duration = Duration::from_millis(500);

/// The largest number of observations that wait to be printed.
const WAITING: usize = 1024;

/// The observations that wait to be printed.
#[derive(Debug)]
pub(crate) struct Journal {
    heard: Receiver<Heard>,
    left_out: Arc<AtomicU64>,
    pages: Pages,
    patience: Duration,
}

impl Journal {
    /// A journal, and the listener that feeds it.
    pub(crate) fn new() -> (Listener, Self) {
        let (tell, heard) = mpsc::sync_channel(WAITING);
        let left_out = Arc::default();
        let listener = Listener { tell, left_out: Arc::clone(&left_out) };
        (listener, Self { heard, left_out, pages: Pages::default(), patience: PATIENCE })
    }

    /// Prints until all listeners are gone.
    pub(crate) fn keep(mut self, mut print: impl FnMut(JournalLine)) {
        loop {
            let heard = match self.pages.wait(self.patience) {
                Some(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
                Some(wait) => self.heard.recv_timeout(wait),
                None => self.heard.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match heard {
                Ok(heard) => self.pages.take(heard).into_iter().for_each(&mut print),
                Err(RecvTimeoutError::Timeout) => self.pages.pop().into_iter().for_each(&mut print),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.tell_left_out(&mut print);
        }
        while let Some(entry) = self.pages.pop() {
            print(entry);
        }
        self.tell_left_out(print);
    }

    fn tell_left_out(&self, print: impl FnOnce(JournalLine)) {
        match self.left_out.swap(0, Ordering::Relaxed) {
            0 => {}
            entries => print(JournalLine::LeftOut(LeftOut { entries })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{delivery, log, plain, request},
        *,
    };

    /// Everything that is printed of the observations so far.
    fn kept(journal: Journal) -> Vec<String> {
        let mut found = Vec::new();
        journal.keep(|entry| found.push(plain(&entry)));
        found
    }

    #[test]
    fn lines_of_a_consumer_stand_below_its_call() {
        let (listener, journal) = Journal::new();
        listener.hear(log(Some("1"), "one"));
        listener.tell.send(Heard::Delivery(Box::new(delivery(|_| {})))).unwrap();
        drop(listener);
        assert_eq!(kept(journal), ["done queue orders  2 records  1.5 ms  on-order\n", "    one\n"]);
    }

    #[test]
    fn lines_that_no_request_claims_are_printed_all_the_same() {
        let (listener, journal) = Journal::new();
        listener.hear(log(Some("1"), "one"));
        listener.hear(log(Some("2"), "two"));
        drop(listener);
        assert_eq!(kept(journal), ["    one\n", "    two\n"]);
    }

    #[test]
    fn a_line_that_waited_long_enough_is_printed_whatever_else_there_is() {
        let (listener, mut journal) = Journal::new();
        journal.patience = Duration::ZERO;
        listener.hear(log(Some("1"), "one"));
        listener.tell.send(Heard::Request(Box::new(request("1")))).unwrap();
        drop(listener);
        assert_eq!(kept(journal), ["    one\n", "200 GET /  1 ms  no route\n"]);
    }

    #[test]
    fn what_comes_too_fast_is_left_out_and_counted() {
        let (listener, journal) = Journal::new();
        for _ in 0..WAITING + 2 {
            listener.hear(log(None, "again"));
        }
        drop(listener);
        let kept = kept(journal);
        assert_eq!(kept.len(), WAITING + 1);
        assert!(kept[1].starts_with("2 requests and lines came too fast"), "{}", kept[1]);
    }
}
