//! What stands in for a queue in tests.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::de::DeserializeOwned;

use crate::outgoing::Options;

/// A message that a recording queue was given.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sent {
    /// Its body, as JSON.
    pub body: String,
    /// After which time it could be received.
    pub delay: Option<Duration>,
    /// Its group.
    pub group: Option<String>,
    /// By what a FIFO queue would know its duplicates.
    pub deduplication_id: Option<String>,
    /// The texts beside the body.
    pub attributes: BTreeMap<String, String>,
}

impl Sent {
    /// The body.
    ///
    /// # Panics
    ///
    /// Where it is not JSON of this type; the message has the body.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_str(&self.body) {
            Ok(body) => body,
            Err(error) => panic!("the body is not what was expected ({error}): {}", self.body),
        }
    }
}

/// The messages that were given to a queue and its clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Sent>>>);

impl Record {
    pub(crate) fn keep(&self, body: String, options: Options) {
        let Options { delay, group, deduplication_id, attributes } = options;
        let sent = Sent { body, delay, group, deduplication_id, attributes };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
    }

    pub(crate) fn all(&self) -> Vec<Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
