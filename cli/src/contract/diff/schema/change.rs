//! What differs between two schemas.

use serde_json::Value;

/// Who sends the values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Side {
    /// A client: what was taken has to be taken.
    Request,
    /// The service: what was never sent must not be.
    Response,
}

/// A difference that somebody can notice.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Change {
    pub(in super::super) kind: Kind,
    /// The way to the value, such as `items[].name`; empty for the whole.
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
    /// No value of a response is one that there was.
    OtherValues,
    /// Null in a response, or no null in a request.
    Null,
    /// A tighter bound in a request, a wider one in a response.
    Bound,
    BoundAdded,
    PatternAdded,
    PatternChanged,
    /// One alternative less in a request, one more in a response.
    Variant,
    AllOfAdded,
    /// A property that there was not, and has to be sent.
    RequiredAdded,
    /// A property has to be sent; or, in a response, may be missing.
    Required,
    /// A property that every answer had.
    RequiredRemoved,
    PropertyRemoved,
    /// It is refused where it is sent.
    PropertyRefused,
    Closed,
    Opened,
    Unknown,
    NotUnderstood,
}

impl Kind {
    /// Whether a client can fail by it.
    pub(super) fn breaks(self) -> bool {
        !matches!(
            self,
            Self::BoundAdded
                | Self::PatternChanged
                | Self::PropertyRemoved
                | Self::Opened
                | Self::Unknown
                | Self::NotUnderstood
        )
    }
}
