//! An entry of the log, and its description for the page.
//!
//! Credentials and cookies are shortened. Events and answers that are too large are not kept.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use routegen_spec::printable;
use serde_json::{Value, json};

use super::credentials::Credentials;
use crate::observe::{DeliveryLog, EventFate, EventLog, Observation, RequestLog};

/// The largest event or answer that is kept.
const PAYLOAD_BYTES: usize = 256 * 1024;

/// The approximate size of an entry besides its texts.
const ENTRY_BYTES: usize = 512;

/// Something that happened.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) time: SystemTime,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// A request without its event and its answer, which are stored separately.
    Request {
        log: Box<RequestLog>,
        event: Option<Payload>,
        answer: Option<Payload>,
    },
    /// A call of a consumer, in the same form.
    Delivery {
        log: Box<DeliveryLog>,
        event: Payload,
        answer: Option<Payload>,
    },
    Event(Box<EventLog>),
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
    /// The API was replaced.
    Replaced,
    /// Earlier entries were deleted.
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
            Observation::Delivery(log) => Self::Delivery {
                event: Payload::of(&log.event),
                answer: log.answer.as_ref().map(|bytes| Payload::of(bytes)),
                log: Box::new(DeliveryLog { event: Bytes::new(), answer: None, ..(**log).clone() }),
            },
            Observation::Event(log) => {
                let mut log = log.clone();
                if let EventFate::Sent { body } = &mut log.fate
                    && body.len() > PAYLOAD_BYTES
                {
                    *body = format!("{} bytes", body.len());
                }
                Self::Event(log)
            }
        }
    }
}

impl Payload {
    /// Copies the bytes, because they may be a part of a much larger buffer from a client or a function.
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

    fn describe(&self, credentials: &Credentials) -> Value {
        match self {
            Self::Kept(bytes) => {
                let text = || Value::from(String::from_utf8_lossy(bytes));
                let value = serde_json::from_slice(bytes).unwrap_or_else(|_| text());
                json!({ "json": credentials.hide(value) })
            }
            Self::TooLarge(length) => json!({ "bytes": length }),
        }
    }
}

impl Entry {
    pub(super) fn is_request(&self) -> bool {
        matches!(self.what, What::Request { .. } | What::Delivery { .. })
    }

    /// Its approximate size in memory.
    pub(super) fn bytes(&self) -> usize {
        let texts = match &self.what {
            What::Request { log, event, answer } => {
                let payloads = [event, answer].into_iter().flatten().map(Payload::bytes).sum::<usize>();
                let error = log.error.as_ref().map_or(0, String::len);
                payloads + log.path.len() + log.method.len() + error
            }
            What::Delivery { log, event, answer } => {
                let ids = log.records.iter().chain(&log.failed).map(|id| id.len() + 24).sum::<usize>();
                event.bytes() + answer.as_ref().map_or(0, Payload::bytes) + ids
            }
            What::Event(log) => match &log.fate {
                EventFate::Sent { body } => body.len(),
                _ => 0,
            },
            What::Line { line, .. } => line.len(),
            What::Ended { reason, .. } => reason.len(),
            What::Started { .. } | What::Replaced | What::Cleared => 0,
        };
        ENTRY_BYTES + texts
    }

    /// Its description for the page.
    pub(super) fn describe(&self, credentials: &Credentials) -> Value {
        let mut value = match &self.what {
            What::Request { log, event, answer } => json!({
                "kind": "request",
                "request_id": log.request_id,
                "method": printable(&log.method),
                "path": printable(&credentials.hide_in_target(&log.path)),
                "route_key": log.route_key,
                "function": log.function.as_deref(),
                "invocation": log.invocation,
                "authorizer_invocation": log.authorizer_invocation,
                "status": log.status,
                "milliseconds": log.duration.as_secs_f64() * 1_000.0,
                "cold_start": log.cold_start,
                "error": log.error,
                "event": event.as_ref().map(|event| event.describe(credentials)),
                "answer": answer.as_ref().map(|answer| answer.describe(credentials)),
            }),
            What::Delivery { log, event, answer } => json!({
                "kind": "delivery",
                "function": *log.function,
                "event_source": *log.event_source,
                "invocation": log.invocation,
                "records": log.records,
                "attempt": log.attempt,
                "failed": log.failed,
                "error": log.error.as_deref().map(printable),
                "again_in": log.again.map(|again| again.as_secs_f64()),
                "milliseconds": log.duration.as_secs_f64() * 1_000.0,
                "cold_start": log.cold_start,
                "event": event.describe(credentials),
                "answer": answer.as_ref().map(|answer| answer.describe(credentials)),
            }),
            What::Event(log) => json!({
                "kind": "event", "at": *log.at, "id": printable(&log.id), "fate": fate(&log.fate),
            }),
            What::Line { function, invocation, line } => {
                json!({ "kind": "line", "function": **function, "invocation": invocation, "line": printable(line) })
            }
            What::Started { function, process } => {
                json!({ "kind": "started", "function": **function, "process": process })
            }
            What::Ended { function, process, reason } => {
                json!({ "kind": "ended", "function": **function, "process": process, "reason": printable(reason) })
            }
            What::Replaced => json!({ "kind": "replaced" }),
            What::Cleared => json!({ "kind": "cleared" }),
        };
        let time = self.time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1_000.0;
        value["time"] = time.round().into();
        value
    }
}

fn fate(fate: &EventFate) -> Value {
    match fate {
        EventFate::Sent { body } => json!({ "sent": body }),
        EventFate::Filtered => json!("filtered"),
        EventFate::DeadLetter { receives } => json!({ "dead_letter": receives }),
        EventFate::Put { functions } => json!({ "put": functions }),
        EventFate::Due => json!("due"),
        EventFate::Changed { functions } => json!({ "changed": functions }),
        EventFate::GivenUp { attempts } => json!({ "given_up": attempts }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_told_by_its_size_and_what_is_not_json_as_text() {
        let large = Payload::of(&vec![b' '; PAYLOAD_BYTES + 1]);
        assert_eq!(
            (large.bytes(), large.describe(&Credentials::default())),
            (0, json!({ "bytes": PAYLOAD_BYTES + 1 }))
        );
        assert_eq!(Payload::of(b"no {").describe(&Credentials::default()), json!({ "json": "no {" }));
        assert_eq!(
            Payload::of(b"{\"a\":1}").describe(&Credentials::default()),
            json!({ "json": { "a": 1 } })
        );
    }
}
