//! Checks the events of event sources against those that AWS published.
//!
//! Each file in `golden/consumers/` names the source of its sample, what was changed in it, and what causes
//! the event. The result must be exactly that event, except for fields that the file lists with a reason; a
//! field that would match must not be listed.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use routegen_apigw::consumer::{
    BusEvent, ChangeKind, MessageAttribute, QueueMessage, ScheduledCall, StreamRecord, queue_event,
    stream_event,
};
use routegen_spec::Pattern;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    source: String,
    changes: String,
    queue: Option<Queue>,
    bus: Option<Bus>,
    stream: Option<Stream>,
    schedule: Option<Schedule>,
    /// A pattern that the event matches.
    pattern: Option<Value>,
    /// The fields that are not built, by their paths, each with the reason.
    #[serde(default)]
    except: BTreeMap<String, String>,
    event: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue {
    arn: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    id: String,
    body: String,
    md5: String,
    sent: u64,
    first_received: u64,
    group: Option<String>,
    deduplication: Option<String>,
    sequence_number: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, (String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bus {
    id: String,
    source: String,
    detail_type: String,
    account: String,
    time: String,
    region: String,
    resources: Vec<String>,
    detail: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stream {
    arn: String,
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    id: String,
    kind: String,
    keys: Map<String, Value>,
    new_image: Option<Map<String, Value>>,
    old_image: Option<Map<String, Value>>,
    sequence_number: String,
    created: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Schedule {
    time: String,
    arn: String,
    id: String,
    attempt: u32,
}

impl Golden {
    fn built(&self) -> Value {
        if let Some(queue) = &self.queue {
            let messages: Vec<_> = queue.messages.iter().map(Message::received).collect();
            return queue_event(&queue.arn, &messages);
        }
        if let Some(stream) = &self.stream {
            let records: Vec<_> = stream.records.iter().map(Record::of_stream).collect();
            return stream_event(&stream.arn, &records);
        }
        if let Some(Schedule { time, arn, id, attempt }) = &self.schedule {
            let call = ScheduledCall {
                scheduled_time: time,
                schedule_arn: arn,
                execution_id: id,
                attempt_number: *attempt,
            };
            return call.to_value();
        }
        let bus = self.bus.as_ref().unwrap();
        let event = BusEvent {
            id: &bus.id,
            source: &bus.source,
            detail_type: &bus.detail_type,
            account: &bus.account,
            time: &bus.time,
            region: &bus.region,
            resources: &bus.resources,
            detail: &bus.detail,
        };
        event.to_value()
    }
}

impl Message {
    fn received(&self) -> QueueMessage {
        let attributes = self.attributes.iter().map(|(name, (data_type, value))| {
            (name.clone(), MessageAttribute::Text { data_type: data_type.clone(), value: value.clone() })
        });
        QueueMessage {
            message_id: self.id.clone(),
            receipt_handle: "AQEB…".to_owned(),
            body: self.body.clone(),
            md5_of_body: self.md5.clone(),
            sent: self.sent,
            first_received: self.first_received,
            receive_count: 1,
            sender_id: "AIDAIENQZJOLO23YVJ4VO".to_owned(),
            group_id: self.group.clone(),
            deduplication_id: self.deduplication.clone(),
            sequence_number: self.sequence_number.clone(),
            attributes: attributes.collect(),
        }
    }
}

impl Record {
    fn of_stream(&self) -> StreamRecord {
        let kinds = [ChangeKind::Insert, ChangeKind::Modify, ChangeKind::Remove];
        StreamRecord {
            event_id: self.id.clone(),
            kind: kinds.into_iter().find(|kind| kind.as_aws() == self.kind).unwrap(),
            keys: self.keys.clone(),
            new_image: self.new_image.clone(),
            old_image: self.old_image.clone(),
            sequence_number: self.sequence_number.clone(),
            created: self.created,
        }
    }
}

/// The paths of all scalar values, empty objects and empty lists.
fn leaves(value: &Value, at: &str, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(key, value)| leaves(value, &format!("{at}/{key}"), into));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{at}/{index}"), into));
        }
        value => {
            into.insert(at.to_owned(), value.clone());
        }
    }
}

#[test]
fn what_aws_published_becomes_of_what_it_is_the_event_of() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/consumers");
    let mut count = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let golden: Golden = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(!golden.source.is_empty() && !golden.changes.is_empty());
        let (mut built, mut published) = Default::default();
        leaves(&golden.built(), "", &mut built);
        leaves(&golden.event, "", &mut published);
        let places: BTreeSet<&String> = built.keys().chain(published.keys()).collect();
        let differing: Vec<_> =
            places.into_iter().filter(|place| built.get(*place) != published.get(*place)).collect();
        assert_eq!(differing, golden.except.keys().collect::<Vec<_>>(), "{}", path.display());
        if let Some(pattern) = &golden.pattern {
            assert!(pattern.to_string().parse::<Pattern>().unwrap().matches(&golden.event));
        }
        count += 1;
    }
    assert_eq!(count, 6);
}
