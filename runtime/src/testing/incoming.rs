//! An event of a queue, a schedule, a bus or a stream under construction.
//!
//! In: the content that an event source would provide. Out: the event that AWS would send to the function. It
//! refuses functions with another kind of event source.

use std::time::{SystemTime, UNIX_EPOCH};

use lambda_runtime::Context;
use routegen_apigw::consumer::{
    BusEvent, ChangeKind, MessageAttribute, QueueMessage, ScheduledCall, StreamRecord, queue_event,
    stream_event,
};
use routegen_spec::{ConsumerSpec, EventSource};
use serde::Serialize;
use serde_json::{Map, Value, value::to_raw_value};

use super::{lookup, outcome::Outcome};
use crate::{
    consumer::Invocation,
    resource::{Init, Resource},
};

/// Begins an event with one message of a queue, whose body is this value as JSON.
///
/// ```
/// use routegen::{Message, Error, queue, testing};
///
/// #[derive(serde::Deserialize)]
/// struct NewOrder {
///     count: u32,
/// }
///
/// #[queue(orders)]
/// async fn on_order(order: Message<NewOrder>) -> Result<(), Error> {
///     if order.body.count == 0 { Err("nothing is ordered".into()) } else { Ok(()) }
/// }
///
/// # fn main() {
/// # futures_util::future::FutureExt::now_or_never(async {
/// use serde_json::json;
///
/// assert!(testing::message(json!({ "count": 1 })).deliver(on_order).await.is_done());
/// let outcome = testing::message(json!({ "count": 0 })).deliver(on_order).await;
/// assert_eq!(outcome.cause(), Some("nothing is ordered"));
///
/// // A batch: the indexes of the messages that failed.
/// let batch = testing::messages([json!({ "count": 1 }), json!({ "count": 0 }), json!({ "cuont": 1 })]);
/// assert_eq!(batch.deliver(on_order).await.failed(), [1, 2]);
/// # }).unwrap();
/// # }
/// ```
///
/// # Panics
///
/// If the value cannot be serialized as JSON.
#[track_caller]
pub fn message(body: impl Serialize) -> Incoming {
    messages([body])
}

/// Begins an event with several messages of a queue in one batch.
///
/// # Panics
///
/// If a value cannot be serialized as JSON.
#[track_caller]
pub fn messages(bodies: impl IntoIterator<Item: Serialize>) -> Incoming {
    let bodies = bodies.into_iter().map(|body| serde_json::to_string(&body).expect("the body is not JSON"));
    Incoming::new(What::Messages(bodies.map(sent).collect()))
}

/// Begins an event with one message of a queue with this text, which need not be JSON.
pub fn text_message(body: impl Into<String>) -> Incoming {
    Incoming::new(What::Messages(vec![sent(body.into())]))
}

fn sent(body: String) -> QueueMessage {
    let now = seconds() * 1_000;
    QueueMessage {
        body,
        receive_count: 1,
        sent: now,
        first_received: now,
        sender_id: "AIDATESTING".to_owned(),
        ..QueueMessage::default()
    }
}

/// Begins a call by a schedule.
///
/// ```
/// use routegen::{Scheduled, schedule, testing};
///
/// #[schedule("rate(1 hour)")]
/// async fn expire(due: Scheduled) {
///     assert_eq!(due.attempt, 2);
/// }
///
/// # fn main() {
/// # futures_util::future::FutureExt::now_or_never(async {
/// let outcome = testing::scheduled("2027-01-31T08:00:00Z").attempt(2).deliver(expire).await;
/// assert!(outcome.is_done());
/// # }).unwrap();
/// # }
/// ```
pub fn scheduled(time: impl Into<String>) -> Incoming {
    Incoming::new(What::Scheduled { time: time.into(), attempt: 1 })
}

/// Begins an event of a bus.
///
/// ```
/// use routegen::{Event, event, testing};
/// use serde_json::json;
///
/// #[derive(serde::Deserialize)]
/// struct Paid {
///     order: u32,
/// }
///
/// #[event(source = "shop.billing", detail_type = "OrderPaid")]
/// async fn on_paid(event: Event<Paid>) {
///     assert_eq!(event.detail.order, 7);
/// }
///
/// # fn main() {
/// # futures_util::future::FutureExt::now_or_never(async {
/// let paid = testing::event("shop.billing", "OrderPaid", json!({ "order": 7 }));
/// assert!(paid.deliver(on_paid).await.is_done());
/// # }).unwrap();
/// # }
/// ```
///
/// # Panics
///
/// If the detail cannot be serialized as JSON.
#[track_caller]
pub fn event(source: impl Into<String>, detail_type: impl Into<String>, detail: impl Serialize) -> Incoming {
    let detail = serde_json::to_value(detail).expect("the detail is not JSON");
    Incoming::new(What::Event { source: source.into(), detail_type: detail_type.into(), detail })
}

