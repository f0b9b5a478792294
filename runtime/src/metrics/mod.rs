//! CloudWatch metrics through the log: the [embedded metric format].
//!
//! In: numbers that handlers, and the code that they call, record. Out: at the end of each invocation, lines
//! of JSON beside the log's own, from which CloudWatch creates metrics. It calls no service, and writes no
//! line for an invocation that records nothing. Values that CloudWatch would not accept are dropped and
//! reported in the log: a metric never fails a request.
//!
//! This module requires the feature `metrics`:
//!
//! ```
//! use routegen::{Json, metrics::{Unit, dimension, metric}, route};
//!
//! #[derive(serde::Deserialize)]
//! struct Order {
//!     tenant: String,
//!     total: f64,
//! }
//!
//! #[route(POST, "/orders", auth = "cognito", scopes = ["orders/write"])]
//! async fn create_order(Json(order): Json<Order>) {
//!     dimension("tenant", &order.tenant);
//!     metric("Orders", 1.0, Unit::Count);
//!     metric("Total", order.total, Unit::None);
//! }
//! ```
//!
//! This writes, on one line:
//!
//! ```json
//! {"_aws":{"Timestamp":1773119783123,"CloudWatchMetrics":[{"Namespace":"shop",
//!    "Dimensions":[["service","function","route","tenant"]],
//!    "Metrics":[{"Name":"Orders","Unit":"Count"},{"Name":"Total","Unit":"None"}]}]},
//!  "service":"orders","function":"create-order","route":"POST /orders","tenant":"acme","requestId":"8476a536-…",
//!  "Orders":1.0,"Total":9.5}
//! ```
//!
//! The namespace is the value of `POWERTOOLS_METRICS_NAMESPACE`, or `routegen` if it is not set. The
//! dimension `service` is the value of `POWERTOOLS_SERVICE_NAME`, if that is set. These are the names that
//! Powertools for AWS Lambda uses. `function` is the name of the Lambda function and `route` is the route
//! key; an authorizer has `authorizer`, its name, instead of `route`. Behind [`router`](crate::router()),
//! where requests are served concurrently, lines have neither.
//!
//! [embedded metric format]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

mod documents;
mod unit;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use documents::{Around, Documents};
pub use unit::Unit;

use crate::log::TARGET;

/// What the current invocation has recorded. There is one invocation at a time, as for the log.
static RECORDED: Mutex<Documents> = Mutex::new(Documents::new());

/// Records a value of a metric, such as `metric("Orders", 1.0, Unit::Count)`. All values of a metric in one
/// invocation are kept, so that CloudWatch has their number, sum and percentiles.
///
/// A name is 1 to 1024 bytes long, and must not be a dimension's name; a value must be finite.
pub fn metric(name: &str, value: f64, unit: Unit) {
    tell(recorded().metric(name, value, unit));
}

/// Adds a dimension to all metrics of the current invocation. Each combination of values is a separate metric
/// in CloudWatch, and is billed as one, so a request's id is not a suitable dimension.
///
/// A name is 1 to 250 bytes long and does not begin with `:`; a value is 1 to 1024 bytes long. There are at
/// most 30 dimensions, including the three that are always there.
pub fn dimension(name: &str, value: &str) {
    tell(recorded().dimension(name, value));
}

/// Writes what the invocation has recorded. `called` is the kind and the name of what was called.
pub(crate) fn flush(called: Option<(&'static str, &str)>) {
    let documents = std::mem::take(&mut *recorded());
    if documents.is_empty() {
        return;
    }
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (namespace, service, function) = (
        var("POWERTOOLS_METRICS_NAMESPACE"),
        var("POWERTOOLS_SERVICE_NAME"),
        var("AWS_LAMBDA_FUNCTION_NAME"),
    );
    let function = function.filter(|_| called.is_some());
    let first = [("service", service.as_deref()), ("function", function.as_deref())];
    let first = first.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let around = Around {
        timestamp: since.as_millis(),
        namespace: namespace.as_deref().unwrap_or("routegen"),
        dimensions: first.chain(called).collect(),
        request_id: crate::log::request_id(),
    };
    for line in documents.lines(&around) {
        crate::log::write(&line);
    }
}

fn recorded() -> MutexGuard<'static, Documents> {
    RECORDED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn tell(outcome: Result<(), String>) {
    if let Err(refusal) = outcome {
        tracing::warn!(target: TARGET, "a metric is left out: {refusal}");
    }
}
