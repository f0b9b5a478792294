//! The version of OpenAPI, and how a document is written in it.
//!
//! In: schemas of JSON Schema 2020-12, which OpenAPI 3.1 uses. Out: the same schemas for 3.0, which has an
//! older dialect of its own. What 3.0 cannot express is left out, so that a 3.0 document never allows less
//! than the API does.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

/// A version of OpenAPI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Version {
    /// For tools that require 3.0
    #[value(name = "3.0")]
    V30,
    /// With schemas in JSON Schema
    #[default]
    #[value(name = "3.1")]
    V31,
}

/// The syntax of a document's file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Syntax {
    Json,
    Yaml,
}

impl Version {
    /// The value of the document's member `openapi`.
    pub(super) fn number(self) -> &'static str {
        match self {
            Self::V30 => "3.0.4",
            Self::V31 => "3.1.1",
        }
    }

    /// The schema in this version's dialect.
    pub(super) fn schema(self, mut schema: Value) -> Value {
        if self == Self::V30 {
            older(&mut schema);
        }
        schema
    }
}

/// Keywords whose value is a schema, a list of schemas, or an object of named schemas.
const ONE: [&str; 3] = ["items", "not", "additionalProperties"];
const SEVERAL: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const NAMED: [&str; 1] = ["properties"];

/// Keywords without an equivalent in OpenAPI 3.0.
const UNKNOWN: [&str; 16] = [
    "$schema",
    "$id",
    "$defs",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "if",
    "then",
    "else",
    "dependentRequired",
    "contentEncoding",
    "contentMediaType",
];

/// Whether a keyword has no equivalent in OpenAPI 3.0.
pub(super) fn is_unknown_to_older(keyword: &str) -> bool {
    UNKNOWN.contains(&keyword)
}

fn older(schema: &mut Value) {
    match schema {
        Value::Bool(true) => *schema = json!({}),
        Value::Bool(false) => *schema = json!({ "not": {} }),
        Value::Object(members) => older_object(members),
        _ => {}
    }
}

fn older_object(members: &mut Map<String, Value>) {
    if let Some(Value::Array(values)) = members.remove("prefixItems") {
        let count = values.len();
        let items: Vec<_> = values.into_iter().filter(|value| *value != json!({})).collect();
        members.insert("type".to_owned(), json!("array"));
        members
            .insert("items".to_owned(), if items.is_empty() { json!({}) } else { json!({ "anyOf": items }) });
        members.entry("minItems").or_insert(count.into());
        members.entry("maxItems").or_insert(count.into());
    }
    for name in UNKNOWN {
        members.remove(name);
    }
    if let Some(value) = members.remove("const") {
        if value.is_null() {
            members.insert("nullable".to_owned(), true.into());
        }
        members.insert("enum".to_owned(), json!([value]));
    }
    if let Some(Value::Array(examples)) = members.remove("examples") {
        members.extend(examples.into_iter().next().map(|example| ("example".to_owned(), example)));
    }
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Value::Number(number)) = members.get(exclusive).cloned() {
            members.insert(exclusive.to_owned(), true.into());
            members.insert(bound.to_owned(), number.into());
        }
    }
    nullable(members);
    for name in ONE {
        // Only `additionalProperties` may be a boolean.
        if let Some(value) =
            members.get_mut(name).filter(|value| name != "additionalProperties" || value.is_object())
        {
            older(value);
        }
    }
    for name in SEVERAL {
        if let Some(Value::Array(schemas)) = members.get_mut(name) {
            schemas.iter_mut().for_each(older);
        }
    }
    for name in NAMED {
        if let Some(Value::Object(schemas)) = members.get_mut(name) {
            schemas.values_mut().for_each(older);
        }
    }
    // OpenAPI 3.0 ignores everything beside a reference.
    if members.len() > 1
        && let Some(reference) = members.remove("$ref")
    {
        let all = members.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            all.push(json!({ "$ref": reference }));
        }
    }
}

/// Replaces the type `null` with `nullable`.
fn nullable(members: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = members.get("type").cloned() {
        let (nulls, others): (Vec<_>, Vec<_>) = types.into_iter().partition(|name| name == "null");
        if !nulls.is_empty() {
            members.insert("nullable".to_owned(), true.into());
        }
        match <[Value; 1]>::try_from(others) {
            Ok([only]) => {
                members.insert("type".to_owned(), only);
            }
            Err(others) => {
                members.remove("type");
                if !others.is_empty() {
                    let any: Vec<_> = others.into_iter().map(|name| json!({ "type": name })).collect();
                    members.insert("anyOf".to_owned(), any.into());
                }
            }
        }
    } else if members.get("type") == Some(&json!("null")) {
        members.remove("type");
        members.insert("nullable".to_owned(), true.into());
        members.insert("enum".to_owned(), json!([null]));
    }
    for name in ["anyOf", "oneOf"] {
        let Some(Value::Array(schemas)) = members.get_mut(name) else { continue };
        let before = schemas.len();
        schemas.retain(|schema| schema.get("type") != Some(&json!("null")));
        if schemas.len() == before {
            continue;
        }
        if let [only] = schemas.as_slice() {
            let only = only.clone();
            members.remove(name);
            members.insert("allOf".to_owned(), json!([only]));
        }
        members.insert("nullable".to_owned(), true.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_newer_is_said_in_the_older_words() {
        for (newer, expected) in [
            (json!({ "type": ["string", "null"] }), json!({ "type": "string", "nullable": true })),
            (
                json!({ "type": ["string", "integer"] }),
                json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
            ),
            (json!({ "const": "a" }), json!({ "enum": ["a"] })),
            (json!({ "exclusiveMinimum": 0 }), json!({ "exclusiveMinimum": true, "minimum": 0 })),
            (
                json!({ "anyOf": [{ "$ref": "#/a" }, { "type": "null" }] }),
                json!({ "allOf": [{ "$ref": "#/a" }], "nullable": true }),
            ),
            (
                json!({ "$ref": "#/a", "description": "b" }),
                json!({ "allOf": [{ "$ref": "#/a" }], "description": "b" }),
            ),
            (json!({ "$ref": "#/a" }), json!({ "$ref": "#/a" })),
            (
                json!({ "type": "array", "prefixItems": [{ "type": "string" }, true], "minItems": 2, "maxItems": 2 }),
                json!({ "type": "array", "items": { "anyOf": [{ "type": "string" }, {}] }, "minItems": 2, "maxItems": 2 }),
            ),
            (json!({ "examples": [1, 2] }), json!({ "example": 1 })),
            (
                json!({ "properties": { "const": true, "a": { "type": ["null", "boolean"] } }, "additionalProperties": false }),
                json!({ "properties": { "const": {}, "a": { "type": "boolean", "nullable": true } }, "additionalProperties": false }),
            ),
            (json!({ "items": false }), json!({ "items": { "not": {} } })),
        ] {
            assert_eq!(Version::V30.schema(newer.clone()), expected, "{newer}");
            assert_eq!(Version::V31.schema(newer.clone()), newer);
        }
    }
}
