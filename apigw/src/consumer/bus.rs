//! EventBridge events.

use serde_json::{Value, json};

/// An EventBridge event ([its structure]).
///
/// [its structure]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
#[derive(Clone, Copy, Debug)]
pub struct BusEvent<'a> {
    /// The event's id.
    pub id: &'a str,
    /// The source.
    pub source: &'a str,
    /// The type of the event.
    pub detail_type: &'a str,
    /// The account.
    pub account: &'a str,
    /// When it happened, in RFC 3339 format.
    pub time: &'a str,
    /// The region.
    pub region: &'a str,
    /// The ARNs of the resources that it concerns.
    pub resources: &'a [String],
    /// The content.
    pub detail: &'a Value,
}

impl BusEvent<'_> {
    /// The event that a function gets, which rules are matched against too.
    pub fn to_value(&self) -> Value {
        json!({
            "version": "0", "id": self.id, "detail-type": self.detail_type, "source": self.source, "account": self.account,
            "time": self.time, "region": self.region, "resources": self.resources, "detail": self.detail,
        })
    }
}
