//! Work after the response.
//!
//! In: functions that resources register. Out: each of them is called once the response is sent, before the
//! next event is requested. A function whose resources register none links nothing of this file.

use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use futures_util::{FutureExt as _, future::Then};
use lambda_runtime::{
    BoxFuture, Error, LambdaInvocation, Runtime,
    layers::TracingLayer,
    service_fn,
    tower::{Service, layer::layer_fn},
};

use super::environment::{Invoke, RUN};
use crate::{Init, log::TARGET};

type Hook = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// In registration order.
static HOOKS: Mutex<Vec<Hook>> = Mutex::new(Vec::new());

/// Registers `hook` to be called after each response, before the function requests its next event, for
/// example to flush telemetry.
///
/// Call this while a [`Resource`](crate::Resource) is created. When the hook runs, the client already has its
/// response; the function is not frozen until all hooks are done. Their time is billed, and counts towards
/// the function's timeout. A hook that panics is logged, and called again after the next invocation.
///
/// ```
/// use routegen::{Init, Resource, Error};
///
/// struct Telemetry;
///
/// impl Resource for Telemetry {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         routegen::after_response(async || {
///             // send what was collected
///         });
///         Ok(Self)
///     }
/// }
/// ```
///
/// Without a Runtime API, in unit tests and behind
/// [`router`](https://docs.rs/routegen/latest/routegen/fn.router.html), it is never called.
pub fn after_response<F>(hook: impl Fn() -> F + Send + Sync + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    HOOKS.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(move || Box::pin(hook())));
    let _ = RUN.set(run);
}

/// Does what `lambda_runtime::run` does, with a layer that calls the hooks.
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

/// A service that answers an invocation, and then calls the hooks.
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
