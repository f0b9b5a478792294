//! Serves a route.
//!
//! In: the route. Out: a response to each invocation, whatever the handler does. It does not check which
//! route an event is for: the function has only this one.

use std::{panic::AssertUnwindSafe, process::ExitCode};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::value::RawValue;

use super::environment::{Failure, Output, start};
use crate::{
    Problem,
    event::{self, Answer, Form},
    log::{self, Served, TARGET},
    problem::Cause,
    request::{Request, Surroundings},
    resource::Init,
    route::Route,
};

pub(super) fn serve(route: Route) -> ExitCode {
    start(Served::Route(route.key), &[route.resources], &|init, event| Box::pin(invoke(route, init, event)))
}

async fn invoke(route: Route, init: Init, event: LambdaEvent<Box<RawValue>>) -> Result<Output, Failure> {
    let request = event::request(event)?;
    if let Some(context) = request.extensions().get::<Context>() {
        log::begin(context, None);
    }
    let form = Form::of(&request);
    let response = answer(route, init, request).await;
    let output = output(form, response).await;
    #[cfg(feature = "metrics")]
    crate::metrics::flush(Some(("route", route.key)));
    Ok(output)
}

/// The output for a response.
pub(super) async fn output(form: Form, response: Response) -> Output {
    Output::Answer(event::answer(form, response).await.unwrap_or_else(|error| {
        tracing::error!(target: TARGET, "the response's body broke off: {error}");
        Answer::of(form, StatusCode::INTERNAL_SERVER_ERROR)
    }))
}

/// Calls the handler. Errors and panics are logged and answered; neither ends the process.
pub(crate) async fn answer(route: Route, init: Init, mut request: Request) -> Response {
    request.extensions_mut().insert(Surroundings { parameters: route.parameters, init });
    let outcome = AssertUnwindSafe(async { (route.call)(request).await }).catch_unwind().await;
    let response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(rejection)) => rejection.into_response().await,
        // The panic hook has logged the panic with its location.
        Err(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    };
    if let Some(cause) = response.extensions().get::<Cause>() {
        tracing::error!(target: TARGET, "{cause}");
    }
    response
}
