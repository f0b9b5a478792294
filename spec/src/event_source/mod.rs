//! What calls a function that HTTP requests do not reach: the one list of event sources, with what each
//! accepts.
//!
//! In: the arguments of `#[schedule]`, `#[queue]`, `#[event]` and `#[stream]`. Out: values within AWS's
//! limits and grammars, with defaults where the author wrote nothing. It names resources, never ARNs.

mod cron;
mod event_rule;
mod pattern;
mod queue;
mod retries;
mod schedule;
mod schedule_error;
mod stream;
mod takes;

use serde::{Deserialize, Serialize};

pub use self::{
    cron::{Civil, Cron},
    event_rule::EventRule,
    pattern::{Pattern, PatternError},
    queue::QueueSource,
    retries::AsyncRetries,
    schedule::{Schedule, ScheduleExpression, ScheduleInstant, ScheduleUnit},
    schedule_error::ScheduleError,
    stream::{StartingPosition, StreamSource},
    takes::Takes,
};
use crate::TriggerKind;

/// What calls a consumer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventSource {
    /// A schedule.
    Schedule(Schedule),
    /// Messages of an SQS queue.
    Queue(QueueSource),
    /// Events of an EventBridge bus.
    Event(EventRule),
    /// Changes of a DynamoDB table.
    Stream(StreamSource),
}

impl EventSource {
    /// The kind of trigger.
    pub fn kind(&self) -> TriggerKind {
        match self {
            Self::Schedule(_) => TriggerKind::Schedule,
            Self::Queue(_) => TriggerKind::Queue,
            Self::Event(_) => TriggerKind::Event,
            Self::Stream(_) => TriggerKind::Stream,
        }
    }

    /// The name in Terraform's variable `resources` of the resource that the events come from; `None` for
    /// schedules and for the account's default bus.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::Schedule(_) => None,
            Self::Queue(queue) => Some(queue.queue.as_str()),
            Self::Event(rule) => rule.bus.as_ref().map(crate::Name::as_str),
            Self::Stream(stream) => Some(stream.table.as_str()),
        }
    }

    /// The type of that resource, with its article.
    pub fn resource_type(&self) -> &'static str {
        match self {
            Self::Schedule(_) => "a schedule",
            Self::Queue(_) => "a queue",
            Self::Event(_) => "an event bus",
            Self::Stream(_) => "a table",
        }
    }

    /// How often Lambda retries an event on which the function failed; `None` if the source itself delivers
    /// it again.
    pub fn retries(&self) -> Option<AsyncRetries> {
        match self {
            Self::Schedule(schedule) => Some(schedule.retries),
            Self::Event(rule) => Some(rule.retries),
            Self::Queue(_) | Self::Stream(_) => None,
        }
    }

    /// Whether it calls the function as deployed. Only schedules can be deployed disabled.
    pub fn is_enabled(&self) -> bool {
        !matches!(self, Self::Schedule(schedule) if !schedule.enabled)
    }

    /// Sets what the function takes of a batch, if events are batches.
    pub(crate) fn set_takes(&mut self, takes: Takes) {
        match self {
            Self::Queue(queue) => queue.takes = takes,
            Self::Stream(stream) => stream.takes = takes,
            Self::Schedule(_) | Self::Event(_) => {}
        }
    }

    /// The form that listings use: `rate(5 minutes)`, `queue orders`, `event orders.api OrderPlaced`,
    /// `stream items_table`.
    pub fn described(&self) -> String {
        match self {
            Self::Schedule(schedule) => schedule.expression.to_string(),
            Self::Queue(queue) => format!("queue {}", queue.queue),
            Self::Event(rule) => rule.described(),
            Self::Stream(stream) => format!("stream {}", stream.table),
        }
    }
}
