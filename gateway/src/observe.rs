//! What happens in a gateway, for logs and pages.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

/// Something that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields' names explain what the comments do not")]
pub enum Observation {
    /// A request was answered, or its client disconnected before the answer.
    Request(Box<RequestLog>),
    /// A function wrote a line, which may contain terminal control characters. If several invocations are
    /// in flight, `function` is the process's name.
    Log { function: Arc<str>, invocation: Option<String>, line: String },
    /// A process was started.
    ProcessStarted { function: Arc<str>, process: u32 },
    /// A process ended, and was reaped.
    ProcessEnded { function: Arc<str>, process: u32, reason: String },
    /// A consumer was called, and the call has ended.
    Delivery(Box<DeliveryLog>),
    /// Something other than a call happened to a message, an event, a record or a schedule.
    Event(Box<EventLog>),
}

/// A call of a consumer, with its outcome.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeliveryLog {
    /// The function.
    pub function: Arc<str>,
    /// Its event source, for people: `queue orders`.
    pub event_source: Arc<str>,
    /// Lambda's id of the invocation, as in the function's log.
    pub invocation: String,
    /// The ids of its messages, the sequence numbers of its stream records, or the id of its event.
    pub records: Vec<String>,
    /// The number of the attempt, from 1; for several messages, the highest.
    pub attempt: u32,
    /// The `records` that failed.
    pub failed: Vec<String>,
    /// Why all of them failed, if no answer of the function describes each one.
    pub error: Option<String>,
    /// How long until what failed is retried; `None` if it is not.
    pub again: Option<Duration>,
    /// How long it took.
    pub duration: Duration,
    /// Whether an environment was started for it.
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

/// The things that can happen to a message, an event, a record or a schedule.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields' names are self-explanatory")]
pub enum EventFate {
    /// A message was sent to a queue. Its body may contain terminal control characters.
    Sent { body: String },
    /// No filter of the queue's consumer accepts the message, and it was deleted.
    Filtered,
    /// A message was received too often, and is now a dead letter.
    DeadLetter { receives: u32 },
    /// An event was put on a bus, and reaches these functions.
    Put { functions: Vec<String> },
    /// A schedule is due.
    Due,
    /// An item of a table was changed, and the change reaches these functions.
    Changed { functions: Vec<String> },
    /// A function failed on an event or on records for the last time, and they were given up.
    GivenUp { attempts: u32 },
}

/// A request and its answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestLog {
    /// API Gateway's id of the request, as in the answer's `apigw-requestid`.
    pub request_id: String,
    /// The method.
    pub method: String,
    /// The path, as the client sent it, with the query.
    pub path: String,
    /// The key of the route; `None` if there is none.
    pub route_key: Option<String>,
    /// The function that was invoked for the answer; `None` if there was none.
    pub function: Option<Arc<str>>,
    /// Lambda's id of the invocation, as in the function's log; `None` if no function was invoked.
    pub invocation: Option<String>,
    /// Lambda's id of the invocation of the route's Lambda authorizer; `None` if it was not called for this
    /// request.
    pub authorizer_invocation: Option<String>,
    /// The status of the answer; [`RequestLog::UNANSWERED`] if there was none.
    pub status: u16,
    /// From the end of the request's headers to the answer, or until the client disconnected.
    pub duration: Duration,
    /// Whether an environment was started for it.
    pub cold_start: bool,
    /// The event, if a function was invoked.
    pub event: Option<Bytes>,
    /// The function's answer.
    pub answer: Option<Bytes>,
    /// Why there was no answer, or none that is a response, or why the request was refused. It is never
    /// sent to the client. It is [printable](routegen_spec::printable); the path, the method and lines of
    /// functions are as they were sent.
    pub error: Option<String>,
}

impl RequestLog {
    /// The status of a request whose client disconnected, or that was cut off when the gateway ended: nginx
    /// uses the same. No client gets it.
    pub const UNANSWERED: u16 = 499;
}

/// The function that is called with observations, if there is one.
#[derive(Clone, Default)]
pub(crate) struct Observer(Option<Arc<dyn Fn(Observation) + Send + Sync>>);

impl Observer {
    pub(crate) fn new(observer: impl Fn(Observation) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observer)))
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Reports an observation, which is made only if there is an observer.
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
