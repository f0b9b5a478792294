//! A queue of SQS as an event source.

use serde::{Deserialize, Serialize};

use super::{Pattern, Takes};
use crate::{Name, limits};

/// The messages of a queue ([Lambda with SQS]). Lambda deletes those that the function does not report as
/// failed.
///
/// [Lambda with SQS]: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct QueueSource {
    /// The name of the queue in `resources`. The module creates a queue that is not in `resources`.
    pub queue: Name,
    /// Whether the queue is FIFO.
    pub fifo: bool,
    /// The maximum number of messages in one invocation: 1 to 10000, or 1 to 10 for a FIFO queue.
    pub batch: u32,
    /// How long Lambda gathers messages, in seconds, 0 to 300. More than 10 messages require at least 1.
    pub window: u32,
    /// The maximum number of concurrent invocations, 2 to 1000; `None` for no limit on this queue.
    pub concurrency: Option<u32>,
    /// How often a message is received before it is moved to the dead-letter queue, 1 to 1000.
    pub receives: u32,
    /// Which messages are delivered; the others are deleted.
    pub filter: Vec<Pattern>,
    /// How many messages the handler takes at a time.
    #[serde(default)]
    pub takes: Takes,
}

impl QueueSource {
    /// Lambda's own default.
    pub const BATCH: u32 = 10;

    /// The minimum that AWS recommends.
    pub const RECEIVES: u32 = 5;

    /// A standard queue, with the defaults.
    pub fn new(queue: Name) -> Self {
        Self {
            queue,
            fifo: false,
            batch: Self::BATCH,
            window: 0,
            concurrency: None,
            receives: Self::RECEIVES,
            filter: Vec::new(),
            takes: Takes::One,
        }
    }

    /// The minimum visibility timeout of the queue, in seconds, for a function with this `timeout`, in
    /// seconds.
    pub fn visibility_timeout(&self, timeout: u32) -> u32 {
        timeout * limits::VISIBILITY_PER_TIMEOUT + self.window
    }
}
