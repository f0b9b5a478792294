//! Consumers as Lambda invokes them: which records fail, and which calls are made.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::sync::{Arc, Mutex, PoisonError};

use routegen::{
    Batch, BatchFailures, Change, Error, Event, Init, Message, Problem, Res, Resource, Scheduled, event,
    queue, schedule, stream, testing,
};
use serde_json::{Value, json};

/// What the functions have done.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Resource for Seen {
    async fn init(_: &Init) -> Result<Self, Error> {
        Err("a test has its own".into())
    }
}

impl Seen {
    fn see(&self, what: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what.into());
    }
}

#[derive(Debug, serde::Deserialize)]
struct Order {
    id: String,
}

fn take(order: &Order, seen: &Seen) -> Result<(), Error> {
    seen.see(&order.id);
    match order.id.as_str() {
        "panics" => panic!("at the disco"),
        id if id.starts_with("bad") => Err(format!("{id} is bad").into()),
        _ => Ok(()),
    }
}

#[queue(orders)]
async fn on_order(order: Message<Order>, seen: Res<Seen>) -> Result<(), Error> {
    take(&order.body, &seen)
}

#[queue(orders_in_order, fifo = true)]
async fn on_order_in_order(seen: Res<Seen>, order: Message<Order>) -> Result<(), Problem> {
    Ok(take(&order.body, &seen)?)
}

#[queue(many_orders, batch = 100, window = 5)]
async fn on_orders(orders: Batch<Message<Order>>, seen: Res<Seen>) -> BatchFailures {
    let mut failures = BatchFailures::new();
    for order in &orders {
        if let Err(error) = take(&order.body, &seen) {
            failures.push(order, error);
        }
    }
    failures
}

#[queue(all_or_none)]
async fn on_all_or_none(orders: Batch<Message<Order>>, seen: Res<Seen>) -> Result<(), Error> {
    for order in orders {
        take(&order.body, &seen)?;
    }
    Ok(())
}

#[queue(anything)]
async fn on_anything() {}

#[schedule("rate(1 hour)")]
async fn expire(due: Scheduled, seen: Res<Seen>) -> Result<(), Error> {
    seen.see(format!("attempt {}", due.attempt));
    if due.attempt > 1 { Err("too late".into()) } else { Ok(()) }
}

#[event(source = "shop.orders")]
async fn on_event(event: Event<Order>, seen: Res<Seen>) -> Result<(), Error> {
    take(&event.detail, &seen)
}

#[stream(orders_table)]
async fn on_change(change: Change<Order>, seen: Res<Seen>) -> Result<(), Error> {
    take(change.new.as_ref().unwrap(), &seen)
}

#[stream(orders_table, name = "on_changes")]
async fn on_changes(changes: Batch<Change<Order>>, seen: Res<Seen>) -> Result<BatchFailures, Error> {
    let mut failures = BatchFailures::new();
    for change in &changes {
        if let Err(error) = take(change.new.as_ref().unwrap(), &seen) {
            failures.push(change, error);
        }
    }
    Ok(failures)
}

/// The event of messages, each with its id, group and body. The id of an order is that of its message.
fn messages(queue: &str, messages: &[(&str, Option<&str>, &str)]) -> String {
    let records = messages.iter().map(|(id, group, body)| {
        let mut record = json!({
            "messageId": id, "receiptHandle": "AQEB", "body": body, "messageAttributes": {}, "eventSource": "aws:sqs",
            "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183" },
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:123456789012:{queue}"),
        });
        if let Some(group) = group {
            record["attributes"]["MessageGroupId"] = json!(group);
        }
        record
    });
    json!({ "Records": records.collect::<Vec<_>>() }).to_string()
}

/// Orders with these ids.
fn orders(queue: &str, ids: &[(&str, Option<&str>)]) -> String {
    let bodies: Vec<String> = ids.iter().map(|(id, _)| json!({ "id": id }).to_string()).collect();
    let all: Vec<_> =
        ids.iter().zip(&bodies).map(|((id, group), body)| (*id, *group, body.as_str())).collect();
    messages(queue, &all)
}

