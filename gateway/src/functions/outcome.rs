//! The outcome of an invocation: an answer, or why there is none.

use bytes::Bytes;
use routegen_spec::limits::{ANSWER_BYTES, PAYLOAD_BYTES};

use crate::FunctionError;

/// The outcome of an invocation.
#[derive(Debug)]
pub(crate) struct Invoked {
    pub(crate) outcome: Result<Bytes, InvokeError>,
    /// Whether the environment was started for it.
    pub(crate) cold_start: bool,
}

/// Why a function did not answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// There is no function with that name.
    #[error("there is no function `{0}`")]
    Unknown(String),
    /// The function reported an error.
    #[error("{0}")]
    Function(FunctionError),
    /// Its process could not be started, or ended before it asked for an event.
    #[error("the function could not be started: {0}")]
    Init(String),
    /// Its process ended while it was working on the event.
    #[error("the function's process ended: {0}")]
    Crashed(String),
    /// It exceeded its timeout, and was killed.
    #[error("the function timed out after {0:?}")]
    TimedOut(std::time::Duration),
    /// It exceeded its memory, and was killed.
    #[error("the function used more than its {0} MB of memory")]
    OutOfMemory(u32),
    /// Its answer is larger than Lambda accepts.
    #[error(
        "the function's answer has {bytes} bytes, and Lambda takes {ANSWER_BYTES}; a body in base64 counts as it is sent, a third larger than it is"
    )]
    #[non_exhaustive]
    AnswerTooLarge {
        /// Its size, as far as it was read.
        bytes: u64,
    },
    /// Its answer is not JSON.
    #[error("the function's answer is not JSON")]
    NotJson,
    /// The event is larger than Lambda accepts.
    #[error("the event is larger than {PAYLOAD_BYTES} bytes")]
    EventTooLarge,
    /// The gateway was shut down, or the function replaced.
    #[error("the gateway is shutting down")]
    Closed,
}
