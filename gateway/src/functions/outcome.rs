//! How an invocation ended: with an answer, or without one and why.

use bytes::Bytes;
use routegen_spec::limits::{ANSWER_BYTES, PAYLOAD_BYTES};

use crate::FunctionError;

/// How an invocation ended.
#[derive(Debug)]
pub(crate) struct Invoked {
    pub(crate) outcome: Result<Bytes, InvokeError>,
    /// Whether the environment was made for it.
    pub(crate) cold_start: bool,
}

/// Why a function did not answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// There is no function of that name.
    #[error("there is no function `{0}`")]
    Unknown(String),
    /// The function said that it failed.
    #[error("{0}")]
    Function(FunctionError),
    /// Its process could not be started, or ended before it asked for an event.
    #[error("the function could not be started: {0}")]
    Init(String),
    /// Its process ended while it worked on the event.
    #[error("the function's process ended: {0}")]
    Crashed(String),
    /// It took longer than its timeout, and was ended.
    #[error("the function timed out after {0:?}")]
    TimedOut(std::time::Duration),
    /// It used more memory than it has, and was ended.
    #[error("the function used more than its {0} MB of memory")]
    OutOfMemory(u32),
    /// Its answer is larger than Lambda takes.
    #[error(
        "the function's answer has {bytes} bytes, and Lambda takes {ANSWER_BYTES}; a body in base64 counts as it is sent, a third larger than it is"
    )]
    #[non_exhaustive]
    AnswerTooLarge {
        /// How large it is, as far as it was read.
        bytes: u64,
    },
    /// Its answer is not JSON.
    #[error("the function's answer is not JSON")]
    NotJson,
    /// The event is larger than Lambda takes.
    #[error("the event is larger than {PAYLOAD_BYTES} bytes")]
    EventTooLarge,
    /// The gateway was shut down, or the function replaced.
    #[error("the gateway is shutting down")]
    Closed,
}
