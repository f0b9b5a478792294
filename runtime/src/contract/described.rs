//! The description of a route.
//!
//! In: its arguments and its result, each with the schema of the inner type. Out: [`RouteTypes`].

use std::{any::type_name, collections::BTreeMap};

use routegen_spec::contract::{Answer, RouteTypes, Schema};
use serde_json::Value;

use super::{
    answers::Sent,
    arguments::Take,
    said::{self, Said, Told},
};

/// The fallback for a type whose schema is looked up: it has a schema only if the user's crate finds
/// `JsonSchema` for it.
pub trait Untyped {
    /// The type.
    type Of;

    /// Only the type's name.
    fn schema(&self, _is_input: bool) -> Schema {
        Schema::unknown(type_name::<Self::Of>())
    }
}

/// A schema that schemars generated for `T`.
pub fn generated<T>(
    value: Value,
    definitions: impl IntoIterator<Item = (String, Value)>,
    is_input: bool,
) -> Schema {
    let definitions: BTreeMap<_, _> = definitions.into_iter().collect();
    Schema::new(type_name::<T>(), value, definitions, is_input)
}

/// The description of a route, as the expansion assembles it.
#[derive(Debug)]
pub struct Described {
    types: RouteTypes,
    told: Vec<Told>,
    said: Vec<Said>,
}

impl Described {
    /// A route without a description. Its entry point is in the registry.
    pub fn new(details: &str) -> Self {
        Self { types: RouteTypes::new("", details), told: Vec::new(), said: Vec::new() }
    }

    /// Adds an argument whose type or content has this schema.
    pub fn takes<T>(&mut self, take: Take<T>, schema: Schema) {
        self.types.arguments.push(take.argument(schema));
    }

    /// Adds the handler's success.
    pub fn answers<T>(&mut self, sent: Sent<T>, schema: Schema) {
        self.told.push(Told { answer: sent.answer(schema, false), is_failure: false });
    }

    /// Adds the handler's failure: what the error type declares, otherwise its description as a response.
    pub fn fails<T>(&mut self, said: Option<Vec<Answer>>, sent: Sent<T>, schema: Schema) {
        let answers = said.unwrap_or_else(|| vec![sent.answer(schema, true)]);
        self.told.extend(answers.into_iter().map(|answer| Told { answer, is_failure: true }));
    }

    /// Adds a response that the attribute declares.
    pub fn says(&mut self, said: Said) {
        self.said.push(said);
    }

    /// Returns the complete description.
    pub fn finish(mut self) -> RouteTypes {
        self.types.answers = said::joined(self.told, self.said);
        self.types
    }
}
