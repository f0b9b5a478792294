//! The protocol of SQS clients (AWS JSON), as far as sending requires it.
//!
//! In: a request with its target and its body. Out: an answer, or an error with SQS's code. Credentials and
//! signatures are ignored. Nothing can be read here: a program that may send must not see what others have
//! sent.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use routegen_apigw::consumer::MessageAttribute;
use routegen_spec::limits;
use serde_json::{Map, Value, json};

use super::{
    consumer::{full_name, queue_arn},
    hub::{Hub, SendError},
    md5,
    queue::{NotSent, Outgoing, Sent},
};
use crate::reserved;

/// The account in the URLs of local queues.
const ACCOUNT: &str = "000000000000";

const TARGET: &str = "x-amz-target";
const SERVICE: &str = "AmazonSQS.";
const CONTENT: &str = "application/x-amz-json-1.0";

/// An error with its code in the JSON protocol and in the older one, which some clients look for.
#[derive(Debug, Eq, PartialEq)]
struct Refused {
    code: &'static str,
    query_code: &'static str,
    message: String,
}

impl Refused {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, query_code: code, message: message.into() }
    }
}

impl From<SendError> for Refused {
    fn from(error: SendError) -> Self {
        let message = error.to_string();
        match error {
            SendError::Unknown(_) => Self {
                code: "QueueDoesNotExist",
                query_code: "AWS.SimpleQueueService.NonExistentQueue",
                message,
            },
            SendError::NotSent(NotSent::NoGroup) => {
                Self { code: "MissingParameter", query_code: "MissingParameter", message }
            }
            SendError::NotSent(NotSent::Character(_)) => Self::new("InvalidMessageContents", message),
            SendError::NotSent(NotSent::Full) => Self::new("OverLimit", message),
            SendError::NotSent(_) => Self::new("InvalidParameterValue", message),
        }
    }
}

/// Answers a client. `base` is the address of this endpoint as the client sees it.
pub(super) fn answer(hub: &Hub, base: &str, headers: &HeaderMap, body: &[u8]) -> Response<Bytes> {
    let outcome = operation(headers).and_then(|operation| {
        let input: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|error| Refused::new("SerializationException", error.to_string()))?;
        match operation {
            "SendMessage" => send(hub, &input),
            "SendMessageBatch" => send_batch(hub, &input),
            "GetQueueUrl" => find(hub, base, &input),
            "GetQueueAttributes" => attributes(hub, &input),
            "ListQueues" => Ok(list(hub, base)),
            other => Err(Refused {
                query_code: "AWS.SimpleQueueService.UnsupportedOperation",
                ..Refused::new(
                    "UnsupportedOperation",
                    format!("the local queues only accept messages: `{other}` is not supported"),
                )
            }),
        }
    });
    let (status, value, code) = match outcome {
        Ok(value) => (StatusCode::OK, value, None),
        Err(Refused { code, query_code, message }) => {
            let value = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": message });
            (StatusCode::BAD_REQUEST, value, HeaderValue::from_str(&format!("{query_code};Sender")).ok())
        }
    };
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT));
    if let Some(code) = code {
        response.headers_mut().insert(HeaderName::from_static("x-amzn-query-error"), code);
    }
    response
}

fn operation(headers: &HeaderMap) -> Result<&str, Refused> {
    let target = headers.get(TARGET).and_then(|target| target.to_str().ok());
    let unknown = || {
        let why = "the local queues require the AWS JSON protocol, and the request has no `x-amz-target`: \
                   update the client";
        Refused::new("InvalidAction", why)
    };
    target.and_then(|target| target.strip_prefix(SERVICE)).ok_or_else(unknown)
}

fn text<'a>(input: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    input.get(key).and_then(Value::as_str)
}

fn required<'a>(input: &'a Map<String, Value>, key: &str) -> Result<&'a str, Refused> {
    text(input, key).ok_or_else(|| Refused::new("MissingParameter", format!("the request has no `{key}`")))
}

/// The name of the queue in its URL; an error for a queue of another endpoint, such as AWS's.
fn queue_name(input: &Map<String, Value>) -> Result<&str, Refused> {
    let url = required(input, "QueueUrl")?;
    let name = url.rsplit_once('/').map_or(url, |(_, name)| name);
    let is_of_aws = url.split('/').nth(2).is_some_and(|host| host.contains("amazonaws."));
    if is_of_aws {
        let message = format!(
            "`{url}` is a queue of AWS, and this is the endpoint of the local ones: unset AWS_ENDPOINT_URL_SQS"
        );
        return Err(Refused { message, ..SendError::Unknown(Vec::new()).into() });
    }
    Ok(name)
}

