//! A rule of EventBridge as an event source.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{AsyncRetries, Pattern};
use crate::Name;

/// The events of a bus that match ([EventBridge patterns]).
///
/// [EventBridge patterns]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EventRule {
    /// The name of the bus in `resources`; `None` for the account's default bus.
    pub bus: Option<Name>,
    /// The sources, such as `aws.s3`; an event must have one of them. Empty for any.
    pub source: Vec<String>,
    /// The detail types, such as `Object Created`; an event must have one of them. Empty for any.
    pub detail_type: Vec<String>,
    /// What else an event must match.
    pub pattern: Option<Pattern>,
    /// What happens to an event that the function fails on.
    pub retries: AsyncRetries,
}

impl EventRule {
    /// All events of the default bus, for the caller to narrow.
    pub fn new() -> Self {
        Self {
            bus: None,
            source: Vec::new(),
            detail_type: Vec::new(),
            pattern: None,
            retries: AsyncRetries::default(),
        }
    }

    /// The rule's pattern: `source`, `detail-type` and the author's own pattern.
    pub fn event_pattern(&self) -> Value {
        let mut pattern = self.pattern.as_ref().map_or_else(|| json!({}), Pattern::to_value);
        if !self.source.is_empty() {
            pattern["source"] = json!(self.source);
        }
        if !self.detail_type.is_empty() {
            pattern["detail-type"] = json!(self.detail_type);
        }
        pattern
    }

    pub(super) fn described(&self) -> String {
        let mut parts = vec!["event".to_owned()];
        parts.extend(
            [&self.source, &self.detail_type].into_iter().filter(|of| !of.is_empty()).map(|of| of.join("|")),
        );
        if let (true, Some(pattern)) = (parts.len() == 1, &self.pattern) {
            parts.push(pattern.to_string());
        }
        if let Some(bus) = &self.bus {
            parts.push(format!("on {bus}"));
        }
        parts.join(" ")
    }
}

impl Default for EventRule {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_of_a_rule_has_what_the_keys_and_the_pattern_say() {
        let mut rule = EventRule::new();
        rule.source = vec!["aws.s3".to_owned()];
        rule.detail_type = vec!["Object Created".to_owned()];
        rule.pattern = Some(r#"{"detail": {"bucket": {"name": ["uploads"]}}}"#.parse().unwrap());
        let expected = json!({
            "source": ["aws.s3"], "detail-type": ["Object Created"], "detail": { "bucket": { "name": ["uploads"] } }
        });
        assert_eq!(rule.event_pattern(), expected);
        assert_eq!(rule.described(), "event aws.s3 Object Created");
        rule.bus = Some("orders_bus".parse().unwrap());
        (rule.source, rule.detail_type) = Default::default();
        assert_eq!(rule.described(), r#"event {"detail":{"bucket":{"name":["uploads"]}}} on orders_bus"#);
    }
}
