//! The description of a route.
//!
//! In: what its arguments and its result are, each with the schema of the type within. Out: [`RouteTypes`].

use std::{any::type_name, collections::BTreeMap};

use routegen_spec::contract::{Answer, RouteTypes, Schema};
use serde_json::Value;

use super::{
    answers::Sent,
    arguments::Take,
    said::{self, Said, Told},
};

/// What stands for a type whose schema is looked for, and has one only where the user's crate finds `JsonSchema` for it.
pub trait Untyped {
    /// The type.
    type Of;

    /// Nothing but the type's name.
    fn schema(&self, _is_input: bool) -> Schema {
        Schema::unknown(type_name::<Self::Of>())
    }
}

/// A schema as schemars has made it of `T`.
pub fn generated<T>(
    value: Value,
    definitions: impl IntoIterator<Item = (String, Value)>,
    is_input: bool,
) -> Schema {
    let definitions: BTreeMap<_, _> = definitions.into_iter().collect();
    Schema::new(type_name::<T>(), value, definitions, is_input)
}

/// The description of a route, as the expansion puts it together.
#[derive(Debug)]
pub struct Described {
    types: RouteTypes,
    told: Vec<Told>,
    said: Vec<Said>,
}

impl Described {
    /// A route of which nothing is known yet. Its entry point is known to the registry.
    pub fn new(details: &str) -> Self {
        Self { types: RouteTypes::new("", details), told: Vec::new(), said: Vec::new() }
    }

    /// Adds an argument, whose type or content has this schema.
    pub fn takes<T>(&mut self, take: Take<T>, schema: Schema) {
        self.types.arguments.push(take.argument(schema));
    }

    /// Adds what the handler succeeds with.
    pub fn answers<T>(&mut self, sent: Sent<T>, schema: Schema) {
        self.told.push(Told { answer: sent.answer(schema, false), is_failure: false });
    }

    /// Adds what the handler fails with: what the error type says, or else what it is as a response.
    pub fn fails<T>(&mut self, said: Option<Vec<Answer>>, sent: Sent<T>, schema: Schema) {
        let answers = said.unwrap_or_else(|| vec![sent.answer(schema, true)]);
        self.told.extend(answers.into_iter().map(|answer| Told { answer, is_failure: true }));
    }

    /// Adds what the attribute says that it answers with.
    pub fn says(&mut self, said: Said) {
        self.said.push(said);
    }

    /// The whole description.
    pub fn finish(mut self) -> RouteTypes {
        self.types.answers = said::joined(self.told, self.said);
        self.types
    }
}
