//! What a client gets.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, header::HeaderValue};

/// The body of an answer: bytes, or the log of the page as it goes on.
#[cfg(feature = "page")]
pub(crate) type Body = crate::page::Body;

/// The body of an answer.
#[cfg(not(feature = "page"))]
pub(crate) type Body = Full<Bytes>;

/// A body whose bytes are all there.
#[cfg(feature = "page")]
pub(super) fn whole(body: Full<Bytes>) -> Body {
    Body::Left(body)
}

/// A body whose bytes are all there.
#[cfg(not(feature = "page"))]
pub(super) fn whole(body: Full<Bytes>) -> Body {
    body
}

/// Gives an answer the id of its request, as API Gateway does.
pub(super) fn put_id(request_id: &str, headers: &mut HeaderMap) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("apigw-requestid", id);
    }
}
