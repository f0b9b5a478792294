//! A document remains equal in another order, with other component names, and with other ways of writing a
//! schema.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::found;
use crate::contract::version::Version;

/// All documents of the table, with their schemas as components.
fn documents() -> Vec<Value> {
    // What is too large to compare differs as soon as it is written in another way.
    let compared = super::all().into_iter().filter(|case| case.rule != "schema-not-compared");
    let cases = compared.flat_map(|case| [case.before, case.after, case.neighbour]);
    cases.map(|document| with_components(&document)).collect()
}

/// Moves the schemas of bodies, responses and parameters into components, and those of their properties too.
fn with_components(document: &Value) -> Value {
    fn hoist(value: &mut Value, schemas: &mut Map<String, Value>, is_schema: bool) {
        match value {
            Value::Object(members) => {
                for (name, value) in members.iter_mut() {
                    let inside = name == "schema" || is_schema;
                    hoist(value, schemas, inside);
                    if name == "schema" {
                        refer(value, schemas);
                    } else if let ("properties", true, Value::Object(properties)) =
                        (name.as_str(), is_schema, value)
                    {
                        properties.values_mut().for_each(|schema| refer(schema, schemas));
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| hoist(value, schemas, is_schema)),
            _ => {}
        }
    }
    fn refer(schema: &mut Value, schemas: &mut Map<String, Value>) {
        let name = format!("S{}", schemas.len());
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        schemas.insert(name, std::mem::replace(schema, reference));
    }
    let mut document = document.clone();
    let mut schemas = Map::new();
    hoist(&mut document["paths"], &mut schemas, false);
    document["components"]["schemas"] = schemas.into();
    document
}

/// The same schemas in the dialect of 3.0.
fn older(document: &Value) -> Value {
    fn schemas(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if name == "schema" {
                        *value = Version::V30.schema(value.take());
                    } else {
                        schemas(value);
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(schemas),
            _ => {}
        }
    }
    let mut document = document.clone();
    document["openapi"] = json!("3.0.4");
    schemas(&mut document["paths"]);
    if let Some(components) = document["components"]["schemas"].as_object_mut() {
        components.values_mut().for_each(|schema| *schema = Version::V30.schema(schema.take()));
    }
    document
}

#[test]
fn a_document_is_the_same_in_either_version() {
    for document in documents() {
        let older = older(&document);
        assert_eq!(found(&document, &older), Vec::<&str>::new());
        assert_eq!(found(&older, &document), Vec::<&str>::new());
        assert_eq!(found(&older, &older), Vec::<&str>::new());
    }
}

#[test]
fn a_schema_that_refers_to_itself_is_compared() {
    let tree = |name: &str, more: Value| {
        let reference = format!("#/components/schemas/{name}");
        let mut node = json!({
            "type": "object",
            "properties": { "children": { "type": "array", "items": { "$ref": reference } }, "name": { "type": "string" } },
            "required": ["children", "name"],
        });
        super::merge(&mut node, more);
        let content = json!({ "application/json": { "schema": { "$ref": reference } } });
        let operation = super::operation(json!({
            "requestBody": { "content": content },
            "responses": { "200": { "content": content } },
        }));
        let mut schemas = json!({});
        schemas[name] = node;
        super::document(json!({ "/trees": { "post": operation } }), schemas)
    };
    let before = tree("Tree", json!({}));
    assert_eq!(found(&before, &tree("Node", json!({}))), Vec::<&str>::new());
    let after = tree("Node", json!({ "properties": { "name": { "type": "integer" } } }));
    assert_eq!(found(&before, &after), ["body-type-narrowed", "response-type-generalised"]);
    // References in a cycle, and references to nothing, end.
    let circle =
        tree("Tree", json!({ "$ref": "#/components/schemas/Tree", "allOf": [{ "$ref": "#/nowhere" }] }));
    assert_eq!(found(&circle, &circle), Vec::<&str>::new());
    found(&before, &circle);
}

/// A stream of choices, which determine another way to write a document.
struct Choices(Vec<u8>, usize);

impl Choices {
    fn next(&mut self) -> usize {
        self.1 += 1;
        usize::from(self.0[self.1 % self.0.len()].wrapping_add(u8::try_from(self.1 % 251).unwrap()))
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            let other = self.next() % (at + 1);
            list.swap(at, other);
        }
    }
}

/// The keywords whose lists are unordered.
const UNORDERED: [&str; 11] = [
    "required",
    "enum",
    "type",
    "anyOf",
    "oneOf",
    "allOf",
    "tags",
    "parameters",
    "security",
    "scopes",
    "identitySources",
];

fn rewritten(value: &Value, choices: &mut Choices, is_schema: bool) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members
                .iter()
                .map(|(name, value)| {
                    let inside = is_schema || ["schema", "schemas"].contains(&name.as_str());
                    let mut value = rewritten(value, choices, inside);
                    match &mut value {
                        Value::Array(list) if UNORDERED.contains(&name.as_str()) => choices.shuffle(list),
                        Value::String(reference) if name == "$ref" => {
                            *reference = reference.replace("schemas/", "schemas/Other");
                        }
                        _ => {}
                    }
                    (name.clone(), value)
                })
                .collect();
            if is_schema && choices.next().is_multiple_of(2) {
                members = members.into_iter().map(|(name, value)| other_words(name, value)).collect();
            }
            choices.shuffle(&mut members);
            // Annotations do not restrict values.
            if is_schema
                && members.iter().any(|(name, value)| name == "type" && !value.is_object())
                && choices.next().is_multiple_of(3)
            {
                members.push(("x-note".to_owned(), json!(1)));
            }
            let object = Value::Object(members.into_iter().collect::<Map<_, _>>());
            let is_reference = object.get("$ref").is_some();
            if is_schema && is_reference && choices.next().is_multiple_of(3) {
                json!({ "allOf": [object] })
            } else {
                object
            }
        }
        Value::Array(values) => values.iter().map(|value| rewritten(value, choices, is_schema)).collect(),
        value => value.clone(),
    }
}

