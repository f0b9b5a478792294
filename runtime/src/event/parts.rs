//! What events of both payload formats share: a body, and the parts of the URI.

use aws_lambda_events::encodings::Body;
use axum::http::{HeaderMap, Uri};
use percent_encoding::{AsciiSet, CONTROLS};

/// Characters that a URI's query cannot contain. API Gateway does not decode the query.
pub(super) const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// Characters that an already encoded path of a URI cannot contain.
pub(super) const ENCODED_PATH: &AsciiSet =
    &QUERY.add(b'?').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Characters that the path of a URI cannot contain unencoded. API Gateway decodes the path once, so a `?` in
/// it is part of a segment, and a `%` was sent as `%25`.
pub(super) const PATH: &AsciiSet = &ENCODED_PATH.add(b'%');

/// The body as the client sent it.
pub(super) fn body(body: Option<String>, is_base64_encoded: bool) -> Body {
    match body {
        Some(body) if is_base64_encoded => Body::from_maybe_encoded(true, &body),
        Some(body) => Body::Text(body),
        None => Body::Empty,
    }
}

/// The whole URI, without scheme and host if the host that the client sent is invalid.
pub(super) fn uri(target: &str, headers: &HeaderMap, domain: Option<&str>) -> Uri {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").or(domain).unwrap_or_default();
    let scheme = header("x-forwarded-proto").unwrap_or("https");
    let whole = Uri::builder().scheme(scheme).authority(host).path_and_query(target).build();
    whole.or_else(|_| target.parse()).unwrap_or_default()
}
