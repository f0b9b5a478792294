//! A queue as a resource.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    marker::PhantomData,
    time::Duration,
};

use aws_sdk_sqs::{
    Client,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};
use routegen::{Error, FromResources, Grant, GrantValue, QueueMessage, Res};
use serde::Serialize;

use crate::{Outgoing, SendError, Sent, Sqs, Unsent, outgoing::Options, recording::Record};

/// The most messages in one call ([SendMessageBatch]).
///
/// [SendMessageBatch]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
const BATCH: usize = 10;

/// The most bytes in one call that every queue accepts; queues accept 1 MiB today ([quotas]).
///
/// [quotas]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const BATCH_BYTES: usize = 256 * 1024;

/// Sends to the queue that `T` names: see the [crate].
///
/// It reads the queue's URL from the environment variable with the queue's name in capitals, `ORDERS` for
/// `orders`, which Terraform sets.
pub struct Queue<T> {
    way: Way,
    of: PhantomData<fn(T)>,
}

/// Where messages go.
#[derive(Clone)]
enum Way {
    Sqs { client: Client, url: String },
    Recording(Record),
}

impl<T: QueueMessage + Serialize + Sync> Queue<T> {
    /// Creates the queue at a URL.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { way: Way::Sqs { client, url: url.into() }, of: PhantomData }
    }

    /// Creates a queue that sends nothing, and keeps what is sent to it and its clones.
    pub fn recording() -> Self {
        Self { way: Way::Recording(Record::default()), of: PhantomData }
    }

    /// Returns what was sent to a recording queue, in order; empty for any other queue.
    pub fn sent(&self) -> Vec<Sent> {
        match &self.way {
            Way::Recording(record) => record.all(),
            Way::Sqs { .. } => Vec::new(),
        }
    }

    /// Sends a message: `send(&order)`, or `send(Outgoing::new(&order).group("a"))`.
    ///
    /// # Errors
    ///
    /// If the body cannot be serialized as JSON, or SQS does not accept it.
    pub async fn send<'a>(&self, message: impl Into<Outgoing<'a, T>> + Send) -> Result<(), SendError>
    where
        T: 'a,
    {
        let Outgoing { body, options } = message.into();
        let body = serde_json::to_string(body)?;
        let (client, url) = match &self.way {
            Way::Sqs { client, url } => (client, url),
            Way::Recording(record) => {
                record.keep(body, options);
                return Ok(());
            }
        };
        let call = client
            .send_message()
            .queue_url(url)
            .message_body(body)
            .set_delay_seconds(options.delay.map(seconds))
            .set_message_group_id(options.group)
            .set_message_deduplication_id(options.deduplication_id)
            .set_message_attributes(attributes(options.attributes));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(refused::<T>(error)),
        }
    }

    /// Sends messages with as few calls as possible, at most 10 messages each: `send_batch(&orders)`. If one
    /// fails, the others are still sent.
    ///
    /// # Errors
    ///
    /// If a body cannot be serialized as JSON, in which case nothing is sent; if SQS refuses a call, after
    /// those before it were sent; or, after all calls, if SQS did not accept some of the messages.
    pub async fn send_batch<'a, M>(
        &self,
        messages: impl IntoIterator<Item = M> + Send,
    ) -> Result<(), SendError>
    where
        T: 'a,
        M: Into<Outgoing<'a, T>>,
    {
        let messages = messages.into_iter().map(|message| {
            let Outgoing { body, options } = message.into();
            serde_json::to_string(body).map(|body| (body, options))
        });
        let messages = messages.collect::<Result<Vec<_>, _>>()?;
        let (client, url) = match &self.way {
            Way::Sqs { client, url } => (client, url),
            Way::Recording(record) => {
                for (body, options) in messages {
                    record.keep(body, options);
                }
                return Ok(());
            }
        };
        let mut unsent = Vec::new();
        for call in calls(messages) {
            let entries = call.into_iter().map(|(index, body, options)| entry(index, body, options));
            let call = client.send_message_batch().queue_url(url).set_entries(Some(entries.collect()));
            let answer = call.send().await.map_err(refused::<T>)?;
            unsent.extend(answer.failed().iter().map(|failed| Unsent {
                index: failed.id().parse().unwrap_or_default(),
                code: failed.code().to_owned(),
                message: failed.message().unwrap_or_default().to_owned(),
                is_senders_fault: failed.sender_fault(),
            }));
        }
        unsent.sort_by_key(|unsent| unsent.index);
        if unsent.is_empty() { Ok(()) } else { Err(SendError::Unsent { queue: T::QUEUE, unsent }) }
    }
}

fn refused<T: QueueMessage>(error: impl Into<aws_sdk_sqs::Error>) -> SendError {
    SendError::Sqs { queue: T::QUEUE, source: Box::new(error.into()) }
}

/// Distributes messages over calls, each message with its index.
fn calls(messages: Vec<(String, Options)>) -> Vec<Vec<(usize, String, Options)>> {
    let mut calls: Vec<Vec<_>> = Vec::new();
    let mut bytes = 0;
    for (index, (body, options)) in messages.into_iter().enumerate() {
        let beside = options.attributes.iter().map(|(name, value)| name.len() + value.len() + "String".len());
        let size = body.len() + beside.sum::<usize>();
        match calls.last_mut() {
            Some(call) if call.len() < BATCH && bytes + size <= BATCH_BYTES => {
                bytes += size;
                call.push((index, body, options));
            }
            _ => {
                bytes = size;
                calls.push(vec![(index, body, options)]);
            }
        }
    }
    calls
}

/// A message of a batch, with its index as the id.
fn entry(index: usize, body: String, options: Options) -> SendMessageBatchRequestEntry {
    let entry = SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(body)
        .set_delay_seconds(options.delay.map(seconds))
        .set_message_group_id(options.group)
        .set_message_deduplication_id(options.deduplication_id)
        .set_message_attributes(attributes(options.attributes));
    entry.build().expect("an id and a body are all that an entry requires")
}

fn seconds(delay: Duration) -> i32 {
    i32::try_from(delay.as_secs()).unwrap_or(i32::MAX)
}

fn attributes(texts: BTreeMap<String, String>) -> Option<HashMap<String, MessageAttributeValue>> {
    let attribute = |value: String| {
        let attribute = MessageAttributeValue::builder().data_type("String").string_value(value);
        attribute.build().expect("a data type is all that an attribute requires")
    };
    let attributes = texts.into_iter().map(|(name, value)| (name, attribute(value)));
    Some(attributes.collect()).filter(|attributes: &HashMap<_, _>| !attributes.is_empty())
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self { way: self.way.clone(), of: PhantomData }
    }
}

impl<T: QueueMessage> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match &self.way {
            Way::Sqs { url, .. } => url,
            Way::Recording(_) => "recording",
        };
        f.debug_tuple("Queue").field(&T::QUEUE).field(&way).finish()
    }
}

impl<T: QueueMessage + Serialize + Sync + 'static> FromResources for Queue<T> {
    const GRANTS: &'static [Grant] = &[Grant::new(T::QUEUE, &["sqs:SendMessage"]).value(GrantValue::Url)];

    type Needs = Res<Sqs>;

    async fn from_resources(sqs: Res<Sqs>) -> Result<Self, Error> {
        let variable = T::QUEUE.to_uppercase();
        let url = std::env::var(&variable).map_err(|error| {
            format!("the variable {variable} does not have the URL of the queue `{}`: {error}", T::QUEUE)
        })?;
        Ok(Self::new(sqs.client().clone(), url))
    }
}
