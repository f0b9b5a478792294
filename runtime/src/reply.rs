//! What a handler may return.
//!
//! In: its output. Out: the response. It refuses endless responses, because API Gateway sends a response only
//! when it is complete.

use std::marker::PhantomData;

use axum::response::{IntoResponse, Response, Sse};

use crate::{
    Problem,
    extract::{Check, Passed},
};

/// A handler's result, converted into a response. `M` only distinguishes the implementations for the
/// compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response that a route can return",
    label = "not a response",
    note = "return what implements axum's `IntoResponse`, such as `Json<T>`, `StatusCode` or `String`, or a `Result` of \
            two such types",
    note = "errors of any kind become responses as `Result<T, routegen::Problem>`",
    note = "there are two traits of the name `IntoResponse`: it is axum's, `routegen::IntoResponse`, and not `lambda_http`'s"
)]
pub trait IntoReply<M> {
    /// Returns the response.
    fn into_reply(self) -> Response;
}

/// Marks results that axum accepts as a response.
#[derive(Debug)]
pub struct ViaAxum;

/// Marks results with the error type of Lambda handlers.
#[derive(Debug)]
pub struct ViaLambda;

#[diagnostic::do_not_recommend]
impl<T: IntoResponse> IntoReply<ViaAxum> for T {
    fn into_reply(self) -> Response {
        self.into_response()
    }
}

impl<T: IntoResponse> IntoReply<ViaLambda> for Result<T, lambda_runtime::Error> {
    fn into_reply(self) -> Response {
        match self {
            Ok(value) => value.into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

/// Checks at compile time that an output has an end. An inherent method is found before the trait's.
#[derive(Debug)]
pub struct Output<'a, T>(pub &'a T);

/// Accepts every type that [`Output`] does not list.
pub trait OutputCheck {
    /// Accepts the output.
    fn check(&self) -> Passed {
        Passed
    }

    /// The same for the success value of a `Result`. It is a separate method, so that an uninferred type
    /// matches only one of each.
    fn check_success(&self) -> Passed {
        Passed
    }
}

impl<T> OutputCheck for Output<'_, T> {}

impl<S> Output<'_, Sse<S>> {
    /// Events continue without an end.
    pub fn check(&self) -> Endless<Sse<S>> {
        Endless(PhantomData)
    }
}

impl<S, E> Output<'_, Result<Sse<S>, E>> {
    /// Events continue without an end.
    pub fn check_success(&self) -> Endless<Sse<S>> {
        Endless(PhantomData)
    }
}

/// A response that may have no end.
#[derive(Debug)]
pub struct Endless<T>(PhantomData<T>);

impl<T: Ends> Check for Endless<T> {}

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "server-sent events never reach a client: API Gateway sends a response only when it is complete",
    label = "may have no end",
    note = "return what is available, such as `Json<Vec<T>>`, and let the client poll; a stream that ends can be returned as \
            `Response`, with `.into_response()`"
)]
pub trait Ends {}
