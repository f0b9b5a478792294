//! The one list of what can call a function.

use serde::{Deserialize, Serialize};

/// The kinds of [`Trigger`](crate::Trigger), with the words for them in manifests, notes in artifacts,
/// symbols and listings.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerKind {
    /// Requests to routes. This is the default, because earlier versions had no other kind and did not
    /// write one.
    #[default]
    Routes,
    /// API Gateway, for a decision.
    Authorizer,
    /// A schedule.
    Schedule,
    /// A queue's messages.
    Queue,
    /// A bus's events.
    Event,
    /// A table's changes.
    Stream,
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

    /// What its functions consume, for people, by AWS's names; `None` for a kind whose functions answer HTTP
    /// requests or authorize them.
    pub const fn consumed(self) -> Option<&'static str> {
        match self {
            Self::Routes | Self::Authorizer => None,
            Self::Schedule => Some("a schedule of EventBridge Scheduler"),
            Self::Queue => Some("messages of SQS"),
            Self::Event => Some("events of EventBridge"),
            Self::Stream => Some("a stream of DynamoDB"),
        }
    }

    /// The noun for the records of an event, and the JSON pointer to the id in a record by which a function
    /// reports it as failed; `None` for a kind whose events are not batches.
    pub const fn record(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Queue => Some(("message", "/messageId")),
            Self::Stream => Some(("record", "/dynamodb/SequenceNumber")),
            _ => None,
        }
    }

    /// Whether it is a kind of event source.
    pub const fn is_event_source(self) -> bool {
        self.consumed().is_some()
    }

    /// Whether one program can serve several entry points of this kind. A program of any other kind has
    /// one.
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
