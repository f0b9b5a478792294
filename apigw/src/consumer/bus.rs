//! An event of EventBridge.

use serde_json::{Value, json};

/// An event of EventBridge ([its structure]).
///
/// [its structure]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
#[derive(Clone, Copy, Debug)]
pub struct BusEvent<'a> {
    /// The event's id.
    pub id: &'a str,
    /// What it comes from.
    pub source: &'a str,
    /// What kind of event it is.
    pub detail_type: &'a str,
    /// The account.
    pub account: &'a str,
    /// When it happened, by RFC 3339.
    pub time: &'a str,
    /// The region.
    pub region: &'a str,
    /// The ARNs of what it is about.
    pub resources: &'a [String],
    /// What it says.
    pub detail: &'a Value,
}

impl BusEvent<'_> {
    /// The event of a function, which is what rules match too.
    pub fn to_value(&self) -> Value {
        json!({
            "version": "0", "id": self.id, "detail-type": self.detail_type, "source": self.source, "account": self.account,
            "time": self.time, "region": self.region, "resources": self.resources, "detail": self.detail,
        })
    }
}
