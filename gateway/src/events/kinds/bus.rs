//! Event buses: an event reaches every function whose rule matches it.

use routegen_apigw::{ACCOUNT_ID, consumer::BusEvent};
use routegen_spec::{EventRule, limits};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{
    super::{
        clock::rfc3339,
        hub::{EventError, Hub},
    },
    posted::{Query, Refused},
    sample::Sample,
};
use crate::{lock::lock, observe::EventFate};

pub(super) fn path(rule: &EventRule) -> String {
    match &rule.bus {
        Some(bus) => format!("bus?bus={bus}"),
        None => "bus".to_owned(),
    }
}

/// Puts the body, an event in JSON, on the bus that the query names.
pub(super) fn receive(hub: &Hub, _: &str, query: &Query, body: &[u8]) -> Result<Value, Refused> {
    let event: Value = serde_json::from_slice(body)
        .map_err(|error| Refused::bad(format!("an event is a JSON object: {error}")))?;
    let (id, functions) = hub.put_event(query.get("bus").map(String::as_str), &event)?;
    Ok(json!({ "id": id, "functions": functions }))
}

/// The event of a detail.
pub(super) fn sample(
    rule: &EventRule,
    detail: Map<String, Value>,
    Sample { ids, now, region, .. }: &Sample<'_>,
) -> Value {
    let first = |of: &[String], other: &str| of.first().cloned().unwrap_or_else(|| other.to_owned());
    let event = BusEvent {
        id: &ids.invocation(),
        source: &first(&rule.source, "local"),
        detail_type: &first(&rule.detail_type, "Local"),
        account: ACCOUNT_ID,
        time: &rfc3339(*now),
        region,
        resources: &[],
        detail: &Value::Object(detail),
    };
    event.to_value()
}

impl Hub {
    /// Puts an event on a bus. Returns its id and the functions that it reaches.
    pub(crate) fn put_event(
        &self,
        bus: Option<&str>,
        event: &Value,
    ) -> Result<(String, Vec<String>), EventError> {
        let now = Instant::now();
        let id = self.ids.invocation();
        let event = self.bus_event(&id, event, now)?;
        if event.to_string().len() > limits::ASYNC_PAYLOAD_BYTES {
            return Err(EventError::Invalid(format!(
                "an event has at most {} bytes",
                limits::ASYNC_PAYLOAD_BYTES
            )));
        }
        let mut state = lock(&self.state);
        let takers = state.consumers.iter().filter(|consumer| consumer.takes_event(bus, &event));
        let reached: Vec<_> = takers.map(|consumer| consumer.function.name.clone()).collect();
        state.accept(&id, &reached, &event, now)?;
        drop(state);
        let names: Vec<String> = reached.iter().map(ToString::to_string).collect();
        self.tell(bus.unwrap_or("default"), &id, EventFate::Put { functions: names.clone() });
        self.changed.notify_one();
        Ok((id, names))
    }

    /// The event that EventBridge makes of an entry: missing fields get defaults.
    fn bus_event(&self, id: &str, entry: &Value, now: Instant) -> Result<Value, EventError> {
        let invalid = |what: &str| EventError::Invalid(what.to_owned());
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let source = text("source").ok_or_else(|| invalid("an event has a text `source`"))?;
        let detail_type = text("detail-type").ok_or_else(|| invalid("an event has a text `detail-type`"))?;
        let none = json!({});
        let detail = entry.get("detail").unwrap_or(&none);
        if !detail.is_object() {
            return Err(invalid("the `detail` of an event is an object"));
        }
        let resources = entry.get("resources").and_then(Value::as_array).into_iter().flatten();
        let resources: Vec<_> = resources.filter_map(Value::as_str).map(str::to_owned).collect();
        let (wall, region) = (rfc3339(self.clock.wall(now)), lock(&self.state).region.clone());
        let event = BusEvent {
            id: text("id").unwrap_or(id),
            source,
            detail_type,
            account: text("account").unwrap_or(ACCOUNT_ID),
            time: text("time").unwrap_or(&wall),
            region: text("region").unwrap_or(&region),
            resources: &resources,
            detail,
        };
        Ok(event.to_value())
    }
}
