//! The outcome of an event, for tests.

use lambda_runtime::Error;

use crate::{
    consumer::{Failed, FailedRecord},
    log::chain,
};

/// The outcome of an event.
#[derive(Clone, Debug)]
pub struct Outcome {
    failed: Vec<usize>,
    causes: Vec<String>,
}

impl Outcome {
    /// The outcome for the records with these ids.
    pub(super) fn of(result: Result<Failed, Error>, ids: &[String]) -> Self {
        match result {
            Ok(failed) => {
                let failed = failed.unwrap_or_default();
                let place = |failed: &FailedRecord| ids.iter().position(|id| *id == failed.id);
                Self {
                    failed: failed.iter().filter_map(place).collect(),
                    causes: failed.into_iter().map(|failed| failed.reason).collect(),
                }
            }
            // An event of one record, or an invalid event: all of it failed.
            Err(error) => Self { failed: (0..ids.len().max(1)).collect(), causes: vec![chain(&*error)] },
        }
    }

    /// Whether nothing failed, so that nothing is delivered again.
    pub fn is_done(&self) -> bool {
        self.failed.is_empty()
    }

    /// The indexes of the records that are reported to Lambda, from 0: for a queue those that are received
    /// again, for a stream the one from which it continues. For an event that is one record, 0 if it failed.
    pub fn failed(&self) -> &[usize] {
        &self.failed
    }

    /// Why the first of them failed, as logged.
    pub fn cause(&self) -> Option<&str> {
        self.causes.first().map(String::as_str)
    }

    /// Why each of them failed.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }
}
