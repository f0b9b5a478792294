//! What a handler may return.

use axum::response::{IntoResponse, Response};

use crate::Problem;

/// A handler's result, made a response. `M` only tells the two implementations apart for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response that a route can return",
    label = "not a response",
    note = "return what implements axum's `IntoResponse`, such as `Json<T>`, `StatusCode` or `String`, or a `Result` of \
            two such types",
    note = "errors of any kind become responses as `Result<T, routegen::Problem>`"
)]
pub trait IntoReply<M> {
    /// Makes the response.
    fn into_reply(self) -> Response;
}

/// Marks results that axum can answer with.
#[derive(Debug)]
pub struct ViaAxum;

/// Marks results with the error type of lambda handlers.
#[derive(Debug)]
pub struct ViaLambda;

impl<T: IntoResponse> IntoReply<ViaAxum> for T {
    fn into_reply(self) -> Response {
        self.into_response()
    }
}

impl<T: IntoResponse> IntoReply<ViaLambda> for Result<T, lambda_http::Error> {
    fn into_reply(self) -> Response {
        match self {
            Ok(value) => value.into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}
