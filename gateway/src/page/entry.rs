//! An entry of the log, and what the page is told of it.
//!
//! Credentials in the headers of an event are shortened. Events and answers that are too large are not kept.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::observe::{Observation, RequestLog};

/// The largest event or answer that is kept.
const PAYLOAD_BYTES: usize = 256 * 1024;

/// What an entry takes beside its texts, roughly.
const ENTRY_BYTES: usize = 512;

/// The headers whose values open something.
const CREDENTIALS: [&str; 4] = ["authorization", "proxy-authorization", "x-amz-security-token", "x-api-key"];

/// Something that happened.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) time: SystemTime,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// A request, without its event and its answer, which are beside it.
    Request {
        log: Box<RequestLog>,
        event: Option<Payload>,
        answer: Option<Payload>,
    },
    Line {
        function: Arc<str>,
        invocation: Option<String>,
        line: String,
    },
    Started {
        function: Arc<str>,
        process: u32,
    },
    Ended {
        function: Arc<str>,
        process: u32,
        reason: String,
    },
    /// The API is another one.
    Replaced,
    /// What was there before is forgotten.
    Cleared,
}

#[derive(Debug)]
pub(super) enum Payload {
    Kept(Bytes),
    TooLarge(usize),
}

impl What {
    pub(super) fn of(observation: &Observation) -> Self {
        match observation {
            Observation::Request(log) => {
                let (event, answer) = (log.event.as_ref(), log.answer.as_ref());
                Self::Request {
                    event: event.map(|bytes| Payload::of(bytes)),
                    answer: answer.map(|bytes| Payload::of(bytes)),
                    log: Box::new(RequestLog { event: None, answer: None, ..(**log).clone() }),
                }
            }
            Observation::Log { function, invocation, line } => {
                Self::Line { function: function.clone(), invocation: invocation.clone(), line: line.clone() }
            }
            Observation::ProcessStarted { function, process } => {
                Self::Started { function: function.clone(), process: *process }
            }
            Observation::ProcessEnded { function, process, reason } => {
                Self::Ended { function: function.clone(), process: *process, reason: reason.clone() }
            }
        }
    }
}

impl Payload {
    /// A copy, because bytes that came from a client or a function may be a part of a much larger buffer.
    fn of(bytes: &[u8]) -> Self {
        match bytes.len() {
            length if length > PAYLOAD_BYTES => Self::TooLarge(length),
            _ => Self::Kept(Bytes::copy_from_slice(bytes)),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Kept(bytes) => bytes.len(),
            Self::TooLarge(_) => 0,
        }
    }

    fn describe(&self) -> Value {
        match self {
            Self::Kept(bytes) => {
                let text = || Value::from(String::from_utf8_lossy(bytes));
                json!({ "json": serde_json::from_slice(bytes).unwrap_or_else(|_| text()) })
            }
            Self::TooLarge(length) => json!({ "bytes": length }),
        }
    }
}

impl Entry {
    pub(super) fn is_request(&self) -> bool {
        matches!(self.what, What::Request { .. })
    }

    /// What it holds of the memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        let texts = match &self.what {
            What::Request { log, event, answer } => {
                let payloads = [event, answer].into_iter().flatten().map(Payload::bytes).sum::<usize>();
                let error = log.error.as_ref().map_or(0, String::len);
                payloads + log.path.len() + log.method.len() + error
            }
            What::Line { line, .. } => line.len(),
            What::Ended { reason, .. } => reason.len(),
            What::Started { .. } | What::Replaced | What::Cleared => 0,
        };
        ENTRY_BYTES + texts
    }

    /// What the page is told.
    pub(super) fn describe(&self) -> Value {
        let mut value = match &self.what {
            What::Request { log, event, answer } => json!({
                "kind": "request",
                "request_id": log.request_id,
                "method": log.method,
                "path": log.path,
                "route_key": log.route_key,
                "function": log.function.as_deref(),
                "invocation": log.invocation,
                "authorizer_invocation": log.authorizer_invocation,
                "status": log.status,
                "milliseconds": log.duration.as_secs_f64() * 1_000.0,
                "cold_start": log.cold_start,
                "error": log.error,
                "event": event.as_ref().map(|event| without_credentials(event.describe())),
                "answer": answer.as_ref().map(Payload::describe),
            }),
            What::Line { function, invocation, line } => {
                json!({ "kind": "line", "function": **function, "invocation": invocation, "line": line })
            }
            What::Started { function, process } => {
                json!({ "kind": "started", "function": **function, "process": process })
            }
            What::Ended { function, process, reason } => {
                json!({ "kind": "ended", "function": **function, "process": process, "reason": reason })
            }
            What::Replaced => json!({ "kind": "replaced" }),
            What::Cleared => json!({ "kind": "cleared" }),
        };
        let time = self.time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1_000.0;
        value["time"] = time.round().into();
        value
    }
}

fn without_credentials(mut event: Value) -> Value {
    if let Some(headers) = event.pointer_mut("/json/headers").and_then(Value::as_object_mut) {
        for name in CREDENTIALS {
            if let Some(Value::String(value)) = headers.get_mut(name) {
                *value = shortened(value);
            }
        }
    }
    event
}

/// Enough of a long value to tell it from others, and nothing of a short one but its scheme.
fn shortened(value: &str) -> String {
    let (scheme, secret) = value.split_once(' ').map_or(("", value), |(scheme, secret)| (scheme, secret));
    let space = if scheme.is_empty() { "" } else { " " };
    let letters = secret.chars().count();
    if letters < 64 {
        return format!("{scheme}{space}…");
    }
    let start: String = secret.chars().take(8).collect();
    let end: String = secret.chars().skip(letters - 4).collect();
    format!("{scheme}{space}{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_shortened_and_short_ones_hidden() {
        let token = format!("eyJhbGci{}abcd", "x".repeat(200));
        for (value, shown) in [
            (format!("Bearer {token}"), "Bearer eyJhbGci…abcd"),
            (token, "eyJhbGci…abcd"),
            ("Basic dXNlcjpwYXNz".to_owned(), "Basic …"),
            ("hunter2".to_owned(), "…"),
            (String::new(), "…"),
            ("ä".repeat(64), "ääääääää…ääää"),
        ] {
            assert_eq!(shortened(&value), shown);
        }
        let event = json!({ "json": { "headers": { "x-api-key": "k", "accept": "*/*" } } });
        let shown = json!({ "json": { "headers": { "x-api-key": "…", "accept": "*/*" } } });
        assert_eq!(without_credentials(event), shown);
    }

    #[test]
    fn what_is_too_large_is_told_by_its_size_and_what_is_not_json_as_text() {
        let large = Payload::of(&vec![b' '; PAYLOAD_BYTES + 1]);
        assert_eq!((large.bytes(), large.describe()), (0, json!({ "bytes": PAYLOAD_BYTES + 1 })));
        assert_eq!(Payload::of(b"no {").describe(), json!({ "json": "no {" }));
        assert_eq!(Payload::of(b"{\"a\":1}").describe(), json!({ "json": { "a": 1 } }));
    }
}
