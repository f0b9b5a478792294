//! What the types of a handler reveal about its route (parameters, bodies and answers), and those of a
//! consumer about its events.
//!
//! In: what the registry of a host build found. Out: data for the command, which makes a document of it. It
//! is not part of the manifest, and only a command of the same version reads it. It judges nothing: what is
//! not known is left open, with the name of its type for a message about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is known about the types of all routes.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Contract {
    /// One entry for each described route.
    pub routes: Vec<RouteTypes>,
    /// One entry for each consumer whose event has a part of the user's type.
    #[serde(default)]
    pub consumers: Vec<ConsumerTypes>,
}

impl Contract {
    /// The contract of these routes.
    pub fn new(routes: Vec<RouteTypes>) -> Self {
        Self { routes, consumers: Vec::new() }
    }

    /// Replaces the consumers.
    #[must_use]
    pub fn with_consumers(mut self, consumers: Vec<ConsumerTypes>) -> Self {
        self.consumers = consumers;
        self
    }
}

/// What is known about one consumer.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConsumerTypes {
    /// The symbol of its entry point, which identifies it in the manifest.
    pub entry: String,
    /// The part whose type its author chooses: the body of a message, the detail of an event, the item of a
    /// change.
    pub payload: Schema,
}

impl ConsumerTypes {
    /// A consumer whose events have this payload.
    pub fn new(entry: impl Into<String>, payload: Schema) -> Self {
        Self { entry: entry.into(), payload }
    }
}

/// What is known about one route.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RouteTypes {
    /// The symbol of its entry point, which identifies it in the manifest.
    pub entry: String,
    /// The doc comment after its first paragraph.
    pub details: String,
    /// Its guards and arguments.
    pub arguments: Vec<Argument>,
    /// What it answers with.
    pub answers: Vec<Answer>,
}

impl RouteTypes {
    /// A route about which nothing else is known.
    pub fn new(entry: impl Into<String>, details: impl Into<String>) -> Self {
        Self { entry: entry.into(), details: details.into(), ..Self::default() }
    }
}

/// What an argument takes from a request, and how it can refuse it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Argument {
    /// The parameters of the path or of the query.
    pub parameters: Option<Parameters>,
    /// The header.
    pub header: Option<Header>,
    /// The body.
    pub body: Option<Body>,
    /// Whether a request may leave it out.
    pub optional: bool,
    /// The answers that it gives in place of the handler.
    pub refusals: Vec<Answer>,
}

/// Where parameters come from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// Parameters that one type takes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Parameters {
    /// Where they are.
    pub place: Place,
    /// The type and, if it has one, its schema.
    pub schema: Schema,
    /// What serde reveals about the type.
    pub traced: Traced,
}

/// What a type requests from serde.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Traced {
    /// Fields with names.
    Fields(Vec<Field>),
    /// This many values, each with its schema.
    Values(Vec<Value>),
    /// It cannot be determined.
    #[default]
    Unknown,
}

/// A field of a struct.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// Whether a value is required.
    pub required: bool,
    /// Its schema; `{}` if it is not known.
    pub schema: Value,
}

impl Field {
    /// A field with these properties.
    pub fn new(name: impl Into<String>, required: bool, schema: Value) -> Self {
        Self { name: name.into(), required, schema }
    }
}

/// A header that an extractor takes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Header {
    /// Its name, in lower case.
    pub name: String,
}

/// A body.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Body {
    /// Its media type, or a range of them.
    pub media_type: String,
    /// The type of its content.
    pub schema: Schema,
}

impl Body {
    /// A body of this media type.
    pub fn new(media_type: impl Into<String>, schema: Schema) -> Self {
        Self { media_type: media_type.into(), schema }
    }
}

/// The statuses of an answer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// This one.
    Is(u16),
    /// Any status of one class, such as 3 for 300 to 399.
    Class(u8),
    /// Any status that no other answer has.
    Other,
}

impl Status {
    /// Whether a response of this status can have a body ([RFC 9110], 15.3.5, 15.3.6 and 15.4.5).
    ///
    /// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110
    pub fn has_body(self) -> bool {
        !matches!(self, Self::Is(204 | 205 | 304))
    }
}

/// An answer.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// Its status.
    pub status: Status,
    /// What it means; empty if nothing says so.
    pub description: String,
    /// The headers that it has besides those of every answer, in lower case.
    pub headers: Vec<String>,
    /// Its body; where there are several, it has one of them.
    pub bodies: Vec<Body>,
}

impl Answer {
    /// An answer without a body.
    pub fn new(status: Status) -> Self {
        Self { status, description: String::new(), headers: Vec::new(), bodies: Vec::new() }
    }

    /// A problem of RFC 9457 with this status.
    pub fn problem(status: u16) -> Self {
        let mut answer = Self::new(Status::Is(status));
        answer.bodies = vec![Body::new(PROBLEM, Schema::problem())];
        answer
    }