/// Begins an event with one change of a table: a new item.
///
/// ```
/// use routegen::{Change, ChangeKind, stream, testing};
/// use serde_json::json;
///
/// #[derive(serde::Deserialize)]
/// struct Item {
///     count: u32,
/// }
///
/// #[stream(items_table)]
/// async fn item_changed(change: Change<Item>) -> Result<(), &'static str> {
///     let counts = (change.old.map(|item| item.count), change.new.map(|item| item.count));
///     if counts == (Some(2), Some(1)) { Err("it went down") } else { Ok(()) }
/// }
///
/// # fn main() {
/// # futures_util::future::FutureExt::now_or_never(async {
/// let item = |count: u32| json!({ "count": count });
/// let changes = testing::inserted(item(1)).and(testing::modified(item(1), item(2))).and(testing::modified(item(2), item(1)));
/// assert_eq!(changes.deliver(item_changed).await.failed(), [2]);
/// # }).unwrap();
/// # }
/// ```
///
/// # Panics
///
/// If the item is not a JSON object.
#[track_caller]
pub fn inserted(item: impl Serialize) -> Incoming {
    changed(ChangeKind::Insert, None, Some(object(item)))
}

/// Begins an event with one change of a table: a modified item.
///
/// # Panics
///
/// If an item is not a JSON object.
#[track_caller]
pub fn modified(old: impl Serialize, new: impl Serialize) -> Incoming {
    changed(ChangeKind::Modify, Some(object(old)), Some(object(new)))
}

/// Begins an event with one change of a table: a removed item.
///
/// # Panics
///
/// If the item is not a JSON object.
#[track_caller]
pub fn removed(item: impl Serialize) -> Incoming {
    changed(ChangeKind::Remove, Some(object(item)), None)
}

fn changed(kind: ChangeKind, old: Option<Map<String, Value>>, new: Option<Map<String, Value>>) -> Incoming {
    Incoming::new(What::Changes(vec![StreamRecord {
        event_id: "0".repeat(32),
        kind,
        keys: Map::new(),
        new_image: new,
        old_image: old,
        sequence_number: String::new(),
        created: seconds(),
    }]))
}

#[track_caller]
fn object(item: impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(item) {
        Ok(Value::Object(object)) => object,
        other => panic!("an item is an object, and this is {other:?}"),
    }
}

/// An event under construction.
#[derive(Clone, Debug)]
#[must_use = "nothing happens before `deliver`"]
pub struct Incoming {
    what: What,
    init: Init,
}

#[derive(Clone, Debug)]
enum What {
    Messages(Vec<QueueMessage>),
    Scheduled { time: String, attempt: u32 },
    Event { source: String, detail_type: String, detail: Value },
    Changes(Vec<StreamRecord>),
}

impl Incoming {
    fn new(what: What) -> Self {
        Self { what, init: Init::default() }
    }

    /// Appends these messages, or changes, to its own, in one batch.
    ///
    /// # Panics
    ///
    /// If the two are of different kinds, or of one that has no batches.
    #[track_caller]
    pub fn and(mut self, other: Self) -> Self {
        match (&mut self.what, other.what) {
            (What::Messages(messages), What::Messages(others)) => messages.extend(others),
            (What::Changes(changes), What::Changes(others)) => changes.extend(others),
            _ => panic!("a batch has messages alone, or changes alone"),
        }
        self
    }

    /// Sets the message group of its messages.
    ///
    /// # Panics
    ///
    /// If it has no messages.
    #[track_caller]
    pub fn group(self, group: impl Into<String>) -> Self {
        let group = group.into();
        self.each_message(|message| message.group_id = Some(group.clone()))
    }

    /// Sets how often its messages were received, including this time.
    ///
    /// # Panics
    ///
    /// If it has no messages.
    #[track_caller]
    pub fn received(self, times: u32) -> Self {
        self.each_message(|message| message.receive_count = times)
    }

