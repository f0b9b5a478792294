//! An execution environment: what all kinds of functions have in common.
//!
//! In: what answers an event, and the resources that it requires. Out: a process that creates them and
//! requests one invocation after another from Lambda.

use std::{
    io,
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    process::ExitCode,
    sync::OnceLock,
};

use futures_util::FutureExt as _;
use lambda_runtime::{BoxFuture, Diagnostic, Error, LambdaEvent, service_fn};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tokio::runtime::{Builder, LocalOptions};

use crate::{
    event,
    log::{self, Log, Served, TARGET},
    resource::{self, Init, Maker},
};

/// The resources among the arguments of one of the user's functions.
pub(crate) type Resources = &'static [Option<&'static Maker>];

/// A function that answers events. Its type is erased, so that `lambda_runtime` is compiled once for all
/// kinds of functions.
pub(super) type Invoke<'a> =
    &'a dyn Fn(Init, LambdaEvent<Box<RawValue>>) -> BoxFuture<'a, Result<Output, Failure>>;

/// How events are requested and answered, if not by `lambda_runtime` alone.
pub(super) type Run = for<'a> fn(Init, Invoke<'a>) -> Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// Set by a program or a resource that needs another one.
pub(super) static RUN: OnceLock<Run> = OnceLock::new();

/// How a future is run to completion, if one thread is not enough.
pub(super) type BlockOn =
    fn(Pin<&mut dyn Future<Output = Result<(), Error>>>) -> io::Result<Result<(), Error>>;

/// Set by a program that needs it.
pub(super) static BLOCK_ON: OnceLock<BlockOn> = OnceLock::new();

/// The response to an invocation.
pub(crate) enum Output {
    Answer(event::Answer),
    /// JSON that is already serialized.
    Json(Box<RawValue>),
}

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Answer(answer) => answer.serialize(serializer),
            Self::Json(json) => json.serialize(serializer),
        }
    }
}

/// Serves events until the execution environment ends.
pub(super) fn start(served: Served, resources: &[Resources], invoke: Invoke<'_>) -> ExitCode {
    let log = log::start(served);
    // Without it, `lambda_runtime` panics; an artifact that is started by hand prints a readable error instead.
    let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else {
        tracing::error!(
            target: TARGET,
            "this is an artifact for AWS Lambda: AWS_LAMBDA_RUNTIME_API is not set"
        );
        return ExitCode::FAILURE;
    };
    match run(log, &api, resources, invoke) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(target: TARGET, "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(log: Log, api: &str, resources: &[Resources], invoke: Invoke<'_>) -> Result<(), Error> {
    let served = pin!(serve(log, api, resources, invoke));
    if let Some(block_on) = BLOCK_ON.get() {
        return block_on(served)?;
    }
    // An execution environment has one invocation at a time: a second thread would only cost its start. It is
    // a local runtime because the builder of the others also links the multi-threaded scheduler.
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    runtime.block_on(served)
}

async fn serve(log: Log, api: &str, resources: &[Resources], invoke: Invoke<'_>) -> Result<(), Error> {
    let init = Init::default();
    let prepared = prepare(resources, &init).await;
    log.install();
    if let Err(error) = prepared {
        let message = log::chain(&*error);
        if let Err(error) = resource::report(api, &message) {
            tracing::error!(target: TARGET, "Lambda could not be told that the init failed: {error}");
        }
        return Err(message.into());
    }
    if let Some(run) = RUN.get() {
        return run(init, invoke).await;
    }
    let outcome = lambda_runtime::run(service_fn(|event| invoke(init.clone(), event))).await;
    outcome.map_err(|error| format!("the Lambda Runtime API failed: {error}").into())
}

/// Creates the resources that the handlers take. A panic is a failure like any other, so that it is reported
/// to Lambda.
pub(crate) async fn prepare(resources: &[Resources], init: &Init) -> Result<(), Error> {
    // Two loops, because today's compiler does not consider a future with the adapters of a single one
    // `Send`.
    for resources in resources {
        for maker in resources.iter().flatten() {
            let made = AssertUnwindSafe(maker.prepare(init)).catch_unwind().await;
            made.unwrap_or_else(|_| Err("a resource panicked while it was made".into()))?;
        }
    }
    Ok(())
}

/// An invocation without a response: it is reported to Lambda and logged, and API Gateway answers with 500.
pub(crate) struct Failure(Error);

#[cfg(feature = "testing")]
impl Failure {
    pub(crate) fn into_error(self) -> Error {
        self.0
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Failure> for Diagnostic {
    fn from(Failure(error): Failure) -> Self {
        Self { error_type: "Error".to_owned(), error_message: log::chain(&*error) }
    }
}

/// What `lambda_runtime` logs.
impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&log::chain(&*self.0))
    }
}
