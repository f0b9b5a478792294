//! Work after the answer.
//!
//! In: functions, from resources. Out: each of them called once the response is out and before the next event is asked for. A
//! function whose resources register none links nothing of this file.

use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use futures_util::{FutureExt as _, future::Then};
use lambda_http::{
    BoxFuture, Error,
    lambda_runtime::{LambdaInvocation, Runtime, layers::TracingLayer},
    service_fn,
    tower::{Service, layer::layer_fn},
};

use super::environment::{Invoke, RUN};
use crate::{Init, log::TARGET};

type Hook = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// In the order in which they were registered.
static HOOKS: Mutex<Vec<Hook>> = Mutex::new(Vec::new());

/// Has `hook` called after each response, before the function asks for its next event: what flushes telemetry, for instance.
///
/// It is called where a [`Resource`](crate::Resource) is made. The client has its response by then, and the function is not frozen before
/// all hooks are done; their time is billed, and counts for the function's timeout. A hook that panics is logged, and the next
/// invocation calls it again.
///
/// ```
/// use routegen::{Init, Resource, lambda_http::Error};
///
/// struct Telemetry;
///
/// impl Resource for Telemetry {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         routegen::after_response(async || {
///             // send what was gathered
///         });
///         Ok(Self)
///     }
/// }
/// ```
///
/// Where there is no Runtime API, in unit tests and behind [`router`](https://docs.rs/routegen/latest/routegen/fn.router.html), nothing calls it.
pub fn after_response<F>(hook: impl Fn() -> F + Send + Sync + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    HOOKS.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(move || Box::pin(hook())));
    let _ = RUN.set(run);
}

/// What `lambda_runtime::run` does, with a layer around it that calls the hooks.
fn run<'a>(init: Init, invoke: Invoke<'a>) -> Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>> {
    let service = service_fn(move |event| invoke(init.clone(), event));
    let runtime = Runtime::new(service).layer(TracingLayer::new()).layer(layer_fn(After));
    Box::pin(async {
        runtime.run().await.map_err(|error| format!("the Lambda Runtime API failed: {error}").into())
    })
}

async fn call_hooks() {
    let hooks = HOOKS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for hook in hooks {
        if AssertUnwindSafe(async { hook().await }).catch_unwind().await.is_err() {
            tracing::error!(target: TARGET, "work after the response panicked");
        }
    }
}

/// What answers an invocation, and then calls the hooks.
struct After<S>(S);

type Outcome = Result<(), Error>;

impl<S: Service<LambdaInvocation, Response = (), Error = Error>> Service<LambdaInvocation> for After<S> {
    type Response = ();
    type Error = Error;
    type Future = Then<S::Future, BoxFuture<'static, Outcome>, fn(Outcome) -> BoxFuture<'static, Outcome>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Outcome> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        self.0.call(invocation).then(|outcome| {
            Box::pin(async {
                call_hooks().await;
                outcome
            })
        })
    }
}
