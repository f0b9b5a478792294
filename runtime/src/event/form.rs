//! The payload format of an event, which its response has too.

#[cfg(feature = "rest")]
use lambda_http::{RequestExt as _, request::RequestContext};

use crate::request::Request;

/// The payload format of an event, which its response has too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// 2.0, of HTTP APIs.
    Http,
    /// 1.0, of REST APIs.
    #[cfg(feature = "rest")]
    Rest,
}

impl Form {
    /// That of the event which the request was made of.
    #[cfg(feature = "rest")]
    pub(crate) fn of(request: &Request) -> Self {
        match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(_)) => Self::Rest,
            _ => Self::Http,
        }
    }

    /// That of the event which the request was made of.
    #[cfg(not(feature = "rest"))]
    pub(crate) fn of(_: &Request) -> Self {
        Self::Http
    }
}
