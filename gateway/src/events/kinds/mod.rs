//! What differs between the kinds of event source, in a file for each.
//!
//! In: what people send to a consumer, as text. Out: what is waiting for the consumer; or AWS's whole event
//! around it, for those who call the function directly. What the kind cannot take is refused.

mod bus;
mod posted;
mod queue;
mod sample;
mod schedule;
mod stream;

use std::time::{SystemTime, UNIX_EPOCH};

use routegen_spec::EventSource;
use serde_json::{Map, Value};

pub(super) use self::posted::Refused;
use self::{posted::Query, sample::Sample};
use super::hub::{EventError, Hub};
use crate::{Consumer, ids::Ids};

/// Takes what is posted: to the hub, for this name, with the query and the body.
pub(super) type Receive = fn(&Hub, &str, &Query, &[u8]) -> Result<Value, Refused>;

/// Where a payload for a consumer is posted: the path below `/_routegen/events/`, with its query, such as
/// `queues/orders` or `bus?bus=audit`.
pub fn event_path(source: &EventSource, function: &str) -> String {
    match source {
        EventSource::Schedule(_) => schedule::path(function),
        EventSource::Queue(source) => queue::path(source),
        EventSource::Event(rule) => bus::path(rule),
        EventSource::Stream(source) => stream::path(source),
        _ => String::new(),
    }
}

/// What takes a post to these segments of a path, and the name among them; `None` for any other path.
pub(super) fn receiver<'a>(path: &[&'a str]) -> Option<(Receive, &'a str)> {
    Some(match path {
        ["queues", name] => (queue::receive, name),
        ["bus"] => (bus::receive, ""),
        ["schedules", name] => (schedule::receive, name),
        ["streams", table] => (stream::receive, table),
        _ => return None,
    })
}

impl Consumer {
    /// The event of one message, for people who call a consumer by hand: the body for a queue, the JSON of
    /// the event's `detail` for a bus, or the JSON of a new item for a table. A schedule takes none.
    ///
    /// # Errors
    ///
    /// If the message does not fit into such an event.
    pub fn event(&self, message: Option<&str>, region: &str) -> Result<Value, EventError> {
        let now = SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since.as_millis()).unwrap_or_default();
        let sample = Sample { ids: Ids::default(), now, seconds: since.as_secs(), millis, region };
        let invalid = |what: String| EventError::Invalid(what);
        let text = || message.ok_or_else(|| invalid("there is no message".to_owned()));
        let object = |of: &str| -> Result<Map<String, Value>, EventError> {
            serde_json::from_str(text()?).map_err(|error| invalid(format!("{of} is a JSON object: {error}")))
        };
        match &self.source {
            EventSource::Schedule(_) if message.is_some() => {
                Err(invalid("a schedule calls its function without a message".to_owned()))
            }
            EventSource::Schedule(_) => Ok(schedule::sample(&self.function, &sample)),
            EventSource::Queue(source) => Ok(queue::sample(source, text()?, &sample)),
            EventSource::Event(rule) => Ok(bus::sample(rule, object("the detail of an event")?, &sample)),
            EventSource::Stream(source) => Ok(stream::sample(source, object("an item")?, &sample)),
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
