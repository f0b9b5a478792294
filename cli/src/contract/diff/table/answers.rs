//! Responses.

use serde_json::{Value, json};

use super::{Case, answer, case, get};

pub(super) fn cases() -> Vec<Case> {
    let statuses = |responses: Value| {
        let mut members = json!({ "responses": { "200": null } });
        super::merge(&mut members, json!({ "responses": responses }));
        let mut document = get(json!({}));
        document["paths"]["/items"]["get"]["responses"] = members["responses"].clone();
        document["paths"]["/items"]["get"]["responses"]
            .as_object_mut()
            .unwrap()
            .retain(|_, it| !it.is_null());
        document
    };
    let media = |status: &str, media_types: &[&str]| {
        let content = media_types.iter().map(|media_type| ((*media_type).to_owned(), json!({})));
        let mut responses = json!({ "200": { "description": "" } });
        responses[status] = json!({ "content": content.collect::<serde_json::Map<_, _>>() });
        statuses(responses)
    };
    let headers = |headers: Value| statuses(json!({ "201": { "headers": headers } }));
    let object = |properties: Value, required: Value| {
        answer(json!({ "type": "object", "properties": properties, "required": required }))
    };
    let one =
        |schema: Value| answer(json!({ "type": "object", "properties": { "a": schema }, "required": ["a"] }));
    let name = || json!({ "name": { "type": "string" } });
    let alternative = |tag: &str| json!({ "type": "object", "properties": { "type": { "const": tag } }, "required": ["type"] });
    let error = |schema: Value| {
        statuses(json!({
            "200": { "description": "" },
            "404": { "content": { "application/problem+json": { "schema": schema } } },
        }))
    };
    vec![
        case(
            "response-status-removed",
            statuses(json!({ "200": {} })),
            statuses(json!({ "201": {} })),
            statuses(json!({ "200": {}, "202": {} })),
        ),
        // Removing an error breaks nobody.
        case(
            "response-status-removed",
            statuses(json!({ "204": {}, "404": {}, "default": {} })),
            statuses(json!({ "2XX": {}, "404": {} })),
            statuses(json!({ "204": {} })),
        ),
        case(
            "response-media-type-removed",
            media("200", &["application/json", "text/html"]),
            media("200", &["application/json"]),
            media("200", &["text/html", "application/json", "text/plain"]),
        ),
        case(
            "response-media-type-removed",
            media("200", &["text/html"]),
            media("200", &["text/*"]),
            media("200", &["text/html;charset=utf-8"]),
        ),
        case(
            "response-media-type-removed",
            media("200", &["text/*"]),
            media("200", &["application/json"]),
            media("200", &["text/html"]),
        ),
        case(
            "response-property-removed",
            object(name(), json!(["name"])),
            object(json!({}), json!([])),
            object(json!({ "name": { "type": "string" }, "size": {} }), json!(["name", "size"])),
        ),
        case(
            "response-property-became-optional",
            object(name(), json!(["name"])),
            object(name(), json!([])),
            object(json!({ "name": { "type": "string", "deprecated": true } }), json!(["name"])),
        ),
        case(
            "response-became-nullable",
            one(json!({ "type": "string" })),
            one(json!({ "type": ["string", "null"] })),
            one(json!({ "type": ["string"] })),
        ),
        case(
            "response-type-generalised",
            one(json!({ "type": "integer" })),
            one(json!({ "type": "number" })),
            one(json!({ "type": "integer", "format": "int32" })),
        ),
        case(
            "response-type-generalised",
            one(json!({ "type": "string", "format": "date-time" })),
            one(json!({ "type": "string" })),
            one(json!({ "type": "string", "format": "date-time", "maxLength": 40 })),
        ),
        case(
            "response-type-generalised",
            one(json!({ "type": "integer", "format": "uint8", "maximum": 255 })),
            one(json!({ "type": "integer", "format": "uint16" })),
            one(json!({ "type": "integer", "format": "uint8", "maximum": 200 })),
        ),
        case(
            "response-type-generalised",
            one(json!({ "enum": ["a", "b"] })),
            one(json!({ "type": "string" })),
            one(json!({ "type": "string", "enum": ["a"] })),
        ),
        case(
            "response-value-changed",
            one(json!({ "const": "a" })),
            one(json!({ "const": "b" })),
            one(json!({ "enum": ["a"] })),
        ),
        case(
            "response-bound-relaxed",
            one(json!({ "type": "array", "minItems": 1 })),
            one(json!({ "type": "array" })),
            one(json!({ "type": "array", "minItems": 2, "maxItems": 9 })),
        ),
        case(
            "response-bound-relaxed",
            one(json!({ "type": "string", "maxLength": 10 })),
            one(json!({ "type": "string", "maxLength": 11 })),
            one(json!({ "type": "string", "maxLength": 9 })),
        ),
        case(
            "response-variant-added",
            one(json!({ "oneOf": [alternative("cat"), alternative("dog")] })),
            one(json!({ "oneOf": [alternative("cat"), alternative("dog"), alternative("bird")] })),
            one(json!({ "anyOf": [alternative("dog")] })),
        ),
        case(
            "response-variant-added",
            one(alternative("cat")),
            one(json!({ "oneOf": [alternative("cat"), alternative("dog")] })),
            one(json!({ "oneOf": [alternative("cat")] })),
        ),
        case(
            "response-variant-added",
            one(json!({ "type": "object", "properties": { "b": {} } })),
            one(
                json!({ "anyOf": [{ "type": "object", "properties": { "b": {} } }, { "type": "object", "properties": { "c": {} } }] }),
            ),
            one(
                json!({ "anyOf": [{ "type": "object", "properties": { "b": {} } }, { "type": "object", "properties": { "b": {} }, "maxProperties": 1 }] }),
            ),
        ),
        case(
            "response-error-variant-added",
            error(alternative("gone")),
            error(json!({ "anyOf": [alternative("gone"), alternative("never")] })),
            error(json!({ "anyOf": [alternative("gone")] })),
        ),
        // A specific problem is a case of the generic problem.
        case(
            "response-error-variant-added",
            error(json!({ "anyOf": [alternative("gone"), { "type": "array" }] })),
            error(
                json!({ "anyOf": [alternative("gone"), { "type": "array" }, { "type": "string", "minLength": 1 }] }),
            ),
            error(
                json!({ "anyOf": [alternative("gone"), { "type": "array" }, { "type": "array", "minItems": 1 }] }),
            ),
        ),
        case(
            "response-enum-value-added",
            one(json!({ "enum": ["a"] })),
            one(json!({ "enum": ["a", "b"] })),
            one(json!({ "oneOf": [{ "const": "a" }] })),
        ),
        case(
            "response-enum-value-added",
            one(json!({ "enum": ["a", "b"] })),
            one(json!({ "enum": ["a", "b", "c"] })),
            one(json!({ "enum": ["b"] })),
        ),
        case(
            "response-optional-property-removed",
            object(name(), json!([])),
            object(json!({ "title": {} }), json!([])),
            object(name(), json!(["name"])),
        ),
        case(
            "response-pattern-changed",
            one(json!({ "type": "string", "pattern": "^a" })),
            one(json!({ "type": "string" })),
            one(json!({ "type": "string", "pattern": "^a", "minLength": 2 })),
        ),
        case(
            "response-opened",
            answer(json!({ "type": "object", "additionalProperties": false })),
            answer(json!({ "type": "object" })),
            answer(json!({ "type": "object", "additionalProperties": false, "title": "A" })),
        ),
        case(
            "response-header-removed",
            headers(json!({ "X-Total": { "required": true } })),
            headers(json!({})),
            headers(json!({ "x-total": { "required": true } })),
        ),
        case(
            "response-header-removed",
            headers(json!({ "X-Total": { "required": true } })),
            headers(json!({ "X-Total": {} })),
            headers(json!({ "X-Total": { "required": true }, "X-Page": {} })),
        ),
        case(
            "response-optional-header-removed",
            headers(json!({ "X-Total": {} })),
            headers(json!({})),
            headers(json!({ "X-Total": { "required": true } })),
        ),
        case(
            "response-location-lost",
            headers(json!({ "Location": {} })),
            headers(json!({})),
            headers(json!({ "location": {} })),
        ),
        case(
            "response-error-media-type-removed",
            media("400", &["application/json", "application/problem+json"]),
            media("400", &["application/problem+json"]),
            statuses(json!({ "200": {} })),
        ),
        case(
            "response-problem-lost",
            media("400", &["application/problem+json"]),
            media("400", &["application/json"]),
            statuses(json!({ "200": {} })),
        ),
        case(
            "schema-unknown",
            one(json!({ "type": "string" })),
            one(json!({ "x-routegen-untyped": true })),
            one(json!({ "type": "string", "description": "known" })),
        ),
        case(
            "schema-unknown",
            super::body(json!({ "type": "string" })),
            super::body(json!({ "x-routegen-untyped": true })),
            super::body(json!({})),
        ),
        case(
            "schema-not-understood",
            one(json!({ "type": "object", "dependentRequired": { "b": ["c"] } })),
            one(json!({ "type": "object", "dependentRequired": { "b": ["d"] } })),
            one(json!({ "type": "object", "dependentRequired": { "b": ["c"] }, "x-note": 1 })),
        ),
        case(
            "schema-not-understood",
            one(json!({ "not": { "type": "string", "enum": ["a", "b"] } })),
            one(json!({ "not": { "type": "string", "enum": ["a", "c"] } })),
            one(json!({ "not": { "enum": ["b", "a"], "type": "string", "description": "words" } })),
        ),
        case(
            "schema-not-compared",
            one(combined("string")),
            one(combined("integer")),
            one(json!({ "title": "Renamed", "allOf": combined("string")["allOf"] })),
        ),
        case("schema-not-compared", super::body(nested("string")), super::body(nested("integer")), {
            super::body(json!({ "type": "object", "properties": { "more": {} } }))
        }),
    ]
}

