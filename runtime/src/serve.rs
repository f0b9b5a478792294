//! Serves one route under the Lambda Runtime API: the whole of an artifact's `main`.
//!
//! In: the erased route, and Lambda's environment. Out: a process that answers one invocation after another and
//! outlives errors and panics of the handler. It does not route: API Gateway has done that.

use std::{
    any::Any,
    io::Write as _,
    panic::{AssertUnwindSafe, PanicHookInfo},
    process::ExitCode,
};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use lambda_http::{Context, Error, RequestExt as _};
use serde::Serialize;

use crate::{
    Problem,
    extract::Parameters,
    problem::Cause,
    route::{Request, Route},
};

/// Serves `route` until the execution environment ends.
pub fn serve(route: Route) -> ExitCode {
    // Without it lambda_http panics; whoever starts an artifact by hand deserves a sentence.
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        log(&Entry::new(
            "ERROR",
            route,
            "this is an artifact for AWS Lambda: AWS_LAMBDA_RUNTIME_API is not set",
        ));
        return ExitCode::FAILURE;
    }
    std::panic::set_hook(Box::new(move |panic| log_panic(route, panic)));
    match run(route) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log(&Entry::new("ERROR", route, &format!("the Lambda Runtime API failed: {error}")));
            ExitCode::FAILURE
        }
    }
}

fn run(route: Route) -> Result<(), Error> {
    // An execution environment has one invocation at a time: a second thread would only cost its start.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let service =
        lambda_http::service_fn(move |request| async move { Ok::<_, Error>(answer(route, request).await) });
    runtime.block_on(lambda_http::run(service))
}

/// Calls the handler. An error and a panic are logged and answered; neither ends the process.
async fn answer(route: Route, mut request: Request) -> Response {
    let request_id = request.lambda_context_ref().map(|context: &Context| context.request_id.clone());
    request.extensions_mut().insert(Parameters(route.parameters));
    let outcome = AssertUnwindSafe(async { (route.call)(request).await }).catch_unwind().await;
    let response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(rejection)) => rejection.into_problem().await,
        // The hook has logged the panic with its place.
        Err(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    };
    if let Some(cause) = response.extensions().get::<Cause>() {
        let message = cause.to_string();
        log(&Entry { request_id: request_id.as_deref(), ..Entry::new("ERROR", route, &message) });
    }
    response
}

/// A line of the function's log, with the names of Lambda's own JSON log format.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    level: &'static str,
    message: &'a str,
    route_key: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

impl<'a> Entry<'a> {
    fn new(level: &'static str, route: Route, message: &'a str) -> Self {
        Self { level, message, route_key: route.key, request_id: None, location: None }
    }
}

fn log_panic(route: Route, panic: &PanicHookInfo<'_>) {
    let message = format!("the handler panicked: {}", payload(panic.payload()));
    let location = panic.location().map(ToString::to_string);
    log(&Entry { location, ..Entry::new("ERROR", route, &message) });
}

fn payload(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

fn log(entry: &Entry<'_>) {
    // One write a line, so that lines of two threads do not mix. Where stderr is gone, nobody reads on.
    let line = serde_json::to_string(entry).unwrap_or_default() + "\n";
    let _ = std::io::stderr().write_all(line.as_bytes());
}
