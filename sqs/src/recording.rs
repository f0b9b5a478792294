//! A replacement for a queue in tests.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::de::DeserializeOwned;

use crate::outgoing::Options;

/// A message that was sent to a recording queue.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sent {
    /// Its body, as JSON.
    pub body: String,
    /// How long it would stay invisible.
    pub delay: Option<Duration>,
    /// Its group.
    pub group: Option<String>,
    /// The id by which a FIFO queue would detect duplicates.
    pub deduplication_id: Option<String>,
    /// The text attributes.
    pub attributes: BTreeMap<String, String>,
}

impl Sent {
    /// Parses the body.
    ///
    /// # Panics
    ///
    /// If it is not JSON of this type; the message contains the body.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_str(&self.body) {
            Ok(body) => body,
            Err(error) => panic!("the body is not what was expected ({error}): {}", self.body),
        }
    }
}

/// The messages that were sent to a queue and its clones.
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
