//! What is posted for consumers, and the response to what is not accepted.

use std::collections::BTreeMap;

use hyper::StatusCode;

use super::super::{
    hub::{EventError, SendError},
    queue::NotSent,
};

/// The decoded parameters of a request's query.
pub(in crate::events) type Query = BTreeMap<String, String>;

/// Why what was posted is not accepted.
pub(in crate::events) struct Refused {
    pub(in crate::events) status: StatusCode,
    pub(in crate::events) message: String,
}

impl Refused {
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }
}

impl From<EventError> for Refused {
    fn from(error: EventError) -> Self {
        let status = match error {
            EventError::Unknown { .. } => StatusCode::NOT_FOUND,
            EventError::Invalid(_) => StatusCode::BAD_REQUEST,
            EventError::Full => StatusCode::TOO_MANY_REQUESTS,
        };
        Self { status, message: error.to_string() }
    }
}

impl From<SendError> for Refused {
    fn from(error: SendError) -> Self {
        let status = match error {
            SendError::Unknown(_) => StatusCode::NOT_FOUND,
            SendError::NotSent(NotSent::Full) => StatusCode::TOO_MANY_REQUESTS,
            SendError::NotSent(_) => StatusCode::BAD_REQUEST,
        };
        Self { status, message: error.to_string() }
    }
}
