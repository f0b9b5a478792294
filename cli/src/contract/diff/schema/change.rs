//! The differences between two schemas.

use serde_json::Value;

/// Who sends the values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Side {
    /// A client: what was accepted must still be accepted.
    Request,
    /// The service: it must not send what it never sent before.
    Response,
}

/// A difference that a client can notice.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Change {
    pub(in super::super) kind: Kind,
    /// The path to the value, such as `items[].name`; empty for the whole.
    pub(in super::super) way: String,
    pub(in super::super) before: Value,
    pub(in super::super) after: Value,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Kind {
    /// Fewer types or forms in a request, more of them in a response.
    Type,
    /// Fewer values in a request, more of them in a response.
    Values,
    /// A response has none of its former values.
    OtherValues,
    /// Null is allowed in a response, or no longer in a request.
    Null,
    /// A tighter bound in a request, a wider one in a response.
    Bound,
    BoundAdded,
    PatternAdded,
    PatternChanged,
    /// An alternative was removed from a request, or added to a response.
    Variant,
    AllOfAdded,
    /// A property is new, and required.
    RequiredAdded,
    /// A property is now required; or, in a response, may now be missing.
    Required,
    /// A property that every response contained was removed.
    RequiredRemoved,
    PropertyRemoved,
    /// It is refused if it is sent.
    PropertyRefused,
    Closed,
    Opened,
    Unknown,
    NotUnderstood,
    /// It differs, and is too large to compare.
    NotCompared,
}

impl Kind {
    /// Whether it can break a client.
    pub(super) fn breaks(self) -> bool {
        !matches!(
            self,
            Self::BoundAdded
                | Self::PatternChanged
                | Self::PropertyRemoved
                | Self::Opened
                | Self::Unknown
                | Self::NotUnderstood
                | Self::NotCompared
        )
    }
}