fn changes(ids: &[&str]) -> String {
    let records = ids.iter().map(|id| {
        let image = if *id == "unreadable" { json!({ "count": { "N": "1" } }) } else { json!({ "id": { "S": id } }) };
        json!({
            "eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb",
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/1",
            "dynamodb": { "Keys": { "id": { "S": id } }, "NewImage": image, "SequenceNumber": format!("seq-{id}") },
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() }).to_string()
}

/// The ids of the records that the function reports as failed, and its calls.
async fn invoke(function: &str, event: String) -> (Vec<String>, Vec<String>) {
    let (answer, seen) = answer(function, event).await;
    let answer = answer.unwrap();
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    let failures = answer["batchItemFailures"].as_array().unwrap();
    let ids = failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned());
    (ids.collect(), seen)
}

async fn answer(function: &str, event: String) -> (Result<Value, Error>, Vec<String>) {
    let seen = Seen::default();
    let answer = testing::functions().with(seen.clone()).invoke(function, event).await;
    let seen = std::mem::take(&mut *seen.0.lock().unwrap());
    (answer, seen)
}

const NONE: [&str; 0] = [];

#[tokio::test]
async fn an_error_and_a_panic_are_the_failures_of_their_messages_alone() {
    let event = orders(
        "orders",
        &[
            ("a", None),
            ("bad", None),
            ("panics", None),
            ("b", Some("g")),
            ("bad2", Some("g")),
            ("c", Some("g")),
        ],
    );
    let (failed, seen) = invoke("on-order", event).await;
    assert_eq!(failed, ["bad", "panics", "bad2"]);
    assert_eq!(seen, ["a", "bad", "panics", "b", "bad2", "c"]);
    assert_eq!(invoke("on-order", orders("orders", &[("a", None)])).await.0, NONE);
    assert_eq!(invoke("on-order", orders("orders", &[])).await.0, NONE);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_failure_and_no_other_message_is() {
    let event = messages(
        "orders",
        &[("1", None, "no JSON"), ("2", None, r#"{"id": 7}"#), ("3", None, r#"{"id": "a"}"#)],
    );
    let (failed, seen) = invoke("on-order", event).await;
    assert_eq!((failed, seen), (vec!["1".to_owned(), "2".to_owned()], vec!["a".to_owned()]));
}

#[tokio::test]
async fn in_a_fifo_queue_nothing_of_a_group_is_processed_behind_its_first_failure() {
    let (g, h) = (Some("g"), Some("h"));
    let all =
        [("a", g), ("bad", g), ("x", h), ("b", g), ("panics", h), ("c", h), ("d", None), ("e", Some("i"))];
    let (failed, seen) = invoke("on-order-in-order", orders("orders.fifo", &all)).await;
    assert_eq!(failed, ["bad", "b", "panics", "c"]);
    assert_eq!(seen, ["a", "bad", "x", "panics", "d", "e"]);
    // An unreadable message closes its group too.
    let event = messages(
        "orders.fifo",
        &[("1", g, "no JSON"), ("2", g, r#"{"id": "a"}"#), ("3", h, r#"{"id": "b"}"#)],
    );
    let (failed, seen) = invoke("on-order-in-order", event).await;
    assert_eq!((failed, seen), (vec!["1".to_owned(), "2".to_owned()], vec!["b".to_owned()]));
}

#[tokio::test]
async fn of_a_batch_the_named_messages_fail_and_those_that_cannot_be_read() {
    let event = messages(
        "orders",
        &[
            ("a", None, r#"{"id": "a"}"#),
            ("b", None, "no JSON"),
            ("bad", None, r#"{"id": "bad"}"#),
            ("c", None, r#"{"id": "c"}"#),
        ],
    );
    let (failed, seen) = invoke("on-orders", event).await;
    assert_eq!(failed, ["b", "bad"]);
    assert_eq!(seen, ["a", "bad", "c"]);
    // Where order matters, records after a failure fail with it, and none after an unreadable one is passed
    // on.
    let (g, h) = (Some("g"), Some("h"));
    let event = messages(
        "orders.fifo",
        &[
            ("bad", g, r#"{"id": "bad"}"#),
            ("b", h, "no JSON"),
            ("c", g, r#"{"id": "c"}"#),
            ("d", h, r#"{"id": "d"}"#),
        ],
    );
    let (failed, seen) = invoke("on-orders", event).await;
    assert_eq!(failed, ["bad", "b", "c", "d"]);
    assert_eq!(seen, ["bad", "c"]);
}

#[tokio::test]
async fn an_error_of_a_batch_is_the_failure_of_all() {
    let (failed, _) =
        invoke("on-all-or-none", orders("orders", &[("a", None), ("bad", None), ("c", None)])).await;
    assert_eq!(failed, ["a", "bad", "c"]);
    let (failed, _) = invoke("on-all-or-none", orders("orders", &[("a", None), ("panics", None)])).await;
    assert_eq!(failed, ["a", "panics"]);
    let (failed, seen) =
        invoke("on-all-or-none", messages("orders", &[("1", None, "{"), ("2", None, "")])).await;
    assert_eq!((failed, seen.len()), (vec!["1".to_owned(), "2".to_owned()], 0));
}

#[tokio::test]
async fn a_stream_goes_on_at_the_first_change_that_failed() {
    for function in ["on-change", "on-changes"] {
        let (failed, seen) = invoke(function, changes(&["a", "bad", "b", "bad2"])).await;
        assert_eq!(failed, ["seq-bad"], "{function}");
        assert_eq!(seen[..2], ["a", "bad"], "{function}");
        let (failed, seen) = invoke(function, changes(&["a", "unreadable", "b"])).await;
        assert_eq!((failed, seen), (vec!["seq-unreadable".to_owned()], vec!["a".to_owned()]), "{function}");
        assert_eq!(invoke(function, changes(&["a", "b"])).await.0, NONE, "{function}");
        assert_eq!(
            invoke(function, changes(&["unreadable", "b"])).await,
            (vec!["seq-unreadable".to_owned()], vec![]),
            "{function}"
        );
        assert_eq!(invoke(function, changes(&["panics"])).await.0, ["seq-panics"], "{function}");
    }
    // One at a time, nothing after the failure is processed.
    assert_eq!(invoke("on-change", changes(&["bad", "b"])).await.1, ["bad"]);
}

#[tokio::test]
async fn an_event_of_its_own_fails_as_the_invocation() {
    let event = |id: &str| {
        json!({ "id": "1", "source": "shop.orders", "detail-type": "Order", "time": "2027-01-31T08:00:00Z", "detail": { "id": id } }).to_string()
    };
    let (done, seen) = answer("on-event", event("a")).await;
    assert_eq!((done.unwrap(), seen), (Value::Null, vec!["a".to_owned()]));
    assert_eq!(answer("on-event", event("bad")).await.0.unwrap_err().to_string(), "bad is bad");
    assert_eq!(answer("on-event", event("panics")).await.0.unwrap_err().to_string(), "the function panicked");
    let unread = answer("on-event", event("a").replace("\"a\"", "7")).await.0.unwrap_err().to_string();
    assert_eq!(
        unread,
        "the detail cannot be read: id: invalid type: integer `7`, expected a string at line 1 column 7"
    );

    let due = |attempt: &str| {
        json!({ "scheduledTime": "2027-01-31T08:00:00Z", "attemptNumber": attempt }).to_string()
    };
    let (done, seen) = answer("expire", due("1")).await;
    assert_eq!((done.unwrap(), seen), (Value::Null, vec!["attempt 1".to_owned()]));
    assert_eq!(answer("expire", due("2")).await.0.unwrap_err().to_string(), "too late");
}

#[tokio::test]
async fn another_event_is_an_error_and_never_a_success() {
    for function in ["on-order", "on-orders", "on-anything", "on-change", "on-event", "expire"] {
        let error = answer(function, r#"{"version": "2.0"}"#.to_owned()).await.0.unwrap_err().to_string();
        assert!(error.starts_with("this is not an event of a "), "{function}: {error}");
    }
}

#[test]
fn the_manifest_has_what_attributes_and_types_say() {
    let manifest = testing::functions().manifest();
    let consumers = serde_json::to_value(&manifest.consumers).unwrap();
    let of =
        |name: &str| consumers.as_array().unwrap().iter().find(|consumer| consumer["name"] == name).unwrap();
    assert_eq!(of("on_order")["consumes"]["takes"], "one");
    assert_eq!(of("on_orders")["consumes"]["takes"], "batch");
    assert_eq!(of("on_changes")["consumes"]["takes"], "batch");
    assert_eq!(of("expire")["consumes"]["expression"], "rate(1 hour)");
    assert_eq!(of("on_event")["consumes"]["source"], json!(["shop.orders"]));
    assert_eq!(of("on_order")["handler"], "consumers::on_order");
}

#[tokio::test]
async fn a_unit_test_delivers_what_each_source_has() {
    let seen = Seen::default();
    let order = |id: &str| json!({ "id": id });
    let sent = testing::messages([order("a"), order("bad"), order("b")])
        .group("g")
        .and(testing::text_message("no JSON").group("h"));
    let outcome = sent.with(seen.clone()).deliver(on_order_in_order).await;
    assert_eq!(outcome.failed(), [1, 2, 3]);
    assert!(outcome.cause().unwrap().contains("bad is bad"), "{outcome:?}");
    assert_eq!(outcome.causes()[1], "one before it in its group has failed");
    assert!(outcome.causes()[2].starts_with("the body cannot be read: "), "{outcome:?}");
    let changes = testing::inserted(order("c"))
        .and(testing::modified(order("c"), order("bad")))
        .and(testing::inserted(order("d")));
    assert_eq!(changes.with(seen.clone()).deliver(on_change).await.failed(), [1]);
    let late = testing::scheduled("2027-01-31T08:00:00Z").attempt(2).with(seen.clone()).deliver(expire).await;
    assert_eq!((late.failed(), late.cause()), (&[0][..], Some("too late")));
    assert!(
        testing::event("shop.orders", "Order", order("e"))
            .with(seen.clone())
            .deliver(on_event)
            .await
            .is_done()
    );
    assert_eq!(*seen.0.lock().unwrap(), ["a", "bad", "c", "bad", "attempt 2", "e"]);
}

#[tokio::test]
#[should_panic(expected = "`consumers::expire` has another kind of event: it takes rate(1 hour)")]
async fn a_message_does_not_go_to_a_schedule() {
    testing::message(json!({})).deliver(expire).await;
}
