//! Turns SQS messages into the event of a function.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A message as received from a queue.
#[derive(Clone, Debug, Default)]
pub struct QueueMessage {
    /// Its id.
    pub message_id: String,
    /// The handle with which this receipt is deleted.
    pub receipt_handle: String,
    /// The body as it was sent.
    pub body: String,
    /// The MD5 of the body, in hexadecimal.
    pub md5_of_body: String,
    /// When it was sent, in milliseconds since the beginning of 1970.
    pub sent: u64,
    /// When it was first received, in milliseconds since the beginning of 1970.
    pub first_received: u64,
    /// How often it was received, this time included.
    pub receive_count: u32,
    /// The id of the sender.
    pub sender_id: String,
    /// Its group, in a FIFO queue.
    pub group_id: Option<String>,
    /// Identifies duplicates, in a FIFO queue.
    pub deduplication_id: Option<String>,
    /// Its position, in a FIFO queue.
    pub sequence_number: Option<String>,
    /// The message attributes.
    pub attributes: BTreeMap<String, MessageAttribute>,
}

/// The value of a message attribute ([its types]).
///
/// [its types]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MessageAttribute {
    /// A text or a number, with its data type: `String`, `Number`, or one of these with a label, such as
    /// `String.json`.
    Text {
        /// The data type.
        data_type: String,
        /// The value.
        value: String,
    },
    /// Bytes, as base64, with the data type `Binary` or one with a label.
    Binary {
        /// The data type.
        data_type: String,
        /// The value.
        value: String,
    },
}

/// The event for a function that receives these messages of a queue ([its form]).
///
/// [its form]: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
pub fn queue_event(queue_arn: &str, messages: &[QueueMessage]) -> Value {
    let region = queue_arn.split(':').nth(3).unwrap_or_default();
    let records: Vec<Value> = messages.iter().map(|message| message.record(queue_arn, region)).collect();
    json!({ "Records": records })
}

impl QueueMessage {
    fn record(&self, queue_arn: &str, region: &str) -> Value {
        json!({
            "messageId": self.message_id,
            "receiptHandle": self.receipt_handle,
            "body": self.body,
            "attributes": self.system_attributes(),
            "messageAttributes": self.attributes.iter().map(|(name, of)| (name.clone(), of.to_value())).collect::<Map<_, _>>(),
            "md5OfBody": self.md5_of_body,
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": region,
        })
    }

    fn system_attributes(&self) -> Map<String, Value> {
        let always = [
            ("ApproximateReceiveCount", Some(self.receive_count.to_string())),
            ("SentTimestamp", Some(self.sent.to_string())),
            ("SenderId", Some(self.sender_id.clone())),
            ("ApproximateFirstReceiveTimestamp", Some(self.first_received.to_string())),
        ];
        let of_fifo = [
            ("SequenceNumber", self.sequence_number.clone()),
            ("MessageGroupId", self.group_id.clone()),
            ("MessageDeduplicationId", self.deduplication_id.clone()),
        ];
        let all = always.into_iter().chain(of_fifo);
        all.filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
    }
}

impl MessageAttribute {
    fn to_value(&self) -> Value {
        let (key, value, data_type) = match self {
            Self::Text { data_type, value } => ("stringValue", value, data_type),
            Self::Binary { data_type, value } => ("binaryValue", value, data_type),
        };
        json!({ key: value, "stringListValues": [], "binaryListValues": [], "dataType": data_type })
    }
}
