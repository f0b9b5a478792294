//! Consumers: what calls them, what happens to failures, and who may send events.
//!
//! Time is paused in tests that wait: it advances when no task can run.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use routegen_gateway::{
    Api, Consumer, DeliveryLog, EventFate, Function, FunctionError, Gateway, GatewayBuilder, Observation,
};
use routegen_spec::{AsyncRetries, EventRule, EventSource, QueueSource, Schedule, StreamSource};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::Instant,
};

use crate::client::{Response, request};

type Seen = Arc<Mutex<Vec<Value>>>;

/// A function that records its events and answers with `answer`.
fn recorder(
    answer: impl Fn(&Value) -> Result<Value, FunctionError> + Send + Sync + 'static,
) -> (Seen, Function) {
    let seen = Seen::default();
    let kept = seen.clone();
    let answer = Arc::new(answer);
    let function = Function::in_process(move |invocation| {
        let event = invocation.event().unwrap();
        kept.lock().unwrap().push(event.clone());
        let answered = answer(&event);
        async move { answered }
    });
    (seen, function.timeout(Duration::from_secs(10)))
}

fn fails() -> Result<Value, FunctionError> {
    Err(FunctionError::new("Error", "on purpose"))
}

/// Reports the messages that contain `poison` as failed.
fn partially(event: &Value) -> Value {
    let records = event["Records"].as_array().unwrap().iter();
    let failed = records.filter(|record| record["body"].as_str().unwrap().contains("poison"));
    let failed: Vec<_> = failed.map(|record| json!({ "itemIdentifier": record["messageId"] })).collect();
    json!({ "batchItemFailures": failed })
}

fn bodies(event: &Value) -> Vec<&str> {
    event["Records"].as_array().unwrap().iter().map(|record| record["body"].as_str().unwrap()).collect()
}

fn queue(change: impl FnOnce(&mut QueueSource)) -> EventSource {
    let mut source = QueueSource::new("orders".parse().unwrap());
    change(&mut source);
    EventSource::Queue(source)
}

fn api(function: Function, source: EventSource) -> Api {
    Api::new().function("it", function).consumer(Consumer::new("it", source))
}

/// A gateway without a listener, with its observations about deliveries and events.
async fn start(builder: GatewayBuilder) -> (Gateway, Told) {
    let (tell, told) = unbounded_channel();
    let observe = move |observation| drop(tell.send(observation));
    (builder.without_listener().observe(observe).start().await.unwrap(), Told(told))
}

struct Told(UnboundedReceiver<Observation>);

impl Told {
    async fn delivery(&mut self) -> DeliveryLog {
        loop {
            if let Observation::Delivery(log) = self.0.recv().await.unwrap() {
                return *log;
            }
        }
    }

