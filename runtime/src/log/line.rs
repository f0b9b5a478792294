//! A line of the log and its fields.
//!
//! In: names and values. Out: a JSON object on one line. Names come from the program, and are written
//! unchanged and in order; values are escaped.

use std::{error::Error, fmt};

use tracing::field::{Field, Visit};

/// A line that is being written.
pub(super) struct Line(String);

impl Line {
    pub(super) fn new() -> Self {
        Self("{".to_owned())
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0 += &json(value);
    }

    /// Adds a value that is already JSON.
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0 += value;
    }

    /// Adds the fields of an event, if it has any.
    pub(super) fn fields(&mut self, fields: &Fields) {
        if !fields.values.is_empty() {
            self.name("fields");
            self.0.push('{');
            for (name, value) in &fields.values {
                self.raw(name, value);
            }
            self.0.push('}');
        }
    }

    /// Adds a list of objects, one for each name with its fields.
    pub(super) fn list<'a>(&mut self, name: &str, objects: impl Iterator<Item = (&'a str, &'a Fields)>) {
        self.name(name);
        self.0.push('[');
        for (name, fields) in objects {
            if !self.0.ends_with('[') {
                self.0.push(',');
            }
            self.0.push('{');
            self.text("name", name);
            for (name, value) in &fields.values {
                self.raw(name, value);
            }
            self.0.push('}');
        }
        self.0.push(']');
    }

    pub(super) fn end(mut self) -> String {
        self.0 += "}\n";
        self.0
    }

    fn name(&mut self, name: &str) {
        if !self.0.ends_with('{') {
            self.0.push(',');
        }
        self.0 += &json(name);
        self.0.push(':');
    }
}

/// The fields of an event or a span, with their values as JSON, in the order in which they were recorded.
#[derive(Default)]
pub(super) struct Fields {
    message: String,
    values: Vec<(&'static str, String)>,
}

impl Fields {
    /// Only a message.
    pub(super) fn of_message(message: String) -> Self {
        Self { message, values: Vec::new() }
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    fn set(&mut self, field: &Field, value: String) {
        match self.values.iter_mut().find(|(name, _)| *name == field.name()) {
            // A span's field can be recorded more than once, and JSON names are unique.
            Some((_, old)) => *old = value,
            None => self.values.push((field.name(), value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.set(field, json(value));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value.to_string());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value.to_string());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinities.
        if value.is_finite() {
            self.set(field, format!("{value:?}"));
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value.to_string());
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.record_str(field, &chain(error));
    }
}

/// An error and its sources, from the outside in.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += ": ";
        text += &error.to_string();
        source = error.source();
    }
    text
}

/// Encodes a string as JSON.
fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
