//! An axum router as a handler, for an existing API.
//!
//! In: a function that builds the router, and a request. Out: the router's response. The router is built once
//! per execution environment.

use std::convert::Infallible;

use axum::{Router, extract::Request, response::Response};
use lambda_runtime::tower::ServiceExt as _;

use crate::request::Surroundings;

/// Passes a request to an axum [`Router`], which `router` builds once per execution environment.
///
/// On the route `ANY "$default"` it serves a whole API as one function, with its own routes, extractors,
/// state and layers:
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
/// If building the router is asynchronous, for example because it needs a connection pool, make it part of a
/// [`Resource`](crate::Resource), which is created before the first request:
///
/// ```
/// use routegen::{Init, Res, Resource, Response, axum::{Router, extract::Request}, Error, route};
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