    /// Adds a text attribute to its messages.
    ///
    /// # Panics
    ///
    /// If it has no messages.
    #[track_caller]
    pub fn attribute(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.each_message(|message| {
            let attribute = MessageAttribute::Text { data_type: "String".to_owned(), value: value.clone() };
            message.attributes.insert(name.clone(), attribute);
        })
    }

    #[track_caller]
    fn each_message(mut self, change: impl FnMut(&mut QueueMessage)) -> Self {
        match &mut self.what {
            What::Messages(messages) => messages.iter_mut().for_each(change),
            _ => panic!("only messages of a queue have this"),
        }
        self
    }

    /// Sets the Scheduler's attempt; the default is the first.
    ///
    /// # Panics
    ///
    /// If it is not a call by a schedule.
    #[track_caller]
    pub fn attempt(mut self, number: u32) -> Self {
        match &mut self.what {
            What::Scheduled { attempt, .. } => *attempt = number,
            _ => panic!("only calls of a schedule have an attempt"),
        }
        self
    }

    /// Uses this value as the resource of its type, instead of creating one.
    pub fn with<T: Resource>(mut self, resource: T) -> Self {
        self.init = self.init.with(resource);
        self
    }

    /// Delivers it to the function, which has `#[queue]`, `#[schedule]`, `#[event]` or `#[stream]`:
    /// `deliver(on_order)`. It takes the same way as in Lambda: AWS's event, the function's arguments, its
    /// failures.
    ///
    /// Rules and filters are not applied.
    ///
    /// # Panics
    ///
    /// If the function is not a consumer, or is one of another kind of event.
    pub async fn deliver<F>(self, function: F) -> Outcome {
        drop(function);
        let registered = lookup::consumer(std::any::type_name::<F>());
        let entry = registered.entry.expect("tests are built with the entries");
        let (event, ids) = self.event(&registered.spec);
        let event = to_raw_value(&event).expect("it is JSON");
        let invocation = Invocation { init: self.init, context: Context::default() };
        Outcome::of(entry().deliver(invocation, &event).await, &ids)
    }

    /// The event that AWS would send to this consumer, and the ids of its records.
    fn event(&self, spec: &ConsumerSpec) -> (Value, Vec<String>) {
        match (&self.what, &spec.consumes) {
            (What::Messages(messages), EventSource::Queue(queue)) => {
                let suffix = if queue.fifo { ".fifo" } else { "" };
                let arn = format!("arn:aws:sqs:us-east-1:000000000000:{}{suffix}", queue.queue);
                let mut messages = messages.clone();
                for (index, message) in messages.iter_mut().enumerate() {
                    message.message_id = format!("00000000-0000-4000-8000-{index:012}");
                }
                let ids = messages.iter().map(|message| message.message_id.clone()).collect();
                (queue_event(&arn, &messages), ids)
            }
            (What::Changes(changes), EventSource::Stream(stream)) => {
                let arn = format!(
                    "arn:aws:dynamodb:us-east-1:000000000000:table/{}/stream/2027-01-01T00:00:00.000",
                    stream.table
                );
                let mut changes = changes.clone();
                for (index, change) in changes.iter_mut().enumerate() {
                    change.sequence_number = format!("{:021}", index + 1);
                }
                let ids = changes.iter().map(|change| change.sequence_number.clone()).collect();
                (stream_event(&arn, &changes), ids)
            }
            (What::Scheduled { time, attempt }, EventSource::Schedule(_)) => {
                let name = spec.name.to_kebab_case();
                let call = ScheduledCall {
                    scheduled_time: time,
                    schedule_arn: &format!(
                        "arn:aws:scheduler:us-east-1:000000000000:schedule/default/{name}"
                    ),
                    execution_id: "0000000000000000",
                    attempt_number: *attempt,
                };
                (call.to_value(), Vec::new())
            }
            (What::Event { source, detail_type, detail }, EventSource::Event(_)) => {
                let event = BusEvent {
                    id: "00000000-0000-4000-8000-000000000000",
                    source,
                    detail_type,
                    account: "000000000000",
                    time: "2027-01-01T00:00:00Z",
                    region: "us-east-1",
                    resources: &[],
                    detail,
                };
                (event.to_value(), Vec::new())
            }
            (_, source) => {
                panic!("`{}` has another kind of event: it takes {}", spec.handler, source.described())
            }
        }
    }
}

/// Seconds since the beginning of 1970.
fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
