//! Serves a consumer.
//!
//! In: the consumer. Out: for a batch, the records that failed; for a single event nothing, or an error,
//! after which Lambda retries it.

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::environment::{Failure, Output, start};
use crate::{
    consumer::{Consumer, Invocation},
    log::{self, Served},
    resource::Init,
};

/// Serves `consumer` until the execution environment ends.
#[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
#[inline]
pub fn serve_consumer(consumer: Consumer) -> ExitCode {
    let served = Served::Named("consumer", consumer.name);
    start(served, &[consumer.resources], &|init, event| Box::pin(invoke(consumer, init, event)))
}

#[inline]
pub(crate) async fn invoke(
    consumer: Consumer,
    init: Init,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Output, Failure> {
    let LambdaEvent { payload, context, .. } = event;
    log::begin(&context, None);
    let outcome = consumer.deliver(Invocation { init, context }, &payload).await;
    #[cfg(feature = "metrics")]
    crate::metrics::flush(Some(("consumer", consumer.name)));
    let answer = outcome?.map(|failed| Answer {
        batch_item_failures: failed.into_iter().map(|failed| Failed { item_identifier: failed.id }).collect(),
    });
    Ok(Output::Json(to_raw_value(&answer).map_err(Error::from)?))
}

/// The response for a batch, where the event source mapping has `ReportBatchItemFailures`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    batch_item_failures: Vec<Failed>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    item_identifier: String,
}
