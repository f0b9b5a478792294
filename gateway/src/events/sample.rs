//! The event of a single message, for people who call a consumer by hand.
//!
//! In: the payload for the consumer, as text. Out: AWS's whole event around it. A payload that such an
//! event cannot hold is refused.

use std::time::{SystemTime, UNIX_EPOCH};

use routegen_apigw::{
    ACCOUNT_ID,
    consumer::{BusEvent, ChangeKind, QueueMessage, ScheduledCall, StreamRecord},
};
use routegen_spec::EventSource;
use serde_json::{Map, Value};

use super::{clock::rfc3339, consumer, hub::EventError, md5};
use crate::{Consumer, ids::Ids};

impl Consumer {
    /// The event of one message: the body for a queue, the JSON of the event's `detail` for a bus, or the
    /// JSON of a new item for a table. A schedule takes none.
    ///
    /// # Errors
    ///
    /// If the message does not fit into such an event.
    pub fn event(&self, message: Option<&str>, region: &str) -> Result<Value, EventError> {
        let (ids, now) = (Ids::default(), SystemTime::now());
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since.as_millis()).unwrap_or_default();
        let invalid = |what: String| EventError::Invalid(what);
        let text = || message.ok_or_else(|| invalid("there is no message".to_owned()));
        let object = |of: &str| -> Result<Map<String, Value>, EventError> {
            serde_json::from_str(text()?).map_err(|error| invalid(format!("{of} is a JSON object: {error}")))
        };
        match &self.source {
            EventSource::Schedule(_) if message.is_some() => {
                Err(invalid("a schedule calls its function without a message".to_owned()))
            }
            EventSource::Schedule(_) => {
                let call = ScheduledCall {
                    scheduled_time: &rfc3339(now),
                    schedule_arn: &consumer::schedule_arn(region, &self.function),
                    execution_id: &ids.invocation(),
                    attempt_number: 1,
                };
                Ok(call.to_value())
            }
            EventSource::Queue(source) => {
                let body = text()?;
                let message = QueueMessage {
                    message_id: ids.invocation(),
                    receipt_handle: ids.invocation(),
                    body: body.to_owned(),
                    md5_of_body: md5::of_body(body),
                    sent: millis,
                    first_received: millis,
                    receive_count: 1,
                    sender_id: "routegen".to_owned(),
                    group_id: source.fifo.then(|| "local".to_owned()),
                    deduplication_id: source.fifo.then(|| ids.invocation()),
                    sequence_number: source.fifo.then(|| format!("{millis:020}")),
                    ..QueueMessage::default()
                };
                let queue = consumer::full_name(source.queue.as_str(), source.fifo);
                Ok(consumer::of_messages(region, &queue, &[message]))
            }
            EventSource::Event(rule) => {
                let first =
                    |of: &[String], other: &str| of.first().cloned().unwrap_or_else(|| other.to_owned());
                let event = BusEvent {
                    id: &ids.invocation(),
                    source: &first(&rule.source, "local"),
                    detail_type: &first(&rule.detail_type, "Local"),
                    account: ACCOUNT_ID,
                    time: &rfc3339(now),
                    region,
                    resources: &[],
                    detail: &Value::Object(object("the detail of an event")?),
                };
                Ok(event.to_value())
            }
            EventSource::Stream(source) => {
                let record = StreamRecord {
                    event_id: ids.invocation().replace('-', ""),
                    kind: ChangeKind::Insert,
                    keys: Map::new(),
                    new_image: Some(object("an item")?),
                    old_image: None,
                    sequence_number: format!("{millis:021}"),
                    created: since.as_secs(),
                };
                Ok(consumer::of_records(region, source.table.as_str(), &[record]))
            }
            other => Err(invalid(format!("{} has no events that are known here", other.described()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::{EventRule, QueueSource, Schedule, StreamSource};

    use super::*;

    fn event(source: EventSource, message: Option<&str>) -> Result<Value, String> {
        Consumer::new("it", source).event(message, "eu-central-1").map_err(|error| error.to_string())
    }

    #[test]
    fn a_message_is_wrapped_as_the_source_of_its_consumer_sends_it() {
        let queue = |fifo| {
            let mut source = QueueSource::new("orders".parse().unwrap());
            source.fifo = fifo;
            EventSource::Queue(source)
        };
        let wrapped = event(queue(false), Some(r#"{"item": "pen"}"#)).unwrap();
        let record = &wrapped["Records"][0];
        assert_eq!(record["body"], r#"{"item": "pen"}"#, "as it was written");
        assert_eq!(record["eventSourceARN"], "arn:aws:sqs:eu-central-1:123456789012:orders");
        assert_eq!(record["md5OfBody"].as_str().map(str::len), Some(32));
        assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
        assert!(record["attributes"].get("MessageGroupId").is_none());
        // A body need not be JSON.
        let wrapped = event(queue(true), Some("no {")).unwrap();
        assert_eq!(wrapped["Records"][0]["attributes"]["MessageGroupId"], "local");
        assert_eq!(
            wrapped["Records"][0]["eventSourceARN"],
            "arn:aws:sqs:eu-central-1:123456789012:orders.fifo"
        );

        let mut rule = EventRule::new();
        (rule.source, rule.detail_type) = (vec!["shop".to_owned(), "b".to_owned()], vec!["Paid".to_owned()]);
        let wrapped = event(EventSource::Event(rule), Some(r#"{"id": 7}"#)).unwrap();
        assert_eq!(
            (&wrapped["source"], &wrapped["detail-type"], &wrapped["detail"]["id"]),
            (&"shop".into(), &"Paid".into(), &7.into())
        );

        let stream = EventSource::Stream(StreamSource::new("items".parse().unwrap()));
        let wrapped = event(stream.clone(), Some(r#"{"id": "7", "n": 2}"#)).unwrap();
        let record = &wrapped["Records"][0];
        assert_eq!(record["eventName"], "INSERT");
        assert_eq!(
            record["dynamodb"]["NewImage"],
            serde_json::json!({ "id": { "S": "7" }, "n": { "N": "2" } })
        );

        let schedule = EventSource::Schedule(Schedule::new("rate(1 hour)".parse().unwrap()));
        assert_eq!(event(schedule.clone(), None).unwrap()["attemptNumber"], "1");
        for (source, message) in [
            (schedule, Some("{}")),
            (queue(false), None),
            (EventSource::Event(EventRule::new()), Some("[]")),
            (stream, Some("text")),
        ] {
            event(source, message).unwrap_err();
        }
    }
}