    /// A problem of RFC 9457 whose status the handler decides.
    pub fn problem_of_any_status() -> Self {
        Self { status: Status::Other, ..Self::problem(500) }
    }

    /// Sets what the answer means.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Sets the URI that identifies this type of problem to clients.
    #[must_use]
    pub fn with_type(mut self, uri: &str) -> Self {
        self.refine("type", serde_json::json!({ "const": uri }));
        self
    }

    /// Sets the title of the problem.
    #[must_use]
    pub fn with_title(mut self, title: &str) -> Self {
        self.refine("title", serde_json::json!({ "const": title }));
        self
    }

    /// Adds a member beside the standard ones. It is always present.
    #[must_use]
    pub fn with_member(mut self, name: &str, schema: Schema) -> Self {
        let Some(body) = self.bodies.first_mut() else { return self };
        body.schema.definitions.extend(schema.definitions);
        if schema.value.is_none() {
            body.schema.untyped.push(schema.of);
        }
        let own = body.schema.problem_members();
        own.required.push(name.to_owned());
        own.properties.insert(name.to_owned(), schema.value.unwrap_or_else(|| serde_json::json!({})));
        body.schema.untyped.extend(schema.untyped);
        self
    }

    /// Gives a standard member this schema, and makes it required.
    fn refine(&mut self, name: &str, schema: Value) {
        if let Some(body) = self.bodies.first_mut() {
            let own = body.schema.problem_members();
            own.properties.insert(name.to_owned(), schema);
            own.required.push(name.to_owned());
        }
    }
}

/// The media type of problems ([RFC 9457]).
///
/// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
pub const PROBLEM: &str = "application/problem+json";

/// The members that a type of problem adds to the standard ones.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProblemMembers {
    /// The members, each with its schema.
    pub properties: BTreeMap<String, Value>,
    /// The members that are always present.
    pub required: Vec<String>,
}

/// A JSON Schema, with the definitions that it refers to as `#/$defs/NAME`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Schema {
    /// The Rust type.
    pub of: String,
    /// The schema; `None` if the type has none.
    pub value: Option<Value>,
    /// The definitions that it refers to.
    pub definitions: BTreeMap<String, Value>,
    /// Whether it describes input rather than output: serde's attributes can make the two differ.
    pub is_input: bool,
    /// For a problem, the members that it adds.
    pub problem: Option<ProblemMembers>,
    /// Types within it that have no schema.
    pub untyped: Vec<String>,
}

impl Schema {
    /// A type without a schema.
    pub fn unknown(of: impl Into<String>) -> Self {
        Self { of: of.into(), ..Self::default() }
    }

    /// A schema that refers to nothing.
    pub fn known(value: Value) -> Self {
        Self { value: Some(value), ..Self::default() }
    }

    /// A problem of RFC 9457.
    pub fn problem() -> Self {
        Self { problem: Some(ProblemMembers::default()), ..Self::default() }
    }

    /// A schema as schemars generates it.
    pub fn new(
        of: impl Into<String>,
        value: Value,
        definitions: BTreeMap<String, Value>,
        is_input: bool,
    ) -> Self {
        Self { of: of.into(), value: Some(value), definitions, is_input, ..Self::default() }
    }

    fn problem_members(&mut self) -> &mut ProblemMembers {
        self.problem.get_or_insert_default()
    }
}

impl Header {
    /// The header of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl Parameters {
    /// Parameters that one type takes.
    pub fn new(place: Place, schema: Schema, traced: Traced) -> Self {
        Self { place, schema, traced }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_has_the_members_of_its_kind_and_names_what_has_no_schema() {
        let answer = Answer::problem(404)
            .with_type("https://example.com/no-item")
            .with_member("id", Schema::known(json!({ "type": "integer" })))
            .with_member("what", Schema::unknown("shop::What"));
        let schema = &answer.bodies[0].schema;
        let members = schema.problem.as_ref().unwrap();
        assert_eq!(members.properties["type"], json!({ "const": "https://example.com/no-item" }));
        assert_eq!(
            (&members.properties["id"], &members.properties["what"]),
            (&json!({ "type": "integer" }), &json!({}))
        );
        assert_eq!(members.required, ["type", "id", "what"]);
        assert_eq!(schema.untyped, ["shop::What"]);
    }

    #[test]
    fn what_passes_to_the_command_is_read_as_it_was_written() {
        let mut route = RouteTypes::new("routegen.items.GET.items", "");
        route.answers =
            vec![Answer::problem_of_any_status(), Answer::new(Status::Class(3)), Answer::problem(422)];
        let contract = Contract::new(vec![route]);
        let text = serde_json::to_string(&contract).unwrap();
        assert_eq!(serde_json::from_str::<Contract>(&text).unwrap(), contract);
    }
}
