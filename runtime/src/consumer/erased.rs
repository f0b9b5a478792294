//! The erased consumer: what an entry point returns and an artifact serves.

use lambda_runtime::{BoxFuture, Error};
use serde_json::value::RawValue;

use super::{
    delivery::{Delivery, Invocation},
    handled::Handled,
};
use crate::resource::Maker;

/// A kind of event source. A function links only what its own kind needs.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    pub(super) deliver:
        for<'a> fn(Consumer, Invocation, &'a RawValue) -> BoxFuture<'a, Result<Failed, Error>>,
}

/// The records that failed; `None` if the kind of source has no batches.
pub(crate) type Failed = Option<Vec<FailedRecord>>;

/// A record that failed, or that follows one.
#[derive(Clone, Debug)]
pub(crate) struct FailedRecord {
    /// The id that Lambda uses for it.
    pub(crate) id: String,
    /// The reason, as logged.
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "tests ask for it"))]
    pub(crate) reason: String,
}

/// One consumer with its function.
#[derive(Clone, Copy, Debug)]
pub struct Consumer {
    /// The name of the consumer.
    pub name: &'static str,
    /// What calls it.
    pub source: Source,
    /// Whether it takes all records of an event at once.
    pub takes_batch: bool,
    /// The resources among the function's arguments.
    pub resources: &'static [Option<&'static Maker>],
    /// Extracts the function's arguments, calls it and erases its result.
    pub call: fn(Delivery) -> Handled,
}

impl Consumer {
    /// Passes it an event. An error is about the event as a whole.
    #[inline]
    pub(crate) async fn deliver(self, invocation: Invocation, event: &RawValue) -> Result<Failed, Error> {
        (self.source.deliver)(self, invocation, event).await
    }
}
