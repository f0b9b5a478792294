//! The paths on which scripts, SQS clients and the page send events to consumers, and see how many are
//! waiting.
//!
//! In: a request below `/_routegen/events` or `/_routegen/sqs`. Out: its answer as JSON. What was sent can
//! be counted here, not read.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use hyper::{
    HeaderMap, Method, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HOST, HeaderValue},
};
use percent_encoding::percent_decode_str;
use routegen_spec::EventSource;
use serde_json::{Map, Value, json};

use super::{
    hub::{EventError, Hub, SendError},
    queue::{NotSent, Outgoing},
    sqs,
};
use crate::reserved;

/// Answers a request, whose `query` has no `?`; `None` for any other path.
pub(crate) fn answer(
    hub: &Hub,
    scheme: &str,
    (method, path, query): (&Method, &str, &str),
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Response<Bytes>> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let base = format!("{scheme}://{host}{}", reserved::SQS);
    // Clients post to the endpoint, or to the URL of a queue.
    if below(path, reserved::SQS).is_some() {
        return Some(match *method {
            Method::POST => sqs::answer(hub, &base, headers, body),
            _ => not_allowed("POST"),
        });
    }
    let rest = below(path, reserved::EVENTS)?;
    let names: Vec<&str> = rest.iter().map(String::as_str).collect();
    let query = fields(query);
    let outcome = match (method, names.as_slice()) {
        (&Method::GET, []) => return Some(json_answer(StatusCode::OK, &describe(hub, &base))),
        (_, []) => return Some(not_allowed("GET")),
        (&Method::POST, ["queues", name]) => send(hub, name, &query, body),
        (&Method::POST, ["bus"]) => put(hub, &query, body),
        (&Method::POST, ["schedules", name]) => {
            hub.fire(name).map(|id| json!({ "id": id, "functions": [name] })).map_err(Refused::from)
        }
        (&Method::POST, ["streams", table]) => change(hub, table, body),
        (&Method::POST, ["dead-letters", of]) => hub
            .revive(of, query.get("id").map(String::as_str))
            .map(|sent| json!({ "sent_again": sent }))
            .map_err(Refused::from),
        (_, ["queues" | "schedules" | "streams" | "dead-letters", _] | ["bus"]) => {
            return Some(not_allowed("POST"));
        }
        _ => return None,
    };
    Some(match outcome {
        Ok(value) => json_answer(StatusCode::ACCEPTED, &value),
        Err(Refused { status, message }) => json_answer(status, &json!({ "message": message })),
    })
}

struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }
}

impl From<EventError> for Refused {
    fn from(error: EventError) -> Self {
        let status = match error {
            EventError::Unknown { .. } => StatusCode::NOT_FOUND,
            EventError::Invalid(_) => StatusCode::BAD_REQUEST,
            EventError::Full => StatusCode::TOO_MANY_REQUESTS,
        };
        Self { status, message: error.to_string() }
    }
}

impl From<SendError> for Refused {
    fn from(error: SendError) -> Self {
        let status = match error {
            SendError::Unknown(_) => StatusCode::NOT_FOUND,
            SendError::NotSent(NotSent::Full) => StatusCode::TOO_MANY_REQUESTS,
            SendError::NotSent(_) => StatusCode::BAD_REQUEST,
        };
        Self { status, message: error.to_string() }
    }
}

/// The decoded segments of a path below another one; `None` if it is not below it.
fn below(path: &str, root: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix(root)?;
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let segments = rest.split('/').filter(|segment| !segment.is_empty());
    Some(segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect())
}

fn fields(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn send(hub: &Hub, name: &str, query: &BTreeMap<String, String>, body: &[u8]) -> Result<Value, Refused> {
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

fn put(hub: &Hub, query: &BTreeMap<String, String>, body: &[u8]) -> Result<Value, Refused> {
    let event: Value = serde_json::from_slice(body)
        .map_err(|error| Refused::bad(format!("an event is a JSON object: {error}")))?;
    let (id, functions) = hub.put_event(query.get("bus").map(String::as_str), &event)?;
    Ok(json!({ "id": id, "functions": functions }))
}

/// Reads `{"new": {…}, "old": {…}, "keys": {…}}`. Without `new`, the item was removed; without `old`, it
/// was added.
fn change(hub: &Hub, table: &str, body: &[u8]) -> Result<Value, Refused> {
    let change: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
        Refused::bad(format!("a change is a JSON object with `new`, `old` or both: {error}"))
    })?;
    if let Some(other) = change.keys().find(|key| !["new", "old", "keys"].contains(&key.as_str())) {
        return Err(Refused::bad(format!("a change has `new`, `old` and `keys`, and no `{other}`")));
    }
    let image = |key: &str| match change.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(image)) => Ok(Some(image.clone())),
        Some(_) => Err(Refused::bad(format!("`{key}` is an object"))),
    };
    let keys = image("keys")?.unwrap_or_default();
    let (id, functions) = hub.change(table, keys, (image("old")?, image("new")?))?;
    Ok(json!({ "id": id, "functions": functions }))
}

/// The consumers, and how much is waiting for them.
fn describe(hub: &Hub, base: &str) -> Value {
    let queues: BTreeMap<_, _> = hub.queues().into_iter().collect();
    let consumers = hub.consumers().into_iter().map(|consumer| {
        let name = &*consumer.function.name;
        let (waiting, given_up) = hub.pending(name);
        json!({
            "function": name,
            "kind": consumer.source.kind().as_str(),
            "event_source": *consumer.described,
            "resource": consumer.source.resource(),
            "enabled": !matches!(&consumer.source, EventSource::Schedule(schedule) if !schedule.enabled),
            "waiting": waiting,
            "given_up": given_up,
        })
    });
    let consumers: Vec<Value> = consumers.collect();
    let queues: Vec<Value> = queues
        .into_iter()
        .map(|(name, counts)| {
            let fifo = hub.queue(&name).is_some_and(|(_, fifo)| fifo);
            json!({
                "name": name, "url": sqs::url(base, &name, fifo), "fifo": fifo, "waiting": counts.waiting,
                "in_flight": counts.in_flight, "delayed": counts.delayed, "dead_letters": counts.dead,
            })
        })
        .collect();
    json!({ "consumers": consumers, "queues": queues, "sqs_endpoint": base })
}

fn json_answer(status: StatusCode, value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn not_allowed(allowed: &'static str) -> Response<Bytes> {
    let mut response = json_answer(
        StatusCode::METHOD_NOT_ALLOWED,
        &json!({ "message": format!("this path takes {allowed}") }),
    );
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}
