//! A deployed consumer: a function and its event source.

use std::{sync::Arc, time::Duration};

use routegen_apigw::{
    ACCOUNT_ID,
    consumer::{QueueMessage, StreamRecord, queue_event, stream_event},
};
use routegen_spec::{EventRule, EventSource, Pattern};
use serde_json::Value;

use crate::functions::LambdaFunction;
#[cfg(test)]
use crate::{functions::RunBy, model::Handler};

/// The date in the name of every local stream.
const STREAM: &str = "2026-01-01T00:00:00.000";

#[derive(Debug)]
pub(crate) struct DeployedConsumer {
    pub(crate) function: Arc<LambdaFunction>,
    pub(crate) source: EventSource,
    /// The event source, for people.
    pub(crate) described: Arc<str>,
    /// The schema of the payload.
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "only the page shows it"))]
    pub(crate) schema: Option<Value>,
    /// The events of its bus that match; `None` for all.
    pattern: Option<Pattern>,
}

impl DeployedConsumer {
    pub(crate) fn new(function: Arc<LambdaFunction>, source: EventSource, schema: Option<Value>) -> Self {
        let described = source.described().into();
        let pattern = match &source {
            EventSource::Event(rule) => rule.event_pattern().to_string().parse().ok(),
            _ => None,
        };
        Self { function, source, described, schema, pattern }
    }

    /// A consumer whose function does nothing.
    #[cfg(test)]
    pub(super) fn idle(name: &str, source: EventSource) -> Arc<Self> {
        let handler = Handler(Arc::new(|_| Box::pin(async { Ok(Value::Null) })));
        let function = LambdaFunction {
            name: name.into(),
            arn: hyper::header::HeaderValue::from_static("arn"),
            timeout: Duration::from_secs(3),
            backend: RunBy::InProcess(handler),
        };
        Arc::new(Self::new(Arc::new(function), source, None))
    }

    /// Whether it matches an event of this bus.
    pub(super) fn takes_event(&self, bus: Option<&str>, event: &Value) -> bool {
        let EventSource::Event(EventRule { bus: own, .. }) = &self.source else { return false };
        own.as_ref().map(routegen_spec::Name::as_str) == bus
            && self.pattern.as_ref().is_none_or(|pattern| pattern.matches(event))
    }
}

/// The name of a queue in AWS.
pub(super) fn full_name(queue: &str, fifo: bool) -> String {
    format!("{queue}{}", if fifo { ".fifo" } else { "" })
}

/// The ARN of a queue, by its full name.
pub(super) fn queue_arn(region: &str, queue: &str) -> String {
    format!("arn:aws:sqs:{region}:{ACCOUNT_ID}:{queue}")
}

fn stream_arn(region: &str, table: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:table/{table}/stream/{STREAM}")
}

pub(super) fn schedule_arn(region: &str, function: &str) -> String {
    format!("arn:aws:scheduler:{region}:{ACCOUNT_ID}:schedule/default/{function}")
}

/// The event with these messages of the queue with this full name.
pub(super) fn of_messages(region: &str, queue: &str, messages: &[QueueMessage]) -> Value {
    queue_event(&queue_arn(region, queue), messages)
}

/// The event with these records.
pub(super) fn of_records(region: &str, table: &str, records: &[StreamRecord]) -> Value {
    stream_event(&stream_arn(region, table), records)
}

/// Whether a filter accepts a record ([event filtering]). The body of a message is compared as JSON if it
/// is JSON.
///
/// [event filtering]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
pub(super) fn is_taken(filter: &[Pattern], event: &Value) -> bool {
    if filter.is_empty() {
        return true;
    }
    let mut record = event["Records"][0].clone();
    let body = record.get("body").and_then(Value::as_str).map(serde_json::from_str::<Value>);
    if let Some(Ok(body)) = body {
        record["body"] = body;
    }
    filter.iter().any(|pattern| pattern.matches(&record))
}

/// How long Lambda waits after this many failures before it invokes a function again
/// ([asynchronous invocation]).
///
/// [asynchronous invocation]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
pub(super) fn pause(failures: u32) -> Duration {
    Duration::from_secs(60) * failures
}
