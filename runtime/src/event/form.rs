//! The payload format of an event and its response.

#[cfg(feature = "rest")]
use super::details;
use crate::request::Request;

/// The payload format of an event and its response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// 2.0, of HTTP APIs.
    Http,
    /// 1.0, of REST APIs.
    #[cfg(feature = "rest")]
    Rest,
}

impl Form {
    /// The format of the event that the request was made from.
    #[cfg(feature = "rest")]
    pub(crate) fn of(request: &Request) -> Self {
        if details::rest_context(request.extensions()).is_some() { Self::Rest } else { Self::Http }
    }

    /// The format of the event that the request was made from.
    #[cfg(not(feature = "rest"))]
    pub(crate) fn of(_: &Request) -> Self {
        Self::Http
    }
}