/// Another way to write the same keyword.
fn other_words(name: String, value: Value) -> (String, Value) {
    match (name.as_str(), value) {
        ("const", value) => ("enum".to_owned(), json!([value])),
        ("enum", Value::Array(values)) => {
            let constants: Vec<_> = values.into_iter().map(|value| json!({ "const": value })).collect();
            ("oneOf".to_owned(), constants.into())
        }
        (_, value) => (name, value),
    }
}

/// The document, written in another way and with other component names.
fn renamed(document: &Value, choices: &mut Choices) -> Value {
    let mut document = document.clone();
    let schemas = document["components"]["schemas"].as_object().unwrap().clone();
    document["components"]["schemas"] = schemas
        .into_iter()
        .map(|(name, schema)| (format!("Other{name}"), schema))
        .collect::<Map<_, _>>()
        .into();
    let mut other = json!({});
    for (name, value) in document.as_object().unwrap() {
        other[name] = match name.as_str() {
            "components" => {
                let mut components = value.clone();
                let schemas = value["schemas"].as_object().unwrap();
                components["schemas"] = schemas
                    .iter()
                    .map(|(name, schema)| (name.clone(), rewritten(schema, choices, true)))
                    .collect::<Map<_, _>>()
                    .into();
                components
            }
            _ => rewritten(value, choices, false),
        };
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_never_differs_from_itself(bytes in proptest::collection::vec(any::<u8>(), 1..64)) {
        for document in documents() {
            let other = renamed(&document, &mut Choices(bytes.clone(), 0));
            prop_assert_eq!(found(&document, &other), Vec::<&str>::new());
            prop_assert_eq!(found(&other, &document), Vec::<&str>::new());
        }
    }
}
