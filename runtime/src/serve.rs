//! Serves one route under the Lambda Runtime API: the whole of an artifact's `main`.
//!
//! In: the erased route, and Lambda's environment. Out: a process that answers one invocation after another and
//! outlives errors and panics of the handler. It does not route: API Gateway has done that.

use std::{panic::AssertUnwindSafe, process::ExitCode};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use lambda_http::{Error, RequestExt as _};

use crate::{
    Problem,
    log::{self, Log, TARGET},
    problem::Cause,
    resource::{self, Init},
    route::{Request, Route, Surroundings},
};

/// Serves `route` until the execution environment ends.
pub fn serve(route: Route) -> ExitCode {
    let log = log::start(route.key);
    // Without it lambda_http panics; whoever starts an artifact by hand deserves a sentence.
    let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else {
        tracing::error!(
            target: TARGET,
            "this is an artifact for AWS Lambda: AWS_LAMBDA_RUNTIME_API is not set"
        );
        return ExitCode::FAILURE;
    };
    match run(route, log, &api) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(target: TARGET, "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(route: Route, log: Log, api: &str) -> Result<(), Error> {
    // An execution environment has one invocation at a time: a second thread would only cost its start.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log.install();
            return Err(error.into());
        }
    };
    runtime.block_on(async {
        let init = Init::default();
        let prepared = prepare(route, &init).await;
        log.install();
        if let Err(error) = prepared {
            let message = log::chain(&*error);
            if let Err(error) = resource::report(api, &message) {
                tracing::error!(target: TARGET, "Lambda could not be told that the init failed: {error}");
            }
            return Err(message.into());
        }
        let service = lambda_http::service_fn(move |request| {
            let init = init.clone();
            async move { Ok::<_, Error>(answer(route, init, request).await) }
        });
        let outcome = lambda_http::run(service).await;
        outcome.map_err(|error| format!("the Lambda Runtime API failed: {error}").into())
    })
}

/// Makes the resources that the handler takes. A panic is a failure like any other, so that Lambda learns of it.
async fn prepare(route: Route, init: &Init) -> Result<(), Error> {
    for maker in route.resources.iter().flatten() {
        let made = AssertUnwindSafe(maker.prepare(init)).catch_unwind().await;
        made.unwrap_or_else(|_| Err("a resource panicked while it was made".into()))?;
    }
    Ok(())
}

/// Calls the handler. An error and a panic are logged and answered; neither ends the process.
pub(crate) async fn answer(route: Route, init: Init, mut request: Request) -> Response {
    if let Some(context) = request.lambda_context_ref() {
        log::begin(context);
    }
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
