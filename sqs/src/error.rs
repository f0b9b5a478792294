//! Why a message was not sent.

use std::fmt;

use aws_sdk_sqs::error::DisplayErrorContext;
use thiserror::Error;

/// Why messages were not sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SendError {
    /// A body cannot be serialized as JSON. Nothing was sent.
    #[error("the message cannot be JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// SQS did not respond, or refused the call.
    #[error("the message could not be sent to the queue `{queue}`: {}", DisplayErrorContext(source))]
    Sqs {
        /// The queue.
        queue: &'static str,
        /// The SDK's error.
        source: Box<aws_sdk_sqs::Error>,
    },
    /// SQS accepted some messages of a batch, but not these.
    #[error("{} of the messages could not be sent to the queue `{queue}`: {}", unsent.len(), shown(unsent))]
    Unsent {
        /// The queue.
        queue: &'static str,
        /// Those that were not sent, in order.
        unsent: Vec<Unsent>,
    },
}

/// A message of a batch that was not sent.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Unsent {
    /// Its index in the batch.
    pub index: usize,
    /// SQS's code for the reason, such as `InternalError`.
    pub code: String,
    /// SQS's message.
    pub message: String,
    /// Whether the message itself is the reason, so that retrying it is useless.
    pub is_senders_fault: bool,
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {}: {} {}", self.index, self.code, self.message)
    }
}

fn shown(unsent: &[Unsent]) -> String {
    unsent.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
