//! Parameters and bodies of requests.

use serde_json::{Value, json};

use super::{Case, body, case, document, get, operation, query};

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn parameters() -> Vec<Case> {
    let schema = |schema: Value| query(json!({ "schema": schema }));
    let integer = |more: Value| {
        let mut schema = json!({ "type": "integer" });
        super::merge(&mut schema, more);
        query(json!({ "schema": schema }))
    };
    let path = |name: &str, schema: Value| {
        let parameter = json!({ "name": name, "in": "path", "required": true, "schema": schema });
        let members =
            json!({ "parameters": [parameter], "x-routegen": { "path": format!("/items/{{{name}}}") } });
        let mut paths = json!({});
        paths[format!("/items/{{{name}}}")] = json!({ "get": operation(members) });
        document(paths, json!({}))
    };
    let header =
        |name: &str| get(json!({ "parameters": [{ "name": name, "in": "header", "required": true }] }));
    vec![
        case(
            "path-parameter-changed-kind",
            path("id", json!({ "type": "integer" })),
            path("name", json!({ "type": "string" })),
            path("number", json!({ "type": "integer" })),
        ),
        case(
            "parameter-added-required",
            get(json!({})),
            query(json!({ "required": true })),
            query(json!({ "schema": { "type": "string" } })),
        ),
        case("parameter-added-required", get(json!({})), header("X-Tenant"), get(json!({}))),
        case("parameter-added-required", header("X-Tenant"), header("X-Customer"), header("x-tenant"))
            .with(&["parameter-removed"]),
        case(
            "parameter-became-required",
            query(json!({})),
            query(json!({ "required": true })),
            query(json!({ "required": false })),
        ),
        case(
            "parameter-type-narrowed",
            schema(json!({ "type": "string" })),
            schema(json!({ "type": "integer" })),
            schema(json!({ "type": ["string", "integer"] })),
        ),
        case(
            "parameter-type-narrowed",
            schema(json!({ "type": "number" })),
            schema(json!({ "type": "integer" })),
            schema(json!({})),
        ),
        case(
            "parameter-type-narrowed",
            integer(json!({ "format": "uint64" })),
            integer(json!({ "format": "uint8", "maximum": 255 })),
            integer(json!({ "format": "uint128" })),
        ),
        case(
            "parameter-type-narrowed",
            schema(json!({ "type": "string" })),
            schema(json!({ "type": "string", "format": "uuid" })),
            schema(json!({ "type": "string", "description": "Any" })),
        ),
        case(
            "parameter-type-narrowed",
            schema(json!({ "type": "array", "items": { "type": "string" } })),
            schema(json!({ "type": "array", "items": { "type": "boolean" } })),
            schema(json!({ "type": "array", "items": {} })),
        ),
        // In a path, the position counts.
        case(
            "parameter-type-narrowed",
            path("id", json!({ "type": "string" })),
            path("id", json!({ "type": "integer" })),
            path("name", json!({ "type": "string" })),
        ),
        case(
            "parameter-enum-narrowed",
            schema(json!({ "enum": ["a", "b"] })),
            schema(json!({ "enum": ["b"] })),
            schema(
                json!({ "oneOf": [{ "const": "b", "description": "B" }, { "const": "a" }, { "const": "c" }] }),
            ),
        ),
        case(
            "parameter-enum-narrowed",
            schema(json!({ "type": "string" })),
            schema(json!({ "type": "string", "enum": ["a", "b"] })),
            schema(json!({ "type": "string" })),
        ),
        case(
            "parameter-bound-tightened",
            integer(json!({ "maximum": 100 })),
            integer(json!({ "maximum": 99 })),
            integer(json!({ "maximum": 101 })),
        ),
        case(
            "parameter-bound-tightened",
            integer(json!({ "minimum": 1 })),
            integer(json!({ "minimum": 2 })),
            integer(json!({ "exclusiveMinimum": 0 })),
        ),
        case(
            "parameter-bound-tightened",
            schema(json!({ "type": "string", "minLength": 1 })),
            schema(json!({ "type": "string", "minLength": 2 })),
            schema(json!({ "type": "string" })),
        ),
        case(
            "parameter-bound-tightened",
            schema(json!({ "type": "number", "minimum": 0 })),
            schema(json!({ "type": "number", "exclusiveMinimum": 0 })),
            schema(json!({ "type": "number", "minimum": -0.5 })),
        ),
        case(
            "parameter-bound-tightened",
            integer(json!({ "multipleOf": 5 })),
            integer(json!({ "multipleOf": 10 })),
            integer(json!({ "multipleOf": 1 })),
        ),
        case(
            "parameter-bound-added",
            integer(json!({})),
            integer(json!({ "maximum": 100 })),
            integer(json!({ "title": "Limit" })),
        ),
        case(
            "parameter-bound-added",
            schema(json!({ "type": "array" })),
            schema(json!({ "type": "array", "uniqueItems": true })),
            schema(json!({ "type": "array", "uniqueItems": false, "minItems": 0 })),
        ),
        case(
            "parameter-pattern-added",
            schema(json!({ "type": "string" })),
            schema(json!({ "type": "string", "pattern": "^a" })),
            schema(json!({ "type": "string", "examples": ["a"] })),
        ),
        case(
            "parameter-pattern-changed",
            schema(json!({ "type": "string", "pattern": "^a" })),
            schema(json!({ "type": "string", "pattern": "^b" })),
            schema(json!({ "type": "string" })),
        ),
        case(
            "parameter-default-changed",
            integer(json!({ "default": 100 })),
            integer(json!({ "default": 50 })),
            integer(json!({ "default": 100, "description": "At most" })),
        ),
        case(
            "parameter-default-changed",
            integer(json!({ "default": 100 })),
            integer(json!({})),
            query(json!({ "schema": { "type": "integer", "default": 100 }, "deprecated": true })),
        ),
        case("parameter-removed", query(json!({})), get(json!({})), query(json!({ "deprecated": true }))),
    ]
}

