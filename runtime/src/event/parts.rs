//! The parts of a request that events of both payload formats have alike: a body, and what its URI is put together of.

use axum::http::{HeaderMap, Uri};
use lambda_http::Body;
use percent_encoding::{AsciiSet, CONTROLS};

/// What cannot stand in a URI's query. API Gateway has decoded nothing in it.
pub(super) const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// What cannot stand in a URI's path that is encoded already.
pub(super) const ENCODED_PATH: &AsciiSet =
    &QUERY.add(b'?').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// What cannot stand in a URI's path as itself. API Gateway decodes the path once, so a `?` in it is part of a segment, and a
/// `%` is what the client encoded as `%25`.
pub(super) const PATH: &AsciiSet = &ENCODED_PATH.add(b'%');

/// The body as the client sent it.
pub(super) fn body(body: Option<String>, is_base64_encoded: bool) -> Body {
    match body {
        Some(body) if is_base64_encoded => Body::from_maybe_encoded(true, &body),
        Some(body) => Body::Text(body),
        None => Body::Empty,
    }
}

/// The whole URI; without scheme and host where what the client sent as its host is none.
pub(super) fn uri(target: &str, headers: &HeaderMap, domain: Option<&str>) -> Uri {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").or(domain).unwrap_or_default();
    let scheme = header("x-forwarded-proto").unwrap_or("https");
    let whole = Uri::builder().scheme(scheme).authority(host).path_and_query(target).build();
    whole.or_else(|_| target.parse()).unwrap_or_default()
}
