//! SQS queues. What happens to a message is in `queue`, next to this folder.

use std::time::Duration;

use routegen_apigw::consumer::QueueMessage;
use routegen_spec::QueueSource;
use serde_json::{Value, json};

use super::{
    super::{consumer, hub::Hub, md5, queue::Outgoing},
    posted::{Query, Refused},
    sample::Sample,
};

pub(super) fn path(source: &QueueSource) -> String {
    format!("queues/{}", source.queue)
}

/// Sends the body as a message.
pub(super) fn receive(hub: &Hub, name: &str, query: &Query, body: &[u8]) -> Result<Value, Refused> {
    let text = std::str::from_utf8(body).map_err(|_| Refused::bad("a message is a text in UTF-8"))?;
    let delay = query.get("delay").map(|delay| delay.parse::<u64>());
    let delay = delay.transpose().map_err(|_| Refused::bad("`delay` is a whole number of seconds"))?;
    let outgoing = Outgoing {
        body: text.to_owned(),
        group: query.get("group").cloned(),
        deduplication: query.get("deduplication_id").cloned(),
        delay: Duration::from_secs(delay.unwrap_or_default()),
        ..Outgoing::default()
    };
    let sent = hub.send(name, outgoing)?;
    Ok(json!({ "id": sent.id, "duplicate": sent.duplicate }))
}

pub(super) fn sample(
    source: &QueueSource,
    body: &str,
    Sample { ids, millis, region, .. }: &Sample<'_>,
) -> Value {
    let message = QueueMessage {
        message_id: ids.invocation(),
        receipt_handle: ids.invocation(),
        body: body.to_owned(),
        md5_of_body: md5::of_body(body),
        sent: *millis,
        first_received: *millis,
        receive_count: 1,
        sender_id: "routegen".to_owned(),
        group_id: source.fifo.then(|| "local".to_owned()),
        deduplication_id: source.fifo.then(|| ids.invocation()),
        sequence_number: source.fifo.then(|| format!("{millis:020}")),
        ..QueueMessage::default()
    };
    let queue = consumer::full_name(source.queue.as_str(), source.fifo);
    consumer::of_messages(region, &queue, &[message])
}