    /// The next fate that `of` accepts.
    async fn fate<T>(&mut self, of: impl Fn(&EventFate) -> Option<T>) -> T {
        loop {
            if let Observation::Event(log) = self.0.recv().await.unwrap()
                && let Some(found) = of(&log.fate)
            {
                return found;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_poisoned_message_is_a_dead_letter_after_its_receives_and_its_neighbours_are_done_once() {
    let (seen, function) = recorder(|event| Ok(partially(event)));
    let source = queue(|source| (source.receives, source.window) = (3, 1));
    let (gateway, mut told) = start(Gateway::builder(api(function, source))).await;
    let begin = Instant::now();
    for body in ["one", "poison", "two"] {
        gateway.send_message("orders", body, None).unwrap();
    }
    let first = told.delivery().await;
    assert_eq!((first.records.len(), first.failed.len(), first.attempt, first.error), (3, 1, 1, None));
    // Six times the function's timeout, plus the window.
    assert_eq!(first.again, Some(Duration::from_secs(61)));
    assert_eq!(told.delivery().await.attempt, 2);
    let last = told.delivery().await;
    assert_eq!((last.attempt, last.again), (3, None), "it is a dead letter then");
    let receives = told.fate(|fate| match fate {
        EventFate::DeadLetter { receives } => Some(*receives),
        _ => None,
    });
    assert_eq!(receives.await, 3);
    // One second of window before each batch, and the visibility timeout after it.
    assert!(begin.elapsed() >= Duration::from_secs(3 * 61), "{:?}", begin.elapsed());
    let seen = seen.lock().unwrap();
    assert_eq!(
        seen.iter().map(bodies).collect::<Vec<_>>(),
        [vec!["one", "poison", "two"], vec!["poison"], vec!["poison"]]
    );
    assert_eq!(seen[2]["Records"][0]["attributes"]["ApproximateReceiveCount"], "3");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_as_a_whole_is_received_again_after_the_pause_that_was_said() {
    let pause = Duration::from_secs(2);
    for answer in [fails, || Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "unknown" }] }))] {
        let (seen, function) = recorder(move |_| answer());
        let source = queue(|source| source.receives = 2);
        let (gateway, mut told) = start(Gateway::builder(api(function, source)).retry_after(pause)).await;
        let begin = Instant::now();
        gateway.send_message("orders", "one", None).unwrap();
        let first = told.delivery().await;
        assert_eq!((first.failed.len(), first.again, first.error.is_some()), (1, Some(pause), true));
        told.delivery().await;
        assert_eq!(begin.elapsed().as_secs(), 2);
        told.fate(|fate| matches!(fate, EventFate::DeadLetter { .. }).then_some(())).await;
        assert_eq!((begin.elapsed().as_secs(), seen.lock().unwrap().len()), (4, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn messages_are_gathered_until_a_batch_is_full_or_its_window_ends() {
    let (seen, function) = recorder(|_| Ok(Value::Null));
    let source = queue(|source| (source.batch, source.window) = (2, 20));
    let (gateway, mut told) = start(Gateway::builder(api(function, source))).await;
    let begin = Instant::now();
    for body in ["a", "b", "c"] {
        gateway.send_message("orders", body, None).unwrap();
    }
    told.delivery().await;
    assert!(begin.elapsed() < Duration::from_secs(1), "a full batch does not wait");
    told.delivery().await;
    assert_eq!(begin.elapsed().as_secs(), 20);
    assert_eq!(seen.lock().unwrap().iter().map(bodies).collect::<Vec<_>>(), [vec!["a", "b"], vec!["c"]]);
}

#[tokio::test(start_paused = true)]
async fn a_group_goes_on_behind_its_failure_in_order_and_others_do_not_wait() {
    // Like the runtime's answer: everything in the group after the first failure counts as failed too.
    let (seen, function) = recorder(|event| {
        let records = event["Records"].as_array().unwrap();
        let first = records.iter().position(|record| {
            record["body"] == "a1" && record["attributes"]["ApproximateReceiveCount"] == "1"
        });
        let failed = first.map(|_| {
            let of_a = records.iter().filter(|record| record["attributes"]["MessageGroupId"] == "a");
            of_a.map(|record| json!({ "itemIdentifier": record["messageId"] })).collect::<Vec<_>>()
        });
        Ok(json!({ "batchItemFailures": failed }))
    });
    let source = queue(|source| source.fifo = true);
    let pause = Duration::from_secs(1);
    let (gateway, mut told) = start(Gateway::builder(api(function, source)).retry_after(pause)).await;
    gateway.send_message("orders", "no group", None).unwrap_err();
    for (body, group) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
        gateway.send_message("orders", body, Some(group)).unwrap();
    }
    gateway.send_message("orders.fifo", "a1", Some("a")).unwrap();
    assert_eq!(told.delivery().await.failed.len(), 2);
    assert_eq!(told.delivery().await.failed.len(), 0);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().map(bodies).collect::<Vec<_>>(), [vec!["a1", "a2", "b1"], vec!["a1", "a2"]]);
    assert_eq!(seen[0]["Records"][0]["eventSourceARN"], "arn:aws:sqs:us-east-1:123456789012:orders.fifo");
}

#[tokio::test(start_paused = true)]
async fn no_more_batches_are_at_work_at_once_than_the_queue_allows() {
    let (begun, mut begins) = unbounded_channel();
    let function = Function::in_process(move |_| {
        begun.send(()).unwrap();
        async { std::future::pending().await }
    });
    let source = queue(|source| (source.batch, source.concurrency) = (1, Some(2)));
    let (gateway, mut told) =
        start(Gateway::builder(api(function.timeout(Duration::from_secs(10)), source))).await;
    for body in ["a", "b", "c"] {
        gateway.send_message("orders", body, None).unwrap();
    }
    begins.recv().await.unwrap();
    begins.recv().await.unwrap();
    assert!(begins.try_recv().is_err());
    assert!(told.delivery().await.error.unwrap().contains("timed out"));
    begins.recv().await.unwrap();
    gateway.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_no_filter_takes_is_deleted_and_told() {
    let (seen, function) = recorder(|_| Ok(Value::Null));
    let source = queue(|source| source.filter = vec![r#"{"body": {"kind": ["paid"]}}"#.parse().unwrap()]);
    let (gateway, mut told) = start(Gateway::builder(api(function, source))).await;
    for body in [r#"{"kind": "open"}"#, "no json", r#"{"kind": "paid"}"#] {
        gateway.send_message("orders", body, None).unwrap();
    }
    for _ in 0..2 {
        told.fate(|fate| matches!(fate, EventFate::Filtered).then_some(())).await;
    }
    told.delivery().await;
    assert_eq!(seen.lock().unwrap().iter().map(bodies).collect::<Vec<_>>(), [vec![r#"{"kind": "paid"}"#]]);
}

#[tokio::test(start_paused = true)]
async fn messages_outlive_another_api_and_go_to_its_function() {
    let (begun, mut begins) = unbounded_channel();
    let hangs = Function::in_process(move |_| {
        begun.send(()).unwrap();
        async { std::future::pending().await }
    });
    let source = queue(|_| {});
    let first = api(hangs.timeout(Duration::from_secs(10)), source.clone());
    let pause = Duration::from_secs(1);
    let (gateway, mut told) = start(Gateway::builder(first).retry_after(pause)).await;
    gateway.send_message("orders", "kept", None).unwrap();
    begins.recv().await.unwrap();
    let (seen, function) = recorder(|_| Ok(Value::Null));
    gateway.replace(&api(function, source)).unwrap();
    assert!(told.delivery().await.error.unwrap().contains("timed out"), "it ends with what it began with");
    assert_eq!(told.delivery().await.failed.len(), 0);
    assert_eq!(bodies(&seen.lock().unwrap()[0]), ["kept"]);
    // A queue that no consumer reads any more is gone.
    gateway.replace(&Api::new()).unwrap();
    let error = gateway.send_message("orders", "lost", None).unwrap_err();
    assert_eq!(error.to_string(), "there is no queue `orders`; the API has none");
}

fn rule(change: impl FnOnce(&mut EventRule)) -> EventSource {
    let mut rule = EventRule::new();
    change(&mut rule);
    EventSource::Event(rule)
}

#[tokio::test(start_paused = true)]
async fn an_event_reaches_the_rules_that_it_matches_and_is_tried_again_as_lambda_does_it() {
    let (seen, function) = recorder(|_| fails());
    let (others, other) = recorder(|_| Ok(Value::Null));
    let api = Api::new()
        .function("paid", function)
        .function("all", other.clone())
        .function("elsewhere", other)
        .consumer(Consumer::new("paid", rule(|rule| rule.detail_type = vec!["Paid".to_owned()])))
        .consumer(Consumer::new("all", rule(|_| {})))
        .consumer(Consumer::new("elsewhere", rule(|rule| rule.bus = Some("own_bus".parse().unwrap()))));
    let (gateway, mut told) = start(Gateway::builder(api)).await;
    let event = json!({ "source": "shop", "detail-type": "Paid", "detail": { "id": 7 } });
    let begin = Instant::now();
    assert_eq!(gateway.put_event(None, &event).unwrap(), ["paid", "all"]);
    assert_eq!(gateway.put_event(Some("own_bus"), &event).unwrap(), ["elsewhere"]);
    assert!(gateway.put_event(Some("nobody"), &event).unwrap().is_empty());
    let mut again = Vec::new();
    while again.last() != Some(&None) {
        let delivery = told.delivery().await;
        if &*delivery.function == "paid" {
            again.push(delivery.again.map(|again| again.as_secs()));
        }
    }
    assert_eq!(again, [Some(60), Some(120), None]);
    assert_eq!(begin.elapsed().as_secs(), 180);
    let attempts = told.fate(|fate| match fate {
        EventFate::GivenUp { attempts } => Some(*attempts),
        _ => None,
    });
    assert_eq!(attempts.await, 3);
    let seen = seen.lock().unwrap();
    assert!(seen.iter().all(|event| *event == seen[0]), "the same each time");
    assert_eq!((&seen[0]["detail"]["id"], &seen[0]["account"]), (&json!(7), &json!("123456789012")));
    assert_eq!(others.lock().unwrap().len(), 2);
    for bad in
        [json!({}), json!({ "source": "a" }), json!({ "source": "a", "detail-type": "b", "detail": "c" })]
    {
        gateway.put_event(None, &bad).unwrap_err();
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_grows_too_old_is_not_tried_again() {
    let (_, function) = recorder(|_| fails());
    let source = rule(|rule| rule.retries = AsyncRetries::new(2, 60));
    let (gateway, mut told) = start(Gateway::builder(api(function, source))).await;
    let event = json!({ "source": "shop", "detail-type": "Paid", "detail": {} });
    gateway.put_event(None, &event).unwrap();
    assert_eq!(told.delivery().await.again, Some(Duration::from_mins(1)));
    assert_eq!(told.delivery().await.again, None);
}

#[tokio::test(start_paused = true)]
async fn a_schedule_fires_when_it_is_told_to() {
    let (seen, function) = recorder(|_| Ok(Value::Null));
    let source = EventSource::Schedule(Schedule::new("rate(1 hour)".parse().unwrap()));
    let (gateway, mut told) = start(Gateway::builder(api(function, source))).await;
    let error = gateway.fire_schedule("other").unwrap_err();
    assert_eq!(error.to_string(), "there is no schedule `other`; there are it");
    gateway.fire_schedule("it").unwrap();
    told.delivery().await;
    let seen = seen.lock().unwrap();
    let keys: Vec<&String> = seen[0].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
    assert_eq!(seen[0]["scheduleArn"], "arn:aws:scheduler:us-east-1:123456789012:schedule/default/it");
}

#[tokio::test(start_paused = true)]
async fn schedules_fire_by_themselves_where_that_is_wanted_and_none_that_is_switched_off() {
    let (seen, function) = recorder(|_| Ok(Value::Null));
    let mut off = Schedule::new("rate(1 minute)".parse().unwrap());
    off.enabled = false;
    let rate = |text: &str| EventSource::Schedule(Schedule::new(text.parse().unwrap()));
    let api = |function: &Function| {
        Api::new()
            .function("often", function.clone())
            .function("off", function.clone())
            .consumer(Consumer::new("often", rate("rate(1 minute)")))
            .consumer(Consumer::new("off", EventSource::Schedule(off.clone())))
    };
    let (gateway, mut told) = start(Gateway::builder(api(&function)).schedules(true)).await;
    let begin = Instant::now();
    for minute in 1..=3 {
        assert_eq!(&*told.delivery().await.function, "often");
        assert_eq!(begin.elapsed().as_secs(), minute * 60);
    }
    // A different schedule begins anew, with its own time.
    let other =
        Api::new().function("often", function.clone()).consumer(Consumer::new("often", rate("rate(1 hour)")));
    gateway.replace(&other).unwrap();
    told.delivery().await;
    assert_eq!(begin.elapsed().as_secs(), 3_600);
    let times: Vec<String> =
        seen.lock().unwrap().iter().map(|event| event["scheduledTime"].to_string()).collect();
    assert_eq!(times.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{times:?}");
    gateway.shutdown().await;

    let (gateway, mut told) = start(Gateway::builder(api(&function))).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    gateway.shutdown().await;
    while let Some(told) = told.0.recv().await {
        assert!(!matches!(told, Observation::Delivery(_)), "nothing fires that was not told to");
    }
}

// ---- Over HTTP ----

async fn listening(api: Api) -> (Gateway, Told) {
    let (tell, told) = unbounded_channel();
    let builder = Gateway::builder(api).page(true).retry_after(Duration::ZERO);
    let gateway = builder.observe(move |observation| drop(tell.send(observation))).start().await.unwrap();
    (gateway, Told(told))
}

async fn post(gateway: &Gateway, path: &str, body: &str) -> Response {
    request(&format!("POST {path}")).body("application/json", body).send(gateway.address()).await
}

async fn sqs(gateway: &Gateway, target: &str, body: Value) -> Response {
    let request = request("POST /_routegen/sqs/").header("x-amz-target", format!("AmazonSQS.{target}"));
    request.body("application/x-amz-json-1.0", body.to_string()).send(gateway.address()).await
}

#[tokio::test]
async fn clients_of_sqs_send_into_the_queue_and_get_the_sums_that_they_check() {
    let (seen, function) = recorder(|_| Ok(Value::Null));
    let (gateway, mut told) = listening(api(function, queue(|source| source.window = 0))).await;
    let found = sqs(&gateway, "GetQueueUrl", json!({ "QueueName": "orders" })).await.json();
    let url = format!("{}/_routegen/sqs/000000000000/orders", gateway.origin());
    assert_eq!(found, json!({ "QueueUrl": url }));
    let attribute = json!({ "DataType": "String", "StringValue": "someone" });
    let message =
        json!({ "QueueUrl": url, "MessageBody": "Test message.", "MessageAttributes": { "who": attribute } });
    let sent = sqs(&gateway, "SendMessage", message).await;
    assert_eq!(sent.status, 200);
    assert_eq!(sent.header("content-type"), Some("application/x-amz-json-1.0"));
    let sent = sent.json();
    assert_eq!(sent["MD5OfMessageBody"], "e4e68fb7bd0e697a0ae8f1bb342846b3");
    assert_eq!(sent["MD5OfMessageAttributes"].as_str().map(str::len), Some(32));
    let delivery = told.delivery().await;
    assert_eq!(json!(delivery.records), json!([sent["MessageId"]]));
    let record = seen.lock().unwrap()[0]["Records"][0].clone();
    assert_eq!(record["messageAttributes"]["who"]["stringValue"], "someone");

    let entry = |id: &str, body: &str| json!({ "Id": id, "MessageBody": body });
    let batch = |entries: Vec<Value>| json!({ "QueueUrl": url, "Entries": entries });
    let answer = sqs(&gateway, "SendMessageBatch", batch(vec![entry("a", "x"), entry("b", "")])).await.json();
    assert_eq!((&answer["Successful"][0]["Id"], &answer["Failed"][0]["Id"]), (&json!("a"), &json!("b")));
    for (target, body, code) in [
        (
            "SendMessage",
            json!({ "QueueUrl": "http://localhost/1/others", "MessageBody": "a" }),
            "QueueDoesNotExist",
        ),
        (
            "SendMessage",
            json!({ "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/orders", "MessageBody": "a" }),
            "QueueDoesNotExist",
        ),
        ("SendMessage", json!({ "QueueUrl": url }), "MissingParameter"),
        ("SendMessage", json!({ "QueueUrl": url, "MessageBody": "a\0" }), "InvalidMessageContents"),
        (
            "SendMessage",
            json!({ "QueueUrl": url, "MessageBody": "a", "DelaySeconds": 901 }),
            "InvalidParameterValue",
        ),
        (
            "SendMessage",
            json!({ "QueueUrl": url, "MessageBody": "a", "DelaySeconds": -1 }),
            "InvalidParameterValue",
        ),
        ("SendMessageBatch", batch(Vec::new()), "EmptyBatchRequest"),
        ("SendMessageBatch", batch(vec![entry("a", "x"), entry("a", "y")]), "BatchEntryIdsNotDistinct"),
        (
            "SendMessageBatch",
            batch((0..11).map(|id| entry(&id.to_string(), "x")).collect()),
            "TooManyEntriesInBatchRequest",
        ),
        ("ReceiveMessage", json!({ "QueueUrl": url }), "UnsupportedOperation"),
    ] {
        let response = sqs(&gateway, target, body.clone()).await;
        let kind = response.json()["__type"].clone();
        assert_eq!(
            (response.status, kind),
            (400, json!(format!("com.amazonaws.sqs#{code}"))),
            "{target} {body}"
        );
        assert!(response.header("x-amzn-query-error").is_some_and(|error| error.ends_with(";Sender")));
    }
    let old = request("POST /_routegen/sqs").body("application/x-www-form-urlencoded", "Action=SendMessage");
    assert_eq!(old.send(gateway.address()).await.status, 400);
    assert_eq!(request("GET /_routegen/sqs").send(gateway.address()).await.status, 405);
}

#[tokio::test]
async fn scripts_send_what_calls_consumers_and_see_how_much_waits() {
    let (seen, function) =
        recorder(|event| if event["Records"][0]["body"] == "poison" { fails() } else { Ok(Value::Null) });
    let mut stream = StreamSource::new("items".parse().unwrap());
    stream.filter = vec![r#"{"eventName": ["INSERT"]}"#.parse().unwrap()];
    let consumer = |name: &str, source| Consumer::new(name, source);
    let api = ["a-queue", "a-rule", "a-schedule", "a-stream"]
        .into_iter()
        .fold(Api::new(), |api, name| api.function(name, function.clone()))
        .consumer(consumer("a-queue", queue(|source| source.receives = 1)))
        .consumer(consumer("a-rule", rule(|rule| rule.source = vec!["shop".to_owned()])))
        .consumer(consumer(
            "a-schedule",
            EventSource::Schedule(Schedule::new("rate(1 hour)".parse().unwrap())),
        ))
        .consumer(consumer("a-stream", EventSource::Stream(stream)));
    let (gateway, mut told) = listening(api).await;
    let event = json!({ "source": "shop", "detail-type": "Paid", "detail": {} }).to_string();
    for (path, body, functions) in [
        ("bus", &*event, json!(["a-rule"])),
        ("bus?bus=other", &event, json!([])),
        ("schedules/a-schedule", "", json!(["a-schedule"])),
        ("streams/items", r#"{"new": {"id": "7"}, "keys": {"id": "7"}}"#, json!(["a-stream"])),
        ("streams/items", r#"{"old": {"id": "7"}}"#, json!([])),
    ] {
        let response = post(&gateway, &format!("/_routegen/events/{path}"), body).await;
        assert_eq!((response.status, &response.json()["functions"]), (202, &functions), "{path}");
        if functions != json!([]) {
            assert_eq!(json!([&*told.delivery().await.function]), functions);
        }
    }
    let last = seen.lock().unwrap().last().cloned().unwrap();
    assert_eq!(last["Records"][0]["dynamodb"]["NewImage"], json!({ "id": { "S": "7" } }));

    assert_eq!(post(&gateway, "/_routegen/events/queues/orders", "poison").await.status, 202);
    told.fate(|fate| matches!(fate, EventFate::DeadLetter { .. }).then_some(())).await;
    let listed = request("GET /_routegen/events").send(gateway.address()).await.json();
    let counts = &listed["queues"][0];
    assert_eq!((&counts["dead_letters"], &counts["waiting"]), (&json!(1), &json!(0)), "{counts}");
    assert!(!listed.to_string().contains("poison"), "messages are counted, and not shown");
    assert_eq!(listed["consumers"].as_array().unwrap().len(), 4);
    let again = post(&gateway, "/_routegen/events/dead-letters/orders", "").await;
    assert_eq!(again.json(), json!({ "sent_again": 1 }));
    told.fate(|fate| matches!(fate, EventFate::DeadLetter { .. }).then_some(())).await;

    for (line, body, status) in [
        ("POST /_routegen/events/queues/other", "a", 404),
        ("POST /_routegen/events/queues/orders", "", 400),
        ("POST /_routegen/events/queues/orders?delay=x", "a", 400),
        ("POST /_routegen/events/bus", "no {", 400),
        ("POST /_routegen/events/schedules/a-queue", "", 404),
        ("POST /_routegen/events/streams/items", "{}", 400),
        ("POST /_routegen/events/streams/items", r#"{"newer": {}}"#, 400),
        ("POST /_routegen/events/streams/others", r#"{"new": {}}"#, 404),
        ("POST /_routegen/events/dead-letters/others", "", 404),
        ("GET /_routegen/events/queues/orders", "", 405),
        ("POST /_routegen/events", "", 405),
        ("POST /_routegen/events/others", "", 404),
        ("POST /_routegen/eventsandmore", "", 404),
    ] {
        let request =
            if body.is_empty() { request(line) } else { request(line).body("application/json", body) };
        let response = request.send(gateway.address()).await;
        assert_eq!(response.status, status, "{line} {body}: {}", response.text());
    }
}

#[tokio::test]
async fn what_calls_consumers_is_for_programs_on_this_machine_and_pages_of_the_gateway() {
    let (seen, function) = recorder(|_| Ok(Value::Null));
    let (gateway, _told) = listening(api(function, queue(|_| {}))).await;
    let own = gateway.origin();
    for path in ["/_routegen/events/queues/orders", "/_routegen/sqs"] {
        let sends = || {
            let body = json!({ "QueueUrl": "orders", "MessageBody": "a" }).to_string();
            let send = request(&format!("POST {path}")).header("x-amz-target", "AmazonSQS.SendMessage");
            send.body("application/x-amz-json-1.0", body)
        };
        for (case, request, passes) in [
            ("a program", sends(), true),
            (
                "a page of its own",
                sends().header("origin", &own).header("sec-fetch-site", "same-origin"),
                true,
            ),
            ("a page of another origin", sends().header("origin", "https://evil.test"), false),
            ("a page of another port", sends().header("origin", "http://127.0.0.1:1"), false),
            ("a form of another page", sends().header("sec-fetch-site", "cross-site"), false),
            (
                "a page of another port without an origin",
                sends().header("sec-fetch-site", "same-site"),
                false,
            ),
            ("a page with a name that leads here", sends().header("host", "evil.test"), false),
            ("a client behind a tunnel", sends().header("x-forwarded-for", "192.0.2.1"), false),
        ] {
            let status = request.send(gateway.address()).await.status;
            assert_eq!(status < 400, passes, "{path}: {case}: {status}");
            assert!(passes || status == 403, "{path}: {case}: {status}");
        }
    }
    gateway.shutdown().await;
    assert!(seen.lock().unwrap().len() <= 4);
}
