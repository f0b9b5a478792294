//! A shard of a table's stream, in memory: records come out in order, in batches that are retried.
//!
//! In: records, and the outcomes of batches. Out: batches, and the records that were given up. It has no
//! clock and calls nothing. Its size is bounded: a full shard refuses records.

use std::{collections::VecDeque, time::Duration};

use routegen_apigw::consumer::{Answered, StreamRecord, stream_event};
use routegen_spec::StreamSource;
use tokio::time::Instant;

/// The maximum number of records that wait in one shard, and their bytes.
const RECORDS: usize = 10_000;
const BYTES: usize = 64 * 1024 * 1024;

/// The shard is full.
#[derive(Debug)]
pub(super) struct Full;

#[derive(Debug)]
pub(super) struct Batch {
    pub(super) records: Vec<StreamRecord>,
    /// How often it has been attempted.
    pub(super) attempts: u32,
}

#[derive(Debug, Default)]
pub(super) struct Shard {
    /// Records that are not yet in a batch.
    fresh: VecDeque<Fresh>,
    /// The bytes of these records.
    bytes: usize,
    /// Batches to retry before anything else, in order.
    again: VecDeque<Batch>,
    /// When the next retry may start.
    not_before: Option<Instant>,
    working: bool,
}

#[derive(Debug)]
struct Fresh {
    since: Instant,
    record: StreamRecord,
    bytes: usize,
}

/// The outcome of a failed batch.
#[derive(Debug)]
pub(super) struct Failed {
    /// The records that are not retried.
    pub(super) lost: Vec<StreamRecord>,
    /// Whether any records of this batch are retried.
    pub(super) again: bool,
}

/// The bytes of records as JSON.
pub(super) fn bytes(records: &[StreamRecord]) -> usize {
    stream_event("", records).to_string().len()
}

impl Shard {
    /// Whether all of these records fit.
    pub(super) fn has_room(&self, records: &[StreamRecord]) -> bool {
        self.fits(records.len(), bytes(records))
    }

    fn fits(&self, records: usize, bytes: usize) -> bool {
        self.fresh.len() + records <= RECORDS && self.bytes + bytes <= BYTES
    }

    /// Takes all of these records, or none.
    pub(super) fn put(&mut self, now: Instant, records: &[StreamRecord]) -> Result<(), Full> {
        let sizes: Vec<usize> = records.chunks(1).map(bytes).collect();
        let all: usize = sizes.iter().sum();
        if !self.fits(records.len(), all) {
            return Err(Full);
        }
        self.bytes += all;
        let fresh =
            |(record, bytes): (&StreamRecord, usize)| Fresh { since: now, record: record.clone(), bytes };
        self.fresh.extend(records.iter().zip(sizes).map(fresh));
        Ok(())
    }

    /// The next batch, if one is due; otherwise when it is. A batch ends before a record that no longer
    /// `fits`, but has at least one.
    pub(super) fn next(
        &mut self,
        now: Instant,
        source: &StreamSource,
        mut fits: impl FnMut(&StreamRecord) -> bool,
    ) -> Result<Batch, Option<Instant>> {
        // A shard has one batch at a time, so that records stay in order.
        if self.working {
            return Err(None);
        }
        if let Some(again) = self.not_before.filter(|again| *again > now) {
            return Err(Some(again));
        }
        if let Some(batch) = self.again.pop_front() {
            self.working = true;
            return Ok(batch);
        }
        let most = source.batch as usize;
        let Some(first) = self.fresh.front() else { return Err(None) };
        let due = first.since + Duration::from_secs(source.window.into());
        if self.fresh.len() < most && due > now {
            return Err(Some(due));
        }
        let mut records = Vec::new();
        while let Some(next) = self.fresh.front().filter(|_| records.len() < most) {
            if !fits(&next.record) && !records.is_empty() {
                break;
            }
            let Some(Fresh { record, bytes, .. }) = self.fresh.pop_front() else { break };
            self.bytes -= bytes;
            records.push(record);
        }
        self.working = true;
        Ok(Batch { records, attempts: 0 })
    }

    /// Marks every record of the batch as processed.
    pub(super) fn done(&mut self) {
        self.working = false;
        self.not_before = None;
    }

