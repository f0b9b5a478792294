//! Functions that event sources call.

use routegen_spec::{ConsumerSpec, EventSource};
use serde_json::Value;

/// A function of the API with its event source: see [`Api::consumer`](crate::Api::consumer).
#[derive(Clone, Debug)]
pub struct Consumer {
    pub(crate) function: String,
    pub(crate) source: EventSource,
    pub(crate) schema: Option<Value>,
}

impl Consumer {
    /// The function of this name, called by this event source.
    pub fn new(function: impl Into<String>, source: EventSource) -> Self {
        Self { function: function.into(), source, schema: None }
    }

    /// Sets the JSON Schema of its payload: a message's body, an event's detail, or an item. The page shows
    /// it.
    #[must_use]
    pub fn schema(self, schema: Value) -> Self {
        Self { schema: Some(schema), ..self }
    }
}

impl From<&ConsumerSpec> for Consumer {
    fn from(spec: &ConsumerSpec) -> Self {
        Self::new(spec.name.to_kebab_case(), spec.consumes.clone())
    }
}
