//! Serves an authorizer.
//!
//! In: the authorizer. Out: a simple response to each invocation, or an error, which API Gateway turns into
//! 500. No caller passes unless the function allowed it: a failed extraction denies, and a panic is an error.

use std::{panic::AssertUnwindSafe, process::ExitCode};

use futures_util::FutureExt as _;
use lambda_runtime::{Context, Error, LambdaEvent};
use serde_json::value::{RawValue, to_raw_value};

use super::environment::{Failure, Output, start};
use crate::{
    Decision,
    authorizer::{Authorizer, AuthorizerRequest},
    decision::Judgement,
    event::{self, SimpleResponse},
    log::{self, Served, TARGET},
    request::{Request, Surroundings},
    resource::Init,
};

/// Serves `authorizer` until the execution environment ends.
#[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
pub fn serve_authorizer(authorizer: Authorizer) -> ExitCode {
    let served = Served::Named("authorizer", authorizer.name);
    start(served, &[authorizer.resources], &|init, event| Box::pin(invoke(authorizer, init, event)))
}

pub(crate) async fn invoke(
    authorizer: Authorizer,
    init: Init,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Output, Failure> {
    let request = event::authorizer_request(event)?;
    if let Some(context) = request.extensions().get::<Context>() {
        let asks = request.extensions().get::<AuthorizerRequest>();
        log::begin(context, asks.map(|asks| asks.route_key.clone().into()));
    }
    let judgement = judge(authorizer, init, request).await;
    #[cfg(feature = "metrics")]
    crate::metrics::flush(Some(("authorizer", authorizer.name)));
    let response = to_raw_value(&SimpleResponse::of(judgement?)).map_err(Error::from)?;
    Ok(Output::Json(response))
}

/// Calls the authorizer.
pub(crate) async fn judge(authorizer: Authorizer, init: Init, mut request: Request) -> Judgement {
    request.extensions_mut().insert(Surroundings { parameters: &[], init });
    let outcome = AssertUnwindSafe(async { (authorizer.call)(request).await }).catch_unwind().await;
    match outcome {
        Ok(Ok(judgement)) => judgement,
        Ok(Err(rejection)) => {
            let reason = rejection.into_reason().await?;
            tracing::info!(target: TARGET, "denied, because an argument cannot be made: {reason}");
            Ok(Decision::Deny)
        }
        // The panic hook has logged the panic with its location.
        Err(_) => Err("the authorizer panicked".into()),
    }
}
