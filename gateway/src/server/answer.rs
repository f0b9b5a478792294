//! The answers to clients.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, header::HeaderValue};

/// The body of an answer: bytes, or the page's continuing log.
#[cfg(feature = "page")]
pub(crate) type Body = crate::page::Body;

/// The body of an answer.
#[cfg(not(feature = "page"))]
pub(crate) type Body = Full<Bytes>;

/// A complete body.
#[cfg(feature = "page")]
pub(super) fn whole(body: Full<Bytes>) -> Body {
    Body::Left(body)
}

/// A complete body.
#[cfg(not(feature = "page"))]
pub(super) fn whole(body: Full<Bytes>) -> Body {
    body
}

/// Adds the id of its request to an answer, as API Gateway does.
pub(super) fn put_id(request_id: &str, headers: &mut HeaderMap) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("apigw-requestid", id);
    }
}
