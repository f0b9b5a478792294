//! What calls a function: the one list of its kinds.

use serde::{Deserialize, Serialize};

use crate::{AuthorizerSpec, ConsumerSpec, RouteSpec};

/// What calls a function, as its attributes say it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Trigger<'a> {
    /// Requests to these routes, at least one, in the manifest's order.
    Routes(Vec<&'a RouteSpec>),
    /// API Gateway, which asks whether a request may pass.
    Authorizer(&'a AuthorizerSpec),
    /// An event source.
    Consumer(&'a ConsumerSpec),
}

/// The kinds of [`Trigger`], by the words that manifests, notes in artifacts, symbols and listings have for them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerKind {
    /// [`Trigger::Routes`]. What was written by versions that knew nothing else does not say it.
    #[default]
    Routes,
    /// [`Trigger::Authorizer`].
    Authorizer,
    /// [`Trigger::Consumer`] of times.
    Schedule,
    /// [`Trigger::Consumer`] of a queue's messages.
    Queue,
    /// [`Trigger::Consumer`] of a bus's events.
    Event,
    /// [`Trigger::Consumer`] of a table's changes.
    Stream,
}

impl Trigger<'_> {
    /// The kind.
    pub fn kind(&self) -> TriggerKind {
        match self {
            Self::Routes(_) => TriggerKind::Routes,
            Self::Authorizer(_) => TriggerKind::Authorizer,
            Self::Consumer(consumer) => consumer.consumes.kind(),
        }
    }
}

impl TriggerKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Routes, Self::Authorizer, Self::Schedule, Self::Queue, Self::Event, Self::Stream];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Routes => "routes",
            Self::Authorizer => "authorizer",
            Self::Schedule => "schedule",
            Self::Queue => "queue",
            Self::Event => "event",
            Self::Stream => "stream",
        }
    }

    /// Whether it is a kind of event source: functions of the others answer HTTP requests, or decide on them.
    pub const fn is_event_source(self) -> bool {
        matches!(self, Self::Schedule | Self::Queue | Self::Event | Self::Stream)
    }

    /// Whether one program can serve several entry points of this kind. A program of another kind has one.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Routes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_as_its_word() {
        for kind in TriggerKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
    }
}