    /// Marks the batch as failed: from the record that the answer names on, or completely if it names none.
    /// `too_old` selects the records that have exceeded their maximum age.
    pub(super) fn failed(
        &mut self,
        batch: Batch,
        answered: Option<&Answered>,
        source: &StreamSource,
        again: Instant,
        too_old: impl Fn(&StreamRecord) -> bool,
    ) -> Failed {
        self.working = false;
        let Batch { mut records, attempts } = batch;
        let done = answered.and_then(Answered::checkpoint).unwrap_or(0).min(records.len());
        records.drain(..done);
        // What is left after a partial success counts as a new batch.
        let attempts = if done > 0 { 1 } else { attempts + 1 };
        if attempts > source.retries && (records.len() == 1 || !source.bisect) {
            self.not_before = None;
            return Failed { lost: records, again: false };
        }
        let (old, mut records): (Vec<_>, Vec<_>) = records.into_iter().partition(too_old);
        if records.is_empty() {
            self.not_before = None;
            return Failed { lost: old, again: false };
        }
        // A batch that fails completely is halved to find the failing record; that does not count as a
        // retry.
        if source.bisect && done == 0 && records.len() > 1 {
            let second = records.split_off(records.len() / 2);
            let attempts = attempts - 1;
            self.again.push_front(Batch { records: second, attempts });
            self.again.push_front(Batch { records, attempts });
        } else {
            self.again.push_front(Batch { records, attempts });
        }
        self.not_before = Some(again);
        Failed { lost: old, again: true }
    }

