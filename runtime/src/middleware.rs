//! Middleware around a handler: functions with `#[middleware]`, and layers of tower.
//!
//! In: a request, and the services that the attributes have nested. Out: the response of the outermost one.
//! The services are created once per execution environment and called for each request. A layer's error is
//! logged and answered with 500. A function without middleware links nothing of this file.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{DefaultBodyLimit, FromRequest as _},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use lambda_runtime::{
    Error,
    tower::{Layer, Service, ServiceExt as _},
};

use crate::{
    Problem,
    log::TARGET,
    problem::Cause,
    rejection::Rejection,
    request::{self, Request, Surroundings},
    resource::{Declaration, Maker},
    route::Reply,
};

/// A request as middleware receives it: axum's.
pub type HttpRequest = axum::extract::Request;

/// A function from a request to a reply: a handler with its arguments, or the middleware around one.
pub type Call = fn(Request) -> Reply;

/// A service that answers requests, whatever its concrete type.
pub trait Serve:
    Service<HttpRequest, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> Serve for S where
    S: Service<HttpRequest, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// A function with `#[middleware]`: its code, and what its attribute and its arguments declare.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not middleware",
    label = "not a function with `#[middleware]`",
    note = "write `#[routegen::middleware]` above the function, or `layer(…)` around a layer of tower"
)]
pub trait Middleware {
    /// The resources among its arguments.
    const RESOURCES: &'static [Option<&'static Maker>];

    /// What the registry stores about it.
    const FACTS: MiddlewareFacts;

    /// Wraps a service in it.
    fn around(inner: impl Serve) -> impl Serve;
}

/// What the registry stores about a function with `#[middleware]`.
#[derive(Clone, Copy, Debug)]
pub struct MiddlewareFacts {
    /// The environment variables that it requires.
    pub env: &'static [&'static str],
    /// The statuses that it answers with instead of the handler.
    pub refuses: &'static [u16],
    /// What the resources among its arguments declare.
    pub declared: &'static [Option<Declaration>],
}

/// Joins lists of resources into one. `N` is the total length.
pub const fn joined<const N: usize>(lists: &[&[Option<&'static Maker>]]) -> [Option<&'static Maker>; N] {
    let mut joined = [None; N];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            joined[at] = lists[list][index];
            index += 1;
            at += 1;
        }
        list += 1;
    }
    joined
}

/// The result of the glue of a function with `#[middleware]`.
pub type Answer = Pin<Box<dyn Future<Output = Result<Response, Rejection>> + Send>>;

/// Wraps a service in a function, which receives the requests and calls the service through `Next`.
pub fn around(inner: impl Serve, call: fn(HttpRequest, Next) -> Answer) -> impl Serve {
    let answer = move |request: HttpRequest, next: Next| async move {
        told(match call(request, next).await {
            Ok(response) => response,
            Err(rejection) => rejection.into_response().await,
        })
    };
    from_fn(answer).layer(inner)
}

/// Wraps a service in a tower layer. Whatever body types the layer uses, the services around it and within it
/// see axum's.
pub fn layered<S, L, B>(inner: S, layer: L) -> impl Serve
where
    S: Serve,
    L: Layer<Inside<S>>,
    L::Service: Service<HttpRequest, Response = axum::http::Response<B>, Error: Into<Error>, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
    B: HttpBody<Data = Bytes, Error: Into<Error>> + Send + 'static,
{
    Outside(layer.layer(Inside(inner)))
}

/// A service that accepts requests with any body type.
#[derive(Clone, Debug)]
pub struct Inside<S>(S);

impl<S: Serve, B> Service<axum::http::Request<B>> for Inside<S>
where
    B: HttpBody<Data = Bytes, Error: Into<Error>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: axum::http::Request<B>) -> S::Future {
        self.0.call(request.map(Body::new))
    }
}

/// A layer's service whose responses and errors are converted into axum's responses.
#[derive(Clone)]
struct Outside<S>(S);

impl<S, B> Service<HttpRequest> for Outside<S>
where
    S: Service<HttpRequest, Response = axum::http::Response<B>, Error: Into<Error>, Future: Send + 'static>,
    B: HttpBody<Data = Bytes, Error: Into<Error>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A service that is not ready returns its error from the call.
        self.0.poll_ready(context).map(|_| Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let answer = self.0.call(request);
        Box::pin(async move {
            Ok(match answer.await {
                Ok(response) => response.map(Body::new),
                Err(error) => told(Problem::internal(error.into()).into_response()),
            })
        })
    }
}

/// Answers a request with the services that `make` nests around `call`. They are created once per execution
/// environment and closure.
pub fn through<S: Serve>(request: Request, call: Call, make: impl Fn() -> S + Send + 'static) -> Reply {
    Box::pin(async move {
        let surroundings = request.extensions().get::<Surroundings>();
        let service = surroundings.map_or_else(&make, |surroundings| surroundings.init.kept(&make));
        let is_text = matches!(request.body(), aws_lambda_events::encodings::Body::Text(_));
        let mut request = request.map(request::body);
        request.extensions_mut().insert(Within { call, is_text });
        let Ok(response) = service.oneshot(request).await;
        Ok(response)
    })
}

/// The call of the innermost service.
#[derive(Clone, Copy)]
struct Within {
    call: Call,
    /// Whether the event's body is text.
    is_text: bool,
}

/// The innermost service, which calls the handler.
#[derive(Clone, Copy, Debug)]
pub struct Innermost;

impl Service<HttpRequest> for Innermost {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            Ok(told(match handle(request).await {
                Ok(response) => response,
                Err(rejection) => rejection.into_response().await,
            }))
        })
    }
}

async fn handle(mut request: HttpRequest) -> Result<Response, Rejection> {
    let Some(Within { call, is_text }) = request.extensions_mut().remove() else {
        return Ok(Problem::internal(
            "the handler's middleware has made a new request: pass on the extensions of the one that it got",
        )
        .into_response());
    };
    let (parts, body) = request.into_parts();
    let mut body = HttpRequest::new(body);
    // A body limit is a layer around this, and reading past it gives a rejection.
    DefaultBodyLimit::disable().apply(&mut body);
    let bytes = Bytes::from_request(body, &()).await.map_err(Rejection::new)?;
    let body = match String::from_utf8(Vec::from(bytes)) {
        Ok(text) if text.is_empty() => aws_lambda_events::encodings::Body::Empty,
        Ok(text) if is_text => aws_lambda_events::encodings::Body::Text(text),
        Ok(text) => aws_lambda_events::encodings::Body::Binary(text.into_bytes()),
        Err(error) => aws_lambda_events::encodings::Body::Binary(error.into_bytes()),
    };
    call(Request::from_parts(parts, body)).await
}

/// A cause that is already in the log.
#[derive(Clone)]
#[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "tests ask for it"))]
pub(crate) struct Told(pub(crate) Cause);

/// Logs a response's cause, whatever becomes of the response afterwards.
fn told(mut response: Response) -> Response {
    if let Some(cause) = response.extensions_mut().remove::<Cause>() {
        tracing::error!(target: TARGET, "{cause}");
        response.extensions_mut().insert(Told(cause));
    }
    response
}
