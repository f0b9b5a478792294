//! Why a message was not sent.

use std::fmt;

use aws_sdk_sqs::error::DisplayErrorContext;
use thiserror::Error;

/// Why messages were not sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SendError {
    /// A body cannot be JSON. Nothing was sent.
    #[error("the message cannot be JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// SQS does not answer, or refuses the call.
    #[error("the message could not be sent to the queue `{queue}`: {}", DisplayErrorContext(source))]
    Sqs {
        /// The queue.
        queue: &'static str,
        /// What the SDK says.
        source: Box<aws_sdk_sqs::Error>,
    },
    /// Of a batch, SQS has taken some messages and not these.
    #[error("{} of the messages could not be sent to the queue `{queue}`: {}", unsent.len(), shown(unsent))]
    Unsent {
        /// The queue.
        queue: &'static str,
        /// Those that were not sent, in their order.
        unsent: Vec<Unsent>,
    },
}

/// A message of a batch that was not sent.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Unsent {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// SQS's word for the reason, such as `InternalError`.
    pub code: String,
    /// What SQS says of it.
    pub message: String,
    /// Whether it cannot be sent as it is, so that it is of no use to try again.
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
