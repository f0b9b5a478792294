//! Reads the events of `apigw/tests/golden/consumers`, which AWS published or others captured, as their own
//! types.

use std::{fs, path::Path, time::SystemTime};

use lambda_runtime::Error;
use serde_json::{Value, json};

use super::{
    Batch, Change, ChangeKind, Event, Message, bus,
    change::changes,
    delivery::{Delivery, Input, Invocation},
    message::messages,
    scheduled::scheduled,
};

fn golden(name: &str) -> Value {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/consumers")).join(name);
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

fn delivery(input: Input) -> Delivery {
    Delivery::new(input, Invocation::default())
}

fn event(golden: &Value) -> Delivery {
    delivery(Input::Event(serde_json::value::to_raw_value(&golden["event"]).unwrap()))
}

fn milliseconds(time: SystemTime) -> u128 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()
}

#[test]
fn messages_are_those_that_the_queue_has() {
    for name in ["queue.json", "queue_fifo.json"] {
        let golden = golden(name);
        let read = messages(&golden["event"].to_string()).unwrap();
        let sent = golden["queue"]["messages"].as_array().unwrap();
        assert_eq!(read.len(), sent.len());
        for (message, sent) in read.iter().zip(sent) {
            assert_eq!(
                (&message.id, &message.body),
                (&text(&sent["id"]).unwrap(), &text(&sent["body"]).unwrap())
            );
            assert_eq!(message.queue_arn, golden["queue"]["arn"]);
            assert_eq!(milliseconds(message.sent), u128::from(sent["sent"].as_u64().unwrap()));
            assert_eq!(message.receive_count, 1);
            let attributes = sent["attributes"].as_object().into_iter().flatten();
            for (name, of) in attributes {
                let attribute = &message.attributes[name];
                assert_eq!(json!([attribute.data_type, attribute.value]), *of);
            }
            let event = &golden["event"]["Records"][0]["attributes"];
            assert_eq!(message.ordered_group(), event["MessageGroupId"].as_str(), "{name}");
            assert_eq!(message.sequence_number.as_deref(), event["SequenceNumber"].as_str());
            assert_eq!(message.deduplication_id.as_deref(), event["MessageDeduplicationId"].as_str());
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

#[test]
fn a_group_in_a_standard_queue_has_no_order() {
    let mut fair = golden("queue.json")["event"].clone();
    fair["Records"][0]["attributes"]["MessageGroupId"] = json!("tenant-1");
    let read = messages(&fair.to_string()).unwrap();
    assert_eq!((read[0].group_id.as_deref(), read[0].ordered_group()), (Some("tenant-1"), None));
}

#[test]
fn the_body_of_a_message_is_json() {
    let mut read = messages(&golden("queue.json")["event"].to_string()).unwrap();
    let second = delivery(Input::Messages(vec![read.remove(1)])).message::<Value>().unwrap();
    assert_eq!(second.body, json!({ "message": "foo1" }));
    let first: Result<Message<Value>, Error> = delivery(Input::Messages(vec![read.remove(0)])).message();
    assert!(first.unwrap_err().to_string().starts_with("the body cannot be read: "));
}

#[test]
fn a_call_of_the_scheduler_has_its_time() {
    let golden = golden("schedule.json");
    let call = scheduled(event(&golden).event().unwrap()).unwrap();
    assert_eq!(milliseconds(call.time), 1_647_975_583_000);
    assert_eq!(call.schedule_arn, golden["schedule"]["arn"]);
    assert_eq!((call.execution_id.as_str(), call.attempt), ("d32c5kddcf5bb8c3", 1));
    for other in [json!({}), json!({ "scheduledTime": "<aws.scheduler.scheduled-time>" })] {
        let error = scheduled(event(&json!({ "event": other })).event().unwrap()).unwrap_err().to_string();
        assert!(error.starts_with("this is not an event of a schedule: "), "{error}");
    }
}

#[test]
fn an_event_of_a_bus_has_its_detail() {
    let golden = golden("bus.json");
    let sent = &golden["event"];
    let Event { detail, id, source, detail_type, account, region, resources, .. } =
        bus::event::<Value>(event(&golden).event().unwrap()).unwrap();
    assert_eq!((&detail, &json!(id), &json!(source)), (&sent["detail"], &sent["id"], &sent["source"]));
    assert_eq!((&json!(detail_type), &json!(account)), (&sent["detail-type"], &sent["account"]));
    assert_eq!((&json!(region), &json!(resources)), (&sent["region"], &sent["resources"]));
    let other = bus::event::<Value>(event(&json!({ "event": { "Records": [] } })).event().unwrap())
        .unwrap_err()
        .to_string();
    assert!(other.starts_with("this is not an event of a bus: "), "{other}");
}

#[test]
fn changes_have_their_images_as_json() {
    for (name, kind) in [("stream.json", None), ("stream_remove.json", Some(ChangeKind::Remove))] {
        let golden = golden(name);
        let read = changes(&golden["event"].to_string()).unwrap();
        let read: Batch<Change<Value>> = delivery(Input::Changes(read)).changes().unwrap();
        let sent = golden["stream"]["records"].as_array().unwrap();
        assert_eq!(read.len(), sent.len());
        for (change, sent) in read.iter().zip(sent) {
            let image = |image: &Option<Value>| image.clone().unwrap_or_default();
            assert_eq!(image(&change.new), sent["new_image"], "{name}");
            assert_eq!(image(&change.old), sent["old_image"], "{name}");
            assert_eq!(change.key::<Value>().unwrap(), sent["keys"]);
            assert_eq!(
                (&json!(change.sequence_number), &json!(change.id)),
                (&sent["sequence_number"], &sent["id"])
            );
            assert_eq!(milliseconds(change.time), u128::from(sent["created"].as_u64().unwrap()) * 1_000);
            assert_eq!(change.stream_arn, golden["stream"]["arn"]);
            assert!(!change.is_expiry && kind.is_none_or(|kind| kind == change.kind));
        }
    }
}

#[test]
fn what_a_time_to_live_removes_is_an_expiry() {
    // "Working with expired items and time to live (TTL)" of DynamoDB's documentation.
    let mut event = golden("stream_remove.json")["event"].clone();
    event["Records"][0]["userIdentity"] =
        json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    assert!(changes(&event.to_string()).unwrap()[0].is_expiry);
}
