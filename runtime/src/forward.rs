//! An axum router as a handler: the way to bring an API that there is already.
//!
//! In: the router, or how it is made, and a request. Out: the router's response. It is made once in an execution environment.

use std::convert::Infallible;

use axum::{Router, extract::Request, response::Response};
use lambda_http::tower::ServiceExt as _;

use crate::request::Surroundings;

/// Hands a request to an axum [`Router`], which `router` makes once in an execution environment.
///
/// Behind `ANY "$default"` it is a whole API as one function, with its own routes, extractors, state and layers:
///
/// ```
/// use routegen::{Response, axum::{Router, extract::Request, routing::get}, route};
///
/// fn app() -> Router {
///     Router::new().route("/users/{id}", get(async || "a user"))
/// }
///
/// #[route(ANY, "$default", auth = "none")]
/// async fn legacy(request: Request) -> Response {
///     routegen::forward(app, request).await
/// }
/// ```
///
/// A router that is made asynchronously, with a pool of connections for instance, is part of a [`Resource`](crate::Resource), which
/// is made before the first request:
///
/// ```
/// use routegen::{Init, Res, Resource, Response, axum::{Router, extract::Request}, lambda_http::Error, route};
///
/// struct App(Router);
///
/// impl Resource for App {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self(Router::new()))
///     }
/// }
///
/// #[route(ANY, "$default", auth = "none")]
/// async fn legacy(app: Res<App>, request: Request) -> Response {
///     routegen::forward(move || app.0.clone(), request).await
/// }
/// ```
pub async fn forward(router: impl Fn() -> Router + 'static, request: Request) -> Response {
    let surroundings = request.extensions().get::<Surroundings>();
    let router = surroundings.map_or_else(&router, |surroundings| surroundings.init.kept(&router));
    let answer: Result<Response, Infallible> = router.oneshot(request).await;
    let Ok(response) = answer;
    response
}
