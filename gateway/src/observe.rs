//! What happens in a gateway, for logs and pages.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

/// Something that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields' names say it, where nothing else does")]
pub enum Observation {
    /// A request was answered, or its client went before.
    Request(Box<RequestLog>),
    /// A function wrote a line, which may have in it what a terminal obeys. `function` is the process's name where several invocations are in flight.
    Log { function: Arc<str>, invocation: Option<String>, line: String },
    /// A process was started.
    ProcessStarted { function: Arc<str>, process: u32 },
    /// A process ended, and was reaped.
    ProcessEnded { function: Arc<str>, process: u32, reason: String },
    /// A consumer was called, and has ended.
    Delivery(Box<DeliveryLog>),
    /// Something happened to a message, an event, a record or a schedule, beside a call.
    Event(Box<EventLog>),
}

/// A call of a consumer, and what came of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeliveryLog {
    /// The function.
    pub function: Arc<str>,
    /// What called it, for people: `queue orders`.
    pub event_source: Arc<str>,
    /// Lambda's id of the invocation, as the function's log has it.
    pub invocation: String,
    /// The ids of what it was called with: messages, records of a stream by their sequence numbers, or the one event.
    pub records: Vec<String>,
    /// Which attempt it was, from 1; of several messages the highest.
    pub attempt: u32,
    /// Those of `records` that failed.
    pub failed: Vec<String>,
    /// Why all of them failed, where the function gave no answer that says it of each.
    pub error: Option<String>,
    /// After how long what failed is tried again; nothing where it is not.
    pub again: Option<Duration>,
    /// How long it took.
    pub duration: Duration,
    /// Whether an environment was made for it.
    pub cold_start: bool,
    /// The event.
    pub event: Bytes,
    /// The function's answer.
    pub answer: Option<Bytes>,
}

/// What happened to a message, an event, a record or a schedule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EventLog {
    /// The queue, bus, table or function.
    pub at: Arc<str>,
    /// The id of the message, event or record.
    pub id: String,
    /// What happened.
    pub fate: EventFate,
}

/// What can happen to a message, an event, a record or a schedule.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields' names say it")]
pub enum EventFate {
    /// A message was sent to a queue. Its body may have in it what a terminal obeys.
    Sent { body: String },
    /// No filter of the queue's consumer takes the message, and it was deleted.
    Filtered,
    /// A message was received too often, and is a dead letter.
    DeadLetter { receives: u32 },
    /// An event was put on a bus, and reaches these functions.
    Put { functions: Vec<String> },
    /// A schedule is due.
    Due,
    /// An item of a table has changed, and these functions are told.
    Changed { functions: Vec<String> },
    /// A function has failed on an event or records as often as it is called, and they are given up.
    GivenUp { attempts: u32 },
}

/// A request and its answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestLog {
    /// API Gateway's id of the request, as the answer's `apigw-requestid` has it.
    pub request_id: String,
    /// The method.
    pub method: String,
    /// The path, as the client sent it, with the query.
    pub path: String,
    /// The key of the route; nothing where there is none.
    pub route_key: Option<String>,
    /// The function that was invoked for the answer; nothing where none was.
    pub function: Option<Arc<str>>,
    /// Lambda's id of the invocation, as the function's log has it; nothing where no function was invoked.
    pub invocation: Option<String>,
    /// Lambda's id of the invocation of the route's Lambda authorizer; nothing where it was not asked for this request.
    pub authorizer_invocation: Option<String>,
    /// The status of the answer; [`RequestLog::UNANSWERED`] where there was none.
    pub status: u16,
    /// From the end of the request's headers to the answer, or to the client's going.
    pub duration: Duration,
    /// Whether an environment was made for it.
    pub cold_start: bool,
    /// The event, where a function was invoked.
    pub event: Option<Bytes>,
    /// The function's answer.
    pub answer: Option<Bytes>,
    /// Why there was no answer, or none that is a response; or why the request was refused. Never told to the client. It is
    /// [printable](routegen_spec::printable); the path, the method and lines of functions are as they were sent.
    pub error: Option<String>,
}

impl RequestLog {
    /// The status of a request that nobody waited for any more, or that the end of the gateway cut off: that of nginx. No client
    /// gets it.
    pub const UNANSWERED: u16 = 499;
}

/// Whoever wants to know.
#[derive(Clone, Default)]
pub(crate) struct Observer(Option<Arc<dyn Fn(Observation) + Send + Sync>>);

impl Observer {
    pub(crate) fn new(observer: impl Fn(Observation) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observer)))
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// What nobody wants to know is not even made.
    pub(crate) fn tell(&self, observation: impl FnOnce() -> Observation) {
        if let Some(observer) = &self.0 {
            observer(observation());
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observer").field(&self.is_on()).finish()
    }
}
