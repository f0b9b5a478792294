//! A request as handlers and extractors see it.

use axum::body::Body;

use crate::resource::Init;

/// A request as a handler's glue receives it: API Gateway's event as an `http::Request`, with the event's
/// context, path parameters and authorizer in its extensions.
pub type Request = axum::http::Request<lambda_http::Body>;

/// What extractors of this crate find in a request's extensions.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// The names of the route's parameters from left to right, which the event does not have.
    pub(crate) parameters: &'static [&'static str],
    /// The resources that exist.
    pub(crate) init: Init,
}

/// Converts a body into axum's.
pub(crate) fn body(body: lambda_http::Body) -> Body {
    match body {
        lambda_http::Body::Text(text) => Body::from(text),
        lambda_http::Body::Binary(bytes) => Body::from(bytes),
        _ => Body::empty(),
    }
}