/// More combinations of alternatives than are compared: 17 of the first union with 17 of the second, one of
/// them of this type.
fn combined(last: &str) -> Value {
    let union = |last: &str| {
        let lengths = (1..17).map(|length| json!({ "type": "array", "maxItems": length }));
        json!({ "oneOf": lengths.chain([json!({ "type": last })]).collect::<Vec<_>>() })
    };
    json!({ "allOf": [union("string"), union(last)] })
}

/// Objects in objects, more deeply than they are compared, around a value of this type.
fn nested(innermost: &str) -> Value {
    (0..64).fold(
        json!({ "type": innermost }),
        |inner, _| json!({ "type": "object", "properties": { "inner": inner } }),
    )
}

#[test]
fn what_was_unknown_and_is_known_is_no_change() {
    for schema in [answer, super::body] {
        let (unknown, known) = (json!({ "x-routegen-untyped": true }), json!({ "type": "string" }));
        assert_eq!(super::found(&schema(unknown), &schema(known)), Vec::<&str>::new());
    }
}

#[test]
fn values_that_may_become_more_are_said_to_be_so() {
    let with = |values: Value| answer(json!({ "enum": values, "x-extensible-enum": true }));
    assert_eq!(super::found(&with(json!(["a"])), &with(json!(["a", "b"]))), Vec::<&str>::new());
}
