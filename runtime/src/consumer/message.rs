//! A message of a queue.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use lambda_runtime::Error;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::reading::read;

/// A message of an SQS queue with a JSON body: the argument of a function with
/// [`#[queue]`](macro@crate::queue).
///
/// ```
/// use routegen::{Message, Error, queue};
///
/// #[derive(serde::Deserialize)]
/// struct NewOrder {
///     item: String,
/// }
///
/// #[queue(orders)]
/// async fn on_order(order: Message<NewOrder>) -> Result<(), Error> {
///     tracing::info!("{} of {}", order.body.item, order.id);
///     Ok(())
/// }
/// ```
///
/// SQS delivers a message at least once: it may come again even if the function has succeeded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Message<T> {
    /// What was sent.
    pub body: T,
    /// The message's id, which is the same when it is received again.
    pub id: String,
    /// How often it was received, including this time.
    pub receive_count: u32,
    /// When it was sent.
    pub sent: SystemTime,
    /// Its message group: always set in a FIFO queue, and in a standard one if the sender sets it.
    pub group_id: Option<String>,
    /// The id by which a FIFO queue detects duplicates.
    pub deduplication_id: Option<String>,
    /// Its position in a FIFO queue.
    pub sequence_number: Option<String>,
    /// The message attributes that the sender set.
    pub attributes: HashMap<String, MessageAttribute>,
    /// The handle for deleting this receipt of it. Lambda deletes messages that do not fail.
    pub receipt_handle: String,
    /// The ARN of the queue.
    pub queue_arn: String,
}

/// A message attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, or one of them with a label, such as `String.json`.
    pub data_type: String,
    /// The value, in base64 if it is binary.
    pub value: String,
}

impl<T> Message<T> {
    /// Creates a message with this body, sent now and received for the first time, for tests.
    #[inline]
    pub fn new(body: T) -> Self {
        Self {
            body,
            id: "00000000-0000-4000-8000-000000000000".to_owned(),
            receive_count: 1,
            sent: SystemTime::now(),
            group_id: None,
            deduplication_id: None,
            sequence_number: None,
            attributes: HashMap::new(),
            receipt_handle: String::new(),
            queue_arn: String::new(),
        }
    }

    /// The same message with another body.
    fn with_body<U>(&self, body: U) -> Message<U> {
        Message {
            body,
            id: self.id.clone(),
            receive_count: self.receive_count,
            sent: self.sent,
            group_id: self.group_id.clone(),
            deduplication_id: self.deduplication_id.clone(),
            sequence_number: self.sequence_number.clone(),
            attributes: self.attributes.clone(),
            receipt_handle: self.receipt_handle.clone(),
            queue_arn: self.queue_arn.clone(),
        }
    }

    /// The group in which order matters. In a standard queue there is none: groups only provide fairness
    /// there.
    #[inline]
    pub(super) fn ordered_group(&self) -> Option<&str> {
        if self.queue_arn.strip_suffix(".fifo").is_some() { self.group_id.as_deref() } else { None }
    }
}

/// An event with messages.
#[derive(Deserialize)]
struct Messages {
    #[serde(rename = "Records")]
    records: Vec<Sent>,
}

/// A message in Lambda's JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    message_id: String,
    #[serde(default)]
    receipt_handle: String,
    body: String,
    #[serde(default)]
    attributes: System,
    #[serde(default)]
    message_attributes: HashMap<String, SentAttribute>,
    #[serde(rename = "eventSourceARN", default)]
    event_source_arn: String,
}

/// The attributes that SQS adds.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct System {
    #[serde(default = "one", deserialize_with = "number")]
    approximate_receive_count: u64,
    #[serde(default, deserialize_with = "number")]
    sent_timestamp: u64,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
    sequence_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SentAttribute {
    data_type: String,
    string_value: Option<String>,
    binary_value: Option<String>,
}

#[inline]
fn one() -> u64 {
    1
}

#[inline]
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// Parses the messages of an event.
#[inline]
pub(super) fn messages(event: &str) -> Result<Vec<Message<String>>, Error> {
    let messages: Messages =
        serde_json::from_str(event).map_err(|error| format!("this is not an event of a queue: {error}"))?;
    Ok(messages.records.into_iter().map(Sent::into_message).collect())
}

impl Sent {
    #[inline]
    fn into_message(self) -> Message<String> {
        let Self { attributes, .. } = self;
        let own = self.message_attributes.into_iter().map(|(name, sent)| {
            let value = sent.string_value.or(sent.binary_value).unwrap_or_default();
            (name, MessageAttribute { data_type: sent.data_type, value })
        });
        Message {
            body: self.body,
            id: self.message_id,
            receive_count: u32::try_from(attributes.approximate_receive_count.max(1)).unwrap_or(u32::MAX),
            sent: SystemTime::UNIX_EPOCH + Duration::from_millis(attributes.sent_timestamp),
            group_id: attributes.message_group_id,
            deduplication_id: attributes.message_deduplication_id,
            sequence_number: attributes.sequence_number,
            attributes: own.collect(),
            receipt_handle: self.receipt_handle,
            queue_arn: self.event_source_arn,
        }
    }
}

/// Returns the message with a typed body.
pub(super) fn typed<T: DeserializeOwned>(message: &Message<String>) -> Result<Message<T>, Error> {
    read("the body", &message.body).map(|body| message.with_body(body))
}
