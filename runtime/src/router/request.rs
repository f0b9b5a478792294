//! Converts a server's request into a function's.
//!
//! In: hyper's request, and the event that API Gateway would send for it. Out: the request that a function
//! makes of the event, with the original body and extensions. It refuses a request with several hosts, and a
//! body that is too large.

use axum::{
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest as _},
    http::{Extensions, StatusCode, Version, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use lambda_runtime::Context;
use routegen_apigw::{
    event::{drop_connection_headers, travels_as_text},
    host::take_authority,
};

use super::failed::failed;
use crate::{event, rejection::Rejection, request::Request, simulate::event::lambda_event};

/// Sets the request's only host, and removes what was meant for the server alone.
pub(super) fn settle(parts: &mut Parts) -> Result<(), StatusCode> {
    if parts.headers.get_all(header::HOST).iter().count() > 1 {
        return Err(StatusCode::BAD_REQUEST);
    }
    take_authority(&parts.uri, &mut parts.headers).map_err(|_| StatusCode::BAD_REQUEST)?;
    drop_connection_headers(&mut parts.headers);
    Ok(())
}

/// The parts of a request that are not in its event.
pub(super) struct Rest {
    pub(super) version: Version,
    pub(super) extensions: Extensions,
    pub(super) body: Body,
}

/// The function's request, with its body.
pub(super) async fn of(
    event: &[u8],
    rest: Rest,
    limit: usize,
    request_id: String,
) -> Result<Request, Response> {
    let Rest { version, mut extensions, body } = rest;
    let bytes = bytes(body, limit).await?;
    let mut context = Context::default();
    context.request_id = request_id;
    let event = lambda_event(event, context).map_err(Into::into);
    let made = event.and_then(event::request);
    let mut request = made.map_err(|error| failed(error.to_string()))?;
    *request.body_mut() = if bytes.is_empty() {
        aws_lambda_events::encodings::Body::Empty
    } else if travels_as_text(request.headers(), &bytes) {
        aws_lambda_events::encodings::Body::Text(String::from_utf8_lossy(&bytes).into_owned())
    } else {
        aws_lambda_events::encodings::Body::Binary(bytes.into())
    };
    *request.version_mut() = version;
    // Handlers find what layers inserted.
    extensions.extend(std::mem::take(request.extensions_mut()));
    *request.extensions_mut() = extensions;
    Ok(request)
}

/// The whole body, read by axum, which refuses one that is too large.
async fn bytes(body: Body, limit: usize) -> Result<Bytes, Response> {
    let mut request = axum::http::Request::new(body);
    DefaultBodyLimit::max(limit).apply(&mut request);
    match Bytes::from_request(request, &()).await {
        Ok(bytes) => Ok(bytes),
        Err(rejection) => Err(Rejection::own(rejection.into_response()).into_response().await),
    }
}
