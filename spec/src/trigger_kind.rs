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

    /// Whether it is a kind of event source. Functions of the other kinds answer HTTP requests or authorize
    /// them.
    pub const fn is_event_source(self) -> bool {
        matches!(self, Self::Schedule | Self::Queue | Self::Event | Self::Stream)
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
