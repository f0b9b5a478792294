//! The paths on which scripts, SQS clients and the page send events to consumers, and see how many are
//! waiting.
//!
//! In: a request below `/_routegen/events` or `/_routegen/sqs`. Out: its answer as JSON. What was sent can
//! be counted here, not read.

use std::collections::BTreeMap;

use bytes::Bytes;
use hyper::{
    HeaderMap, Method, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HOST, HeaderValue},
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    hub::Hub,
    kinds::{self, Refused},
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
        (_, ["dead-letters", _]) if method != Method::POST => return Some(not_allowed("POST")),
        (_, ["dead-letters", of]) => hub
            .revive(of, query.get("id").map(String::as_str))
            .map(|sent| json!({ "sent_again": sent }))
            .map_err(Refused::from),
        (_, names) => {
            let (receive, name) = kinds::receiver(names)?;
            if method != Method::POST {
                return Some(not_allowed("POST"));
            }
            receive(hub, name, &query, body)
        }
    };
    Some(match outcome {
        Ok(value) => json_answer(StatusCode::ACCEPTED, &value),
        Err(Refused { status, message }) => json_answer(status, &json!({ "message": message })),
    })
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
            "enabled": consumer.source.is_enabled(),
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
