//! The payload format of an event and its response.

#[cfg(feature = "rest")]
use lambda_http::{RequestExt as _, request::RequestContext};

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
        match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(_)) => Self::Rest,
            _ => Self::Http,
        }
    }

    /// The format of the event that the request was made from.
    #[cfg(not(feature = "rest"))]
    pub(crate) fn of(_: &Request) -> Self {
        Self::Http
    }
}
