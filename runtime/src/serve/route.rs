//! Serves the routes of a function.
//!
//! In: the routes, and how one of them is selected. Out: an answer to each invocation, whatever the handler does.

use std::{panic::AssertUnwindSafe, process::ExitCode};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use lambda_http::{LambdaEvent, RequestExt as _};
use serde_json::value::RawValue;

use super::{
    Failure,
    group::{self, Select},
    start,
};
use crate::{
    Problem,
    event::{self, Answer},
    log::{self, Served, TARGET},
    problem::Cause,
    resource::Init,
    route::{Request, Route, Surroundings},
};

pub(super) fn serve(routes: &[Route], select: Select) -> ExitCode {
    let served = match routes {
        [route] => Served::Route(route.key),
        _ => Served::Group,
    };
    let makers = routes.iter().flat_map(|route| route.resources).flatten().copied();
    start(served, makers, |init, event| invoke(routes, select, init, event))
}

async fn invoke(
    routes: &[Route],
    select: Select,
    init: Init,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Answer, Failure> {
    let request = event::request(event)?;
    let form = event::Form::of(&request);
    let route = select(routes, &request);
    if let Some(context) = request.lambda_context_ref() {
        log::begin(context, route.map(|route| route.key.into()));
    }
    let response = match route {
        Some(route) => answer(route, init, request).await,
        None => no_route(&request),
    };
    Ok(event::answer(form, response).await.unwrap_or_else(|error| {
        tracing::error!(target: TARGET, "the response's body broke off: {error}");
        Answer::of(form, StatusCode::INTERNAL_SERVER_ERROR)
    }))
}

/// Calls the handler. An error and a panic are logged and answered; neither ends the process.
pub(crate) async fn answer(route: Route, init: Init, mut request: Request) -> Response {
    request.extensions_mut().insert(Surroundings { parameters: route.parameters, init });
    let outcome = AssertUnwindSafe(async { (route.call)(request).await }).catch_unwind().await;
    let response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(rejection)) => rejection.into_problem().await,
        // The hook has logged the panic with its place.
        Err(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    };
    if let Some(cause) = response.extensions().get::<Cause>() {
        tracing::error!(target: TARGET, "{cause}");
    }
    response
}

/// API Gateway and the artifact disagree about the function's routes: one of them is older.
fn no_route(request: &Request) -> Response {
    tracing::error!(
        target: TARGET,
        "the event is for `{}`, a route that this function does not have",
        group::asked(request)
    );
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