fn send(hub: &Hub, input: &Map<String, Value>) -> Result<Value, Refused> {
    let name = queue_name(input)?;
    let outgoing = outgoing(input)?;
    let attributes = md5::of_attributes(&outgoing.attributes);
    let sent = hub.send(name, outgoing)?;
    Ok(Value::Object(told(sent, attributes)))
}

fn told(sent: Sent, attributes: Option<String>) -> Map<String, Value> {
    let fields = [
        ("MessageId", Some(sent.id)),
        ("MD5OfMessageBody", Some(sent.md5)),
        ("MD5OfMessageAttributes", attributes),
        ("SequenceNumber", sent.sequence),
    ];
    fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.into()))).collect()
}

fn send_batch(hub: &Hub, input: &Map<String, Value>) -> Result<Value, Refused> {
    let name = queue_name(input)?;
    let entries = input.get("Entries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if entries.is_empty() {
        let query_code = "AWS.SimpleQueueService.EmptyBatchRequest";
        return Err(Refused { query_code, ..Refused::new("EmptyBatchRequest", "the batch has no entries") });
    }
    if !limits::SEND_BATCH.contains(&entries.len()) {
        let message =
            format!("the batch has {} entries, and SQS takes {}", entries.len(), limits::SEND_BATCH.end());
        let query_code = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
        return Err(Refused { query_code, ..Refused::new("TooManyEntriesInBatchRequest", message) });
    }
    let id = |entry: &Value| entry.get("Id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut ids: Vec<String> = entries.iter().map(id).collect();
    ids.sort();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        let query_code = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
        let error = Refused::new("BatchEntryIdsNotDistinct", "two entries of the batch have the same id");
        return Err(Refused { query_code, ..error });
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    let mut read = Vec::new();
    for entry in entries {
        let outgoing =
            entry.as_object().ok_or_else(|| Refused::new("InvalidParameterValue", "an entry is an object"));
        let outgoing = outgoing.and_then(self::outgoing);
        bytes += outgoing.as_ref().map_or(0, Outgoing::size);
        read.push((id(entry), outgoing));
    }
    if bytes > limits::MESSAGE_BYTES {
        let message =
            format!("the messages of the batch are larger than {} bytes together", limits::MESSAGE_BYTES);
        let query_code = "AWS.SimpleQueueService.BatchRequestTooLong";
        return Err(Refused { query_code, ..Refused::new("BatchRequestTooLong", message) });
    }
    for (id, outgoing) in read {
        let sent = outgoing.and_then(|outgoing| {
            let attributes = md5::of_attributes(&outgoing.attributes);
            Ok(told(hub.send(name, outgoing)?, attributes))
        });
        match sent {
            Ok(mut sent) => {
                sent.insert("Id".to_owned(), id.into());
                successful.push(Value::Object(sent));
            }
            // If the queue does not exist, the whole request fails, not single entries.
            Err(error) if error.code == "QueueDoesNotExist" => return Err(error),
            Err(error) => failed.push(json!({
                "Id": id, "SenderFault": true, "Code": error.query_code, "Message": error.message,
            })),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn outgoing(input: &Map<String, Value>) -> Result<Outgoing, Refused> {
    let attributes = input.get("MessageAttributes").and_then(Value::as_object).into_iter().flatten();
    let attributes: Result<BTreeMap<_, _>, Refused> =
        attributes.map(|(name, of)| Ok((name.clone(), attribute(name, of)?))).collect();
    let delay = match input.get("DelaySeconds") {
        None | Some(Value::Null) => 0,
        Some(delay) => delay.as_u64().ok_or_else(|| {
            Refused::new("InvalidParameterValue", "`DelaySeconds` is a whole number of seconds from 0 to 900")
        })?,
    };
    Ok(Outgoing {
        body: required(input, "MessageBody")?.to_owned(),
        attributes: attributes?,
        group: text(input, "MessageGroupId").map(str::to_owned),
        deduplication: text(input, "MessageDeduplicationId").map(str::to_owned),
        delay: Duration::from_secs(delay),
    })
}

fn attribute(name: &str, of: &Value) -> Result<MessageAttribute, Refused> {
    let text = |key: &str| of.get(key).and_then(Value::as_str);
    let wrong = |what: &str| Refused::new("InvalidParameterValue", format!("the attribute `{name}` {what}"));
    let data_type = text("DataType").ok_or_else(|| wrong("has no `DataType`"))?.to_owned();
    let kind = data_type.split('.').next().unwrap_or_default();
    match (kind, text("StringValue"), text("BinaryValue")) {
        ("String" | "Number", Some(value), None) => {
            Ok(MessageAttribute::Text { value: value.to_owned(), data_type })
        }
        ("Binary", None, Some(value)) if STANDARD.decode(value).is_err() => {
            Err(wrong("has a `BinaryValue` that is not base64"))
        }
        ("Binary", None, Some(value)) => Ok(MessageAttribute::Binary { value: value.to_owned(), data_type }),
        ("String" | "Number" | "Binary", ..) => {
            Err(wrong("requires the value of its type: `BinaryValue` for `Binary`, otherwise `StringValue`"))
        }
        _ => Err(wrong("has a type other than `String`, `Number` and `Binary`")),
    }
}

/// The endpoint for SQS clients of a gateway with this [origin](crate::Gateway::origin).
pub fn sqs_endpoint(origin: &str) -> String {
    format!("{origin}{}", reserved::SQS)
}

/// The URL with which SQS clients send to a queue of a gateway with this [origin](crate::Gateway::origin).
pub fn queue_url(origin: &str, queue: &str, fifo: bool) -> String {
    url(&sqs_endpoint(origin), queue, fifo)
}

pub(super) fn url(base: &str, name: &str, fifo: bool) -> String {
    format!("{base}/{ACCOUNT}/{}", full_name(name, fifo))
}

fn find(hub: &Hub, base: &str, input: &Map<String, Value>) -> Result<Value, Refused> {
    let name = required(input, "QueueName")?;
    let (name, fifo) = hub.queue(name).ok_or(SendError::Unknown(Vec::new()))?;
    Ok(json!({ "QueueUrl": url(base, &name, fifo) }))
}

fn list(hub: &Hub, base: &str) -> Value {
    let names = hub.queues().into_iter().filter_map(|(name, _)| hub.queue(&name));
    json!({ "QueueUrls": names.map(|(name, fifo)| url(base, &name, fifo)).collect::<Vec<_>>() })
}

fn attributes(hub: &Hub, input: &Map<String, Value>) -> Result<Value, Refused> {
    let (name, fifo) = hub.queue(queue_name(input)?).ok_or(SendError::Unknown(Vec::new()))?;
    let counts = hub.queues().into_iter().find(|(queue, _)| *queue == name).unwrap_or_default().1;
    let arn = queue_arn(&hub.region(), &full_name(&name, fifo));
    let all = [
        ("QueueArn", arn),
        ("ApproximateNumberOfMessages", counts.waiting.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
    ];
    let asked = input.get("AttributeNames").and_then(Value::as_array);
    let is_asked = |name: &str| asked.is_some_and(|asked| asked.iter().any(|of| of == name || of == "All"));
    let found: Map<String, Value> = all
        .into_iter()
        .filter(|(name, _)| is_asked(name))
        .map(|(name, of)| (name.to_owned(), of.into()))
        .collect();
    Ok(json!({ "Attributes": found }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use routegen_spec::{EventSource, QueueSource};

    use super::*;
    use crate::{events::consumer::DeployedConsumer, observe::Observer};

    fn hub() -> Arc<Hub> {
        let hub = Hub::new(Arc::default(), Observer::default(), None);
        let source = EventSource::Queue(QueueSource::new("orders".parse().unwrap()));
        hub.deploy("eu-central-1", &[DeployedConsumer::idle("on-order", source)]);
        hub
    }

    /// A batch of two messages whose attributes and bodies have so many bytes.
    fn batch(attribute: usize, body: usize) -> Result<Value, Refused> {
        let value = json!({ "note": { "DataType": "String", "StringValue": "a".repeat(attribute) } });
        let entry = |id| json!({ "Id": id, "MessageBody": "b".repeat(body), "MessageAttributes": value });
        let input = json!({ "QueueUrl": "http://localhost/0/orders", "Entries": [entry("1"), entry("2")] });
        send_batch(&hub(), input.as_object().unwrap())
    }

    #[test]
    fn the_size_of_a_batch_is_that_of_its_bodies_and_attributes() {
        let half = limits::MESSAGE_BYTES / 2 - "noteString".len();
        for (attribute, body) in [(half - 1, 1), (1, half - 1)] {
            let sent = batch(attribute, body).unwrap();
            assert_eq!(sent["Successful"].as_array().map(Vec::len), Some(2), "{sent}");
            let refused = [batch(attribute + 1, body), batch(attribute, body + 1)];
            assert!(refused.iter().all(|of| of.as_ref().is_err_and(|of| of.code == "BatchRequestTooLong")));
        }
    }

    #[test]
    fn a_binary_value_is_base64() {
        let attribute =
            |value: &str| super::attribute("b", &json!({ "DataType": "Binary", "BinaryValue": value }));
        attribute("AAE=").unwrap();
        for value in ["AAE", "no base64", "AA\nE="] {
            assert_eq!(attribute(value).unwrap_err().code, "InvalidParameterValue", "{value:?}");
        }
    }
}
