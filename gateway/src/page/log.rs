//! Recent observations, in bounded memory.
//!
//! Requests and lines are stored separately, so that a function with endless output does not displace the
//! requests. A reader asks for the entry after the last one that it has. Nothing waits for slow readers:
//! they miss entries that were displaced.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use routegen_spec::IdentitySource;
use tokio::sync::watch;

use super::{
    credentials::Credentials,
    entry::{Entry, What},
};
use crate::lock::lock;

const REQUESTS: usize = 200;
const REQUEST_BYTES: usize = 8 * 1024 * 1024;

/// Lines of functions, and the starts and ends of processes.
const LINES: usize = 1_000;
const LINE_BYTES: usize = 1024 * 1024;

/// The log.
#[derive(Debug)]
pub(super) struct Log {
    /// Distinguishes the log of one start of the gateway from that of another.
    pub(super) id: String,
    /// What must be hidden in its entries.
    credentials: Mutex<Arc<Credentials>>,
    rings: Mutex<Rings>,
    newest: watch::Sender<u64>,
}

#[derive(Debug)]
struct Rings {
    newest: u64,
    requests: Ring,
    lines: Ring,
}

/// The newest entries, in the order of their numbers.
#[derive(Debug)]
struct Ring {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

impl Log {
    pub(super) fn new(id: String) -> Self {
        let ring = |most, most_bytes| Ring { entries: VecDeque::new(), bytes: 0, most, most_bytes };
        let (requests, lines) = (ring(REQUESTS, REQUEST_BYTES), ring(LINES, LINE_BYTES));
        let rings = Mutex::new(Rings { newest: 0, requests, lines });
        Self { id, credentials: Mutex::default(), rings, newest: watch::Sender::new(0) }
    }

    /// Hides the values of these sources too. Earlier ones stay hidden, because entries may belong to an
    /// earlier API.
    pub(super) fn hide(&self, sources: &[IdentitySource]) {
        Arc::make_mut(&mut lock(&self.credentials)).add(sources);
    }

    pub(super) fn credentials(&self) -> Arc<Credentials> {
        lock(&self.credentials).clone()
    }

    pub(super) fn record(&self, what: What) {
        self.add(&mut lock(&self.rings), what);
    }

    /// Deletes all entries, and notifies readers.
    pub(super) fn clear(&self) {
        let mut rings = lock(&self.rings);
        rings.requests.clear();
        rings.lines.clear();
        self.add(&mut rings, What::Cleared);
    }

    /// The first existing entry after the one with this number.
    pub(super) fn after(&self, number: u64) -> Option<Arc<Entry>> {
        let rings = lock(&self.rings);
        let found = [rings.requests.after(number), rings.lines.after(number)];
        found.into_iter().flatten().min_by_key(|entry| entry.number).cloned()
    }

    /// Watches the number of the newest entry.
    pub(super) fn newest(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    fn add(&self, rings: &mut Rings, what: What) {
        rings.newest += 1;
        let entry = Arc::new(Entry { number: rings.newest, time: SystemTime::now(), what });
        let ring = if entry.is_request() { &mut rings.requests } else { &mut rings.lines };
        ring.push(entry);
        self.newest.send_replace(rings.newest);
    }
}

impl Ring {
    fn push(&mut self, entry: Arc<Entry>) {
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        while self.entries.len() > self.most || self.bytes > self.most_bytes {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
    }

    fn after(&self, number: u64) -> Option<&Arc<Entry>> {
        self.entries.get(self.entries.partition_point(|entry| entry.number <= number))
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::observe::{Observation, RequestLog};

    fn request(answer: usize) -> What {
        What::of(&Observation::Request(Box::new(RequestLog {
            request_id: String::new(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            route_key: None,
            function: None,
            invocation: None,
            authorizer_invocation: None,
            status: 200,
            duration: Duration::ZERO,
            cold_start: false,
            event: None,
            answer: Some(Bytes::from(vec![b'1'; answer])),
            error: None,
        })))
    }

    fn line(line: &str) -> What {
        What::of(&Observation::Log { function: "f".into(), invocation: None, line: line.to_owned() })
    }

    fn numbers(log: &Log, mut after: u64) -> Vec<u64> {
        let next = || {
            after = log.after(after)?.number;
            Some(after)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn entries_of_both_kinds_come_in_their_order() {
        let log = Log::new(String::new());
        for what in [request(1), line("a"), line("b"), request(2)] {
            log.record(what);
        }
        assert_eq!(numbers(&log, 0), [1, 2, 3, 4]);
        assert_eq!(numbers(&log, 2), [3, 4]);
        log.clear();
        assert_eq!(numbers(&log, 0), [5]);
    }

    #[test]
    fn lines_without_end_leave_the_requests_and_no_more_than_the_newest_lines() {
        let log = Log::new(String::new());
        log.record(request(1));
        for _ in 0..LINES * 2 {
            log.record(line("again"));
        }
        let kept = numbers(&log, 0);
        assert_eq!((kept.len(), kept[0], kept[1]), (LINES + 1, 1, LINES as u64 + 2));
    }

    #[test]
    fn large_entries_are_fewer_and_the_bytes_stay_below_their_bound() {
        let log = Log::new(String::new());
        for _ in 0..REQUESTS {
            log.record(request(200 * 1024));
            log.record(line(&"x".repeat(64 * 1024)));
            let rings = lock(&log.rings);
            let held = |ring: &Ring| ring.entries.iter().map(|entry| entry.bytes()).sum::<usize>();
            for ring in [&rings.requests, &rings.lines] {
                assert!(held(ring) == ring.bytes && ring.bytes <= ring.most_bytes);
            }
        }
        assert!(numbers(&log, 0).len() < 60);
    }
}
