//! What became of an event, as tests look at it.

use lambda_http::Error;

use crate::{
    consumer::{Failed, FailedRecord},
    log::chain,
};

/// What became of an event.
#[derive(Clone, Debug)]
pub struct Outcome {
    failed: Vec<usize>,
    causes: Vec<String>,
}

impl Outcome {
    /// Of the records with these ids.
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
            // An event of one record, or one that is no event of its kind: all of it failed.
            Err(error) => Self { failed: (0..ids.len().max(1)).collect(), causes: vec![chain(&*error)] },
        }
    }

    /// Whether nothing failed, so that nothing is delivered again.
    pub fn is_done(&self) -> bool {
        self.failed.is_empty()
    }

    /// The places of the records that Lambda is told of, from 0: of a queue those that are received again, of a stream the one at which it
    /// goes on. Of an event that is one record, 0 where it failed.
    pub fn failed(&self) -> &[usize] {
        &self.failed
    }

    /// Why the first of them failed, as the log has it.
    pub fn cause(&self) -> Option<&str> {
        self.causes.first().map(String::as_str)
    }

    /// Why each of them failed.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }
}
