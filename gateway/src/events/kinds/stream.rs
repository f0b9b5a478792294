//! Streams of tables: a change of an item reaches every function that reads the table's stream.

use std::sync::Arc;

use routegen_apigw::consumer::{ChangeKind, StreamRecord};
use routegen_spec::{EventSource, StreamSource};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{
    super::{
        consumer,
        consumer::DeployedConsumer,
        hub::{EventError, Hub},
        shard::Full,
    },
    posted::{Query, Refused},
    sample::Sample,
};
use crate::{lock::lock, observe::EventFate};

/// An item of a table, as plain JSON.
type Item = Map<String, Value>;

pub(super) fn path(source: &StreamSource) -> String {
    format!("streams/{}", source.table)
}

/// Reads `{"new": {…}, "old": {…}, "keys": {…}}`. Without `new`, the item was removed; without `old`, it
/// was added.
pub(super) fn receive(hub: &Hub, table: &str, _: &Query, body: &[u8]) -> Result<Value, Refused> {
    let change: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
        Refused::bad(format!("a change is a JSON object with `new`, `old` or both: {error}"))
    })?;
    if let Some(other) = change.keys().find(|key| !["new", "old", "keys"].contains(&key.as_str())) {
        return Err(Refused::bad(format!("a change has `new`, `old` and `keys`, and no `{other}`")));
    }
    let image = |key: &str| match change.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(image)) => Ok(Some(image.clone())),
        Some(_) => Err(Refused::bad(format!("`{key}` is an object"))),
    };
    let keys = image("keys")?.unwrap_or_default();
    let (id, functions) = hub.change(table, keys, (image("old")?, image("new")?))?;
    Ok(json!({ "id": id, "functions": functions }))
}

/// The event of a new item.
pub(super) fn sample(
    source: &StreamSource,
    item: Item,
    Sample { ids, seconds, millis, region, .. }: &Sample<'_>,
) -> Value {
    let record = StreamRecord {
        event_id: ids.invocation().replace('-', ""),
        kind: ChangeKind::Insert,
        keys: Item::new(),
        new_image: Some(item),
        old_image: None,
        sequence_number: format!("{millis:021}"),
        created: *seconds,
    };
    consumer::of_records(region, source.table.as_str(), &[record])
}

impl Hub {
    /// Records a change of a table's item. Returns the id of the record and the functions that it reaches.
    pub(crate) fn change(
        &self,
        table: &str,
        keys: Item,
        (old, new): (Option<Item>, Option<Item>),
    ) -> Result<(String, Vec<String>), EventError> {
        let now = Instant::now();
        let kind = match (&old, &new) {
            (None, Some(_)) => ChangeKind::Insert,
            (Some(_), Some(_)) => ChangeKind::Modify,
            (Some(_), None) => ChangeKind::Remove,
            (None, None) => {
                return Err(EventError::Invalid("a change has `new`, `old` or both".to_owned()));
            }
        };
        let mut state = lock(&self.state);
        let reads = |consumer: &&Arc<DeployedConsumer>| match &consumer.source {
            EventSource::Stream(source) => source.table.as_str() == table,
            _ => false,
        };
        let readers: Vec<_> = state.consumers.iter().filter(reads).cloned().collect();
        if readers.is_empty() {
            let tables = state.consumers.iter().filter_map(|consumer| match &consumer.source {
                EventSource::Stream(source) => Some(source.table.to_string()),
                _ => None,
            });
            let known = tables.collect();
            return Err(EventError::Unknown { kind: "stream", name: table.to_owned(), known });
        }
        let number = state.records + 1;
        let record = StreamRecord {
            event_id: self.ids.invocation().replace('-', ""),
            kind,
            keys,
            new_image: new,
            old_image: old,
            sequence_number: format!("{:021}", 100_000_000_000_000_000_000_u128 + u128::from(number)),
            created: self.clock.millis(now) / 1_000,
        };
        let (id, region) = (record.event_id.clone(), state.region.clone());
        let record = std::slice::from_ref(&record);
        let is_taken_by = |reader: &Arc<DeployedConsumer>| match &reader.source {
            EventSource::Stream(source) => {
                consumer::is_taken(&source.filter, &consumer::of_records(&region, table, record))
            }
            _ => false,
        };
        let takers = readers.into_iter().filter(is_taken_by).map(|reader| reader.function.name.clone());
        let takers: Vec<Arc<str>> = takers.collect();
        // Either all of them get the record or none, so that a repeated change reaches each only once.
        let is_full = |function| state.shards.get(function).is_some_and(|shard| !shard.has_room(record));
        if takers.iter().any(is_full) {
            return Err(EventError::Full);
        }
        for function in &takers {
            let shard = state.shards.entry(function.clone()).or_default();
            shard.put(now, record).map_err(|Full| EventError::Full)?;
        }
        state.records = number;
        let reached: Vec<String> = takers.iter().map(ToString::to_string).collect();
        drop(state);
        self.tell(table, &id, EventFate::Changed { functions: reached.clone() });
        self.changed.notify_one();
        Ok((id, reached))
    }
}
