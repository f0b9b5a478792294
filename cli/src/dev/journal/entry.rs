//! The entries of the journal, as `--format json` prints them.
//!
//! In: a request, a call of a consumer, an event or a line of a function, as the gateway reports it. Out: its
//! entry, without events and answers.

use std::time::Duration;

use routegen_gateway::{DeliveryLog, EventFate, EventLog, RequestLog};
use routegen_spec::printable;
use serde::Serialize;
use serde_json::Value;

/// Something to print.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum JournalLine {
    Request(Answered),
    Delivery(Delivered),
    Event(Happened),
    Log(LogLine),
    LeftOut(LeftOut),
}

/// Requests and lines that came faster than they could be printed.
#[derive(Debug, Serialize)]
pub(crate) struct LeftOut {
    pub(super) entries: u64,
}

/// A request and its response.
#[derive(Debug, Serialize)]
pub(crate) struct Answered {
    pub(super) request_id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) route_key: Option<String>,
    pub(super) function: Option<String>,
    /// The id that the function's lines have too; the next field is the authorizer's.
    pub(super) invocation: Option<String>,
    pub(super) authorizer_invocation: Option<String>,
    /// [`RequestLog::UNANSWERED`] if the client left before the response; `error` mentions that too.
    pub(super) status: u16,
    pub(super) duration_ms: f64,
    pub(super) cold_start: bool,
    /// Why the function did not answer, or was not called. The gateway has made it printable.
    pub(super) error: Option<String>,
}

/// A call of a consumer.
#[derive(Debug, Serialize)]
pub(crate) struct Delivered {
    pub(super) function: String,
    pub(super) event_source: String,
    /// The id that the function's lines have too.
    pub(super) invocation: String,
    /// The ids of messages, the sequence numbers of records, or the id of the one event.
    pub(super) records: Vec<String>,
    pub(super) attempt: u32,
    pub(super) failed: Vec<String>,
    pub(super) error: Option<String>,
    /// The number of seconds until what failed is retried; `None` if it is not.
    pub(super) again_s: Option<f64>,
    pub(super) duration_ms: f64,
    pub(super) cold_start: bool,
}

/// What happened to a message, an event, a record or a schedule.
#[derive(Debug, Serialize)]
pub(crate) struct Happened {
    /// The queue, bus, table or function.
    pub(super) at: String,
    pub(super) id: String,
    pub(super) what: What,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum What {
    Sent { body: String },
    Filtered,
    DeadLetter { receives: u32 },
    Put { functions: Vec<String> },
    Due,
    Changed { functions: Vec<String> },
    GivenUp { attempts: u32 },
}

/// A line that a function wrote.
#[derive(Debug, Serialize)]
pub(crate) struct LogLine {
    pub(super) function: String,
    pub(super) invocation: Option<String>,
    /// A JSON value if the line is one, otherwise printable text.
    pub(super) line: Value,
}

impl From<DeliveryLog> for Delivered {
    fn from(log: DeliveryLog) -> Self {
        Self {
            function: log.function.to_string(),
            event_source: log.event_source.to_string(),
            invocation: log.invocation,
            records: log.records,
            attempt: log.attempt,
            failed: log.failed,
            error: log.error.map(|error| printable(&error).into_owned()),
            again_s: log.again.map(|again| again.as_secs_f64()),
            duration_ms: milliseconds(log.duration),
            cold_start: log.cold_start,
        }
    }
}

impl Happened {
    /// `None` for an event that this version does not know.
    pub(super) fn new(log: EventLog) -> Option<Self> {
        let what = match log.fate {
            EventFate::Sent { body } => What::Sent { body },
            EventFate::Filtered => What::Filtered,
            EventFate::DeadLetter { receives } => What::DeadLetter { receives },
            EventFate::Put { functions } => What::Put { functions },
            EventFate::Due => What::Due,
            EventFate::Changed { functions } => What::Changed { functions },
            EventFate::GivenUp { attempts } => What::GivenUp { attempts },
            _ => return None,
        };
        Some(Self { at: log.at.to_string(), id: log.id, what })
    }
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 1e2
}

impl From<RequestLog> for Answered {
    fn from(log: RequestLog) -> Self {
        Self {
            request_id: log.request_id,
            method: log.method,
            path: log.path,
            route_key: log.route_key,
            function: log.function.map(|function| function.to_string()),
            invocation: log.invocation,
            authorizer_invocation: log.authorizer_invocation,
            status: log.status,
            duration_ms: milliseconds(log.duration),
            cold_start: log.cold_start,
            error: log.error,
        }
    }
}

impl LogLine {
    pub(crate) fn new(function: &str, invocation: Option<String>, line: &str) -> Self {
        // Text that happens to be valid JSON, such as a number, stays text.
        let json: Option<Value> = serde_json::from_str(line).ok().filter(Value::is_object);
        // The gateway cannot attribute a line that comes after the answer; routegen's own log can.
        let says = || json.as_ref()?.get("requestId")?.as_str().map(str::to_owned);
        let invocation = invocation.or_else(says);
        Self {
            function: function.to_owned(),
            invocation,
            line: json.unwrap_or_else(|| printable(line).into()),
        }
    }
}
