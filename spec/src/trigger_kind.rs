//! The one list of what can call a function.

use serde::{Deserialize, Serialize};

/// The kinds of [`Trigger`](crate::Trigger), by the words that manifests, notes in artifacts, symbols and listings have for them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerKind {
    /// Requests to routes. What was written by versions that knew nothing else does not say it.
    #[default]
    Routes,
    /// API Gateway, which asks.
    Authorizer,
    /// Times.
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
