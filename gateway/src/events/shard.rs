//! A shard of a table's stream, in memory: records come out in order, in batches that are retried.
//!
//! In: records, and the outcomes of batches. Out: batches, and the records that were given up. It has no
//! clock and calls nothing.

use std::{collections::VecDeque, time::Duration};

use routegen_apigw::consumer::{Answered, StreamRecord};
use routegen_spec::StreamSource;
use tokio::time::Instant;

/// The maximum number of records in one shard.
const RECORDS: usize = 10_000;

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
    /// Records that are not yet in a batch, and since when each has been waiting.
    fresh: VecDeque<(Instant, StreamRecord)>,
    /// Batches to retry before anything else, in order.
    again: VecDeque<Batch>,
    /// When the next retry may start.
    not_before: Option<Instant>,
    working: bool,
}

/// The outcome of a failed batch.
#[derive(Debug)]
pub(super) struct Failed {
    /// The records that are not retried.
    pub(super) lost: Vec<StreamRecord>,
    /// Whether any are retried.
    pub(super) again: bool,
}

impl Shard {
    pub(super) fn put(&mut self, now: Instant, record: StreamRecord) -> Result<(), Full> {
        if self.fresh.len() >= RECORDS {
            return Err(Full);
        }
        self.fresh.push_back((now, record));
        Ok(())
    }

    /// The next batch, if one is due; otherwise when it is.
    pub(super) fn next(&mut self, now: Instant, source: &StreamSource) -> Result<Batch, Option<Instant>> {
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
        let Some((since, _)) = self.fresh.front() else { return Err(None) };
        let due = *since + Duration::from_secs(source.window.into());
        if self.fresh.len() < most && due > now {
            return Err(Some(due));
        }
        let records = self.fresh.drain(..most.min(self.fresh.len())).map(|(_, record)| record).collect();
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
            return Failed { lost: records, again: !self.again.is_empty() };
        }
        let (old, mut records): (Vec<_>, Vec<_>) = records.into_iter().partition(too_old);
        if records.is_empty() {
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
            shard.put(now, record(number)).unwrap();
        }
        let (mut tried, mut lost) = (Vec::new(), Vec::new());
        while let Ok(batch) = shard.next(now, source) {
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
        shard.put(now, record(1)).unwrap();
        let due = now + Duration::from_secs(5);
        assert_eq!(shard.next(now, &gathered).unwrap_err(), Some(due));
        shard.put(now, record(2)).unwrap();
        shard.put(now, record(3)).unwrap();
        assert_eq!(numbers(&shard.next(now, &gathered).unwrap().records), ["1", "2"]);
        assert_eq!(shard.next(due, &gathered).unwrap_err(), None, "one is at work");
        shard.done();
        assert_eq!(numbers(&shard.next(due, &gathered).unwrap().records), ["3"]);
    }

    #[test]
    fn a_record_that_is_too_old_is_not_tried_again() {
        let source = source(|source| source.bisect = false);
        let mut shard = Shard::default();
        let now = Instant::now();
        for number in 1..=2 {
            shard.put(now, record(number)).unwrap();
        }
        let batch = shard.next(now, &source).unwrap();
        let failed = shard.failed(batch, None, &source, now, |record| record.sequence_number == "1");
        assert_eq!((numbers(&failed.lost), failed.again), (vec!["1"], true));
        assert_eq!(numbers(&shard.next(now, &source).unwrap().records), ["2"]);
    }
}