    pub(super) fn waiting(&self) -> usize {
        self.fresh.len() + self.again.iter().map(|batch| batch.records.len()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use routegen_apigw::consumer::ChangeKind;
    use serde_json::Map;

    use super::*;

    fn source(change: impl FnOnce(&mut StreamSource)) -> StreamSource {
        let mut source = StreamSource::new("items".parse().unwrap());
        change(&mut source);
        source
    }

    fn record(number: u32) -> StreamRecord {
        StreamRecord {
            event_id: number.to_string(),
            kind: ChangeKind::Insert,
            keys: Map::new(),
            new_image: None,
            old_image: None,
            sequence_number: number.to_string(),
            created: 0,
        }
    }

    fn numbers(records: &[StreamRecord]) -> Vec<&str> {
        records.iter().map(|record| &*record.sequence_number).collect()
    }

    /// Runs batches until none is left. A batch with the record `poison` fails from it on if `partial`,
    /// otherwise completely. Returns the batches and the lost records.
    fn run(source: &StreamSource, poison: &str, partial: bool) -> (Vec<String>, Vec<String>) {
        let mut shard = Shard::default();
        let now = Instant::now();
        for number in 1..=4 {
            shard.put(now, &[record(number)]).unwrap();
        }
        let (mut tried, mut lost) = (Vec::new(), Vec::new());
        while let Ok(batch) = shard.next(now, source, |_| true) {
            tried.push(numbers(&batch.records).join(" "));
            match batch.records.iter().position(|record| record.sequence_number == poison) {
                None => shard.done(),
                Some(at) => {
                    let answered = partial.then(|| Answered::Failed(vec![at]));
                    let failed = shard.failed(batch, answered.as_ref(), source, now, |_| false);
                    lost.extend(failed.lost.iter().map(|record| record.sequence_number.clone()));
                }
            }
            assert!(tried.len() < 50, "{tried:?}");
        }
        assert_eq!(shard.waiting(), 0);
        (tried, lost)
    }

    #[test]
    fn a_batch_that_fails_is_tried_again_and_then_given_up_as_a_whole() {
        let whole = source(|source| (source.bisect, source.retries) = (false, 2));
        let (tried, lost) = run(&whole, "2", false);
        assert_eq!((tried, lost.join(" ")), (vec!["1 2 3 4".to_owned(); 3], "1 2 3 4".to_owned()));
        let never = source(|source| (source.bisect, source.retries) = (false, 0));
        assert_eq!(run(&never, "2", false).0.len(), 1);
    }

    #[test]
    fn halving_loses_the_record_at_fault_alone() {
        let halved = source(|source| source.retries = 1);
        let (tried, lost) = run(&halved, "2", false);
        assert_eq!(tried, ["1 2 3 4", "1 2", "1", "2", "2", "3 4"]);
        assert_eq!(lost, ["2"]);
    }

    #[test]
    fn what_is_done_before_the_record_at_fault_is_not_done_again() {
        let halved = source(|source| source.retries = 1);
        let (tried, lost) = run(&halved, "3", true);
        assert_eq!(tried, ["1 2 3 4", "3 4", "3", "4"]);
        assert_eq!(lost, ["3"]);
    }

    #[test]
    fn records_wait_for_a_batch_or_its_window_and_one_batch_for_the_other() {
        let gathered = source(|source| (source.batch, source.window) = (2, 5));
        let mut shard = Shard::default();
        let now = Instant::now();
        shard.put(now, &[record(1)]).unwrap();
        let due = now + Duration::from_secs(5);
        assert_eq!(shard.next(now, &gathered, |_| true).unwrap_err(), Some(due));
        shard.put(now, &[record(2)]).unwrap();
        shard.put(now, &[record(3)]).unwrap();
        assert_eq!(numbers(&shard.next(now, &gathered, |_| true).unwrap().records), ["1", "2"]);
        assert_eq!(shard.next(due, &gathered, |_| true).unwrap_err(), None, "one is at work");
        shard.done();
        assert_eq!(numbers(&shard.next(due, &gathered, |_| true).unwrap().records), ["3"]);
    }

    #[test]
    fn a_record_that_is_too_old_is_not_tried_again() {
        let source = source(|source| source.bisect = false);
        let mut shard = Shard::default();
        let now = Instant::now();
        for number in 1..=2 {
            shard.put(now, &[record(number)]).unwrap();
        }
        let batch = shard.next(now, &source, |_| true).unwrap();
        let failed = shard.failed(batch, None, &source, now, |record| record.sequence_number == "1");
        assert_eq!((numbers(&failed.lost), failed.again), (vec!["1"], true));
        assert_eq!(numbers(&shard.next(now, &source, |_| true).unwrap().records), ["2"]);
    }

    #[test]
    fn what_is_given_up_of_a_halved_batch_is_not_called_retried_and_its_other_half_goes_on() {
        // Its attempts are used up, or it is too old.
        for (retries, too_old) in [(0, false), (5, true)] {
            let halved = source(|source| source.retries = retries);
            let mut shard = Shard::default();
            let now = Instant::now();
            shard.put(now, &[record(1), record(2)]).unwrap();
            let whole = shard.next(now, &halved, |_| true).unwrap();
            let failed = shard.failed(whole, None, &halved, now, |_| false);
            assert_eq!((failed.lost.len(), failed.again), (0, true), "each half is tried");
            let first = shard.next(now, &halved, |_| true).unwrap();
            assert_eq!(numbers(&first.records), ["1"]);
            let later = now + Duration::from_secs(1);
            let failed = shard.failed(first, None, &halved, later, |_| too_old);
            assert_eq!((numbers(&failed.lost), failed.again), (vec!["1"], false), "{retries} retries");
            let other = shard.next(now, &halved, |_| true).unwrap();
            assert_eq!(numbers(&other.records), ["2"], "without a pause");
        }
    }

    #[test]
    fn a_batch_ends_where_an_event_would_be_too_large_but_has_one_record() {
        let whole = source(|_| {});
        let mut shard = Shard::default();
        let now = Instant::now();
        shard.put(now, &[record(1), record(2), record(3)]).unwrap();
        assert_eq!(numbers(&shard.next(now, &whole, |_| false).unwrap().records), ["1"]);
        shard.done();
        let fits = |next: &StreamRecord| next.sequence_number == "2";
        assert_eq!(numbers(&shard.next(now, &whole, fits).unwrap().records), ["2"]);
        shard.done();
        assert_eq!(numbers(&shard.next(now, &whole, |_| true).unwrap().records), ["3"]);
        assert_eq!(shard.bytes, 0);
    }

    #[test]
    fn a_full_shard_takes_all_records_or_none_by_their_number_and_by_their_bytes() {
        let mut shard = Shard::default();
        let now = Instant::now();
        shard.put(now, &vec![record(1); RECORDS - 1]).unwrap();
        shard.put(now, &[record(0), record(0)]).unwrap_err();
        assert_eq!(shard.waiting(), RECORDS - 1);
        shard.put(now, &[record(0)]).unwrap();
        shard.put(now, &[record(0)]).unwrap_err();

        let mut shard = Shard::default();
        let text = "a".repeat(BYTES / 2);
        let large =
            StreamRecord { new_image: Some(Map::from_iter([("a".to_owned(), text.into())])), ..record(1) };
        shard.put(now, std::slice::from_ref(&large)).unwrap();
        shard.put(now, &[large]).unwrap_err();
        shard.put(now, &[record(2)]).unwrap();
    }
}