pub(super) fn bodies() -> Vec<Case> {
    let with_body = |required: bool, media_type: &str| {
        let mut content = json!({});
        content[media_type] = json!({ "schema": { "type": "object" } });
        get(json!({ "requestBody": { "required": required, "content": content } }))
    };
    let object = |properties: Value, required: Value| {
        body(json!({ "type": "object", "properties": properties, "required": required }))
    };
    let closed = |properties: Value| {
        body(json!({ "type": "object", "properties": properties, "additionalProperties": false }))
    };
    let name = || json!({ "name": { "type": "string" } });
    let one = |schema: Value| body(json!({ "type": "object", "properties": { "a": schema } }));
    let alternative = |tag: &str| json!({ "type": "object", "properties": { "type": { "const": tag } }, "required": ["type"] });
    vec![
        case(
            "body-added-required",
            get(json!({})),
            with_body(true, "application/json"),
            with_body(false, "application/json"),
        ),
        case(
            "body-became-required",
            with_body(false, "application/json"),
            with_body(true, "application/json"),
            with_body(false, "*/*"),
        ),
        case(
            "body-removed",
            with_body(false, "application/json"),
            get(json!({})),
            with_body(false, "application/*"),
        ),
        case(
            "body-media-type-removed",
            with_body(true, "application/json"),
            with_body(true, "application/x-www-form-urlencoded"),
            with_body(true, "application/json; charset=utf-8"),
        ),
        case(
            "body-property-added-required",
            object(name(), json!(["name"])),
            object(json!({ "name": { "type": "string" }, "size": { "type": "integer", "default": 1 } }), json!(["name", "size"])),
            object(json!({ "name": { "type": "string" }, "size": { "type": "integer" } }), json!(["name"])),
        ),
        case(
            "body-property-became-required",
            object(name(), json!([])),
            object(name(), json!(["name"])),
            object(json!({ "name": { "type": "string", "minLength": 0 } }), json!([])),
        ),
        // A property that only responses have is not sent.
        case(
            "body-property-became-required",
            object(json!({ "id": { "type": "integer", "readOnly": true }, "a": {} }), json!([])),
            object(json!({ "id": { "type": "integer", "readOnly": true }, "a": {} }), json!(["id", "a"])),
            object(json!({ "id": { "type": "integer", "readOnly": true }, "a": {} }), json!(["id"])),
        ),
        case(
            "body-became-not-nullable",
            one(json!({ "type": ["string", "null"] })),
            one(json!({ "type": "string" })),
            one(json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] })),
        ),
        case(
            "body-type-narrowed",
            one(json!({ "type": ["string", "integer"] })),
            one(json!({ "type": "string" })),
            one(json!({ "anyOf": [{ "type": "string" }, { "type": "number" }] })),
        ),
        case(
            "body-type-narrowed",
            one(json!({ "type": "array", "items": { "type": "string" } })),
            one(json!({ "type": "array", "items": { "type": "object" } })),
            one(json!({ "items": { "type": "string" }, "type": "array", "maxItems": null })),
        ),
        case(
            "body-type-narrowed",
            one(json!({ "type": "object", "additionalProperties": { "type": "string" } })),
            one(json!({ "type": "object", "additionalProperties": { "type": "integer" } })),
            one(json!({ "type": "object" })),
        ),
        case(
            "body-enum-narrowed",
            one(json!({ "enum": ["a", "b"] })),
            one(json!({ "const": "a" })),
            one(json!({ "enum": ["c", "b", "a"] })),
        ),
        case(
            "body-variant-removed",
            one(json!({ "oneOf": [alternative("cat"), alternative("dog")] })),
            one(alternative("cat")),
            one(json!({ "anyOf": [alternative("dog"), alternative("bird"), alternative("cat")] })),
        ),
        case(
            "body-variant-removed",
            one(json!({ "oneOf": [alternative("cat"), alternative("dog"), { "const": "none" }] })),
            one(json!({ "oneOf": [alternative("cat"), { "const": "none" }] })),
            one(json!({ "oneOf": [{ "enum": ["none"] }, alternative("dog"), alternative("cat")] })),
        ),
        // Alternatives without anything that distinguishes them, and without required properties.
        case(
            "body-variant-removed",
            one(json!({ "anyOf": [{ "type": "object", "properties": { "b": {} } }, { "type": "object", "properties": { "c": {} } }] })),
            one(json!({ "anyOf": [{ "type": "object", "properties": { "b": {} } }] })),
            one(json!({ "anyOf": [{ "type": "object", "properties": { "c": {} } }, { "type": "object", "properties": { "b": {} } }] })),
        ),
        case(
            "body-all-of-added",
            one(json!({ "type": "object", "properties": { "b": {} } })),
            one(json!({ "allOf": [{ "type": "object", "properties": { "b": {} } }, { "minProperties": 2 }] })),
            one(json!({ "allOf": [{ "type": "object" }, { "properties": { "b": {} } }, { "description": "One" }] })),
        )
        .with(&["body-bound-added"]),
        case(
            "body-closed",
            one(json!({ "type": "object" })),
            one(json!({ "type": "object", "additionalProperties": false })),
            one(json!({ "type": "object", "additionalProperties": true })),
        ),
        case(
            "body-property-removed-closed",
            closed(json!({ "name": { "type": "string" }, "size": { "type": "integer" } })),
            closed(name()),
            closed(json!({ "name": { "type": "string" }, "size": {}, "more": {} })),
        ),
        case(
            "body-property-removed",
            object(name(), json!([])),
            object(json!({ "title": { "type": "string" } }), json!([])),
            object(json!({ "name": {}, "title": {} }), json!([])),
        ),
        case(
            "body-bound-tightened",
            one(json!({ "type": "array", "maxItems": 10 })),
            one(json!({ "type": "array", "maxItems": 9 })),
            one(json!({ "type": "array" })),
        ),
        case(
            "body-bound-added",
            one(json!({ "type": "string" })),
            one(json!({ "type": "string", "maxLength": 10 })),
            one(json!({ "type": "string", "minLength": 0 })),
        ),
        case(
            "body-pattern-added",
            one(json!({ "type": "string" })),
            one(json!({ "type": "string", "pattern": "a" })),
            one(json!({ "type": "string", "x-pattern": "a" })),
        ),
        case(
            "body-pattern-changed",
            one(json!({ "type": "string", "pattern": "a" })),
            one(json!({ "type": "string", "pattern": "b" })),
            one(json!({ "type": "string" })),
        ),
    ]
}
