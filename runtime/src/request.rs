//! A request as handlers and extractors see it.

use axum::body::Body;

use crate::resource::Init;

/// A request as a handler's glue receives it: API Gateway's event as an `http::Request`, with the event's
/// context, path parameters and authorizer in its extensions.
pub type Request = axum::http::Request<aws_lambda_events::encodings::Body>;

/// What extractors of this crate find in a request's extensions.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// The names of the route's parameters from left to right, which the event does not have.
    pub(crate) parameters: &'static [&'static str],
    /// The resources that exist.
    pub(crate) init: Init,
}

/// Converts a body into axum's.
pub(crate) fn body(body: aws_lambda_events::encodings::Body) -> Body {
    match body {
        aws_lambda_events::encodings::Body::Text(text) => Body::from(text),
        aws_lambda_events::encodings::Body::Binary(bytes) => Body::from(bytes),
        _ => Body::empty(),
    }
}
