//! The table of the rules: for each, a change that it reports, and a similar one that it does not; and pairs
//! that do not differ.

#![expect(clippy::needless_pass_by_value, reason = "`json!` is written where it is passed")]

mod access;
mod answers;
mod deployment;
mod fingerprints;
mod order;
mod requests;
mod routes;

use std::collections::BTreeSet;

use routegen_spec::Date;
use serde_json::{Value, json};

use super::{compare, rule::RULES};

/// A document before and after, with the ids of the findings in alphabetical order; and a variant of the
/// later document that one of the rules does not report.
struct Case {
    rule: &'static str,
    before: Value,
    after: Value,
    /// The ids of other findings.
    also: &'static [&'static str],
    neighbour: Value,
}

fn case(rule: &'static str, before: Value, after: Value, neighbour: Value) -> Case {
    Case { rule, before, after, also: &[], neighbour }
}

impl Case {
    fn with(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

fn today() -> Date {
    "2026-11-29".parse().unwrap()
}

/// The ids of the findings.
fn found(before: &Value, after: &Value) -> Vec<&'static str> {
    let mut ids: Vec<_> = compare(before, after, "", "openapi.json", today())
        .unwrap()
        .into_iter()
        .map(|finding| finding.id)
        .collect();
    ids.sort_unstable();
    ids
}

fn all() -> Vec<Case> {
    [
        routes::cases(),
        requests::parameters(),
        requests::bodies(),
        answers::cases(),
        access::cases(),
        deployment::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn each_rule_reports_its_change_and_not_the_neighbour() {
    let cases = all();
    for Case { rule, before, after, also, neighbour } in &cases {
        let mut expected = [&[*rule], *also].concat();
        expected.sort_unstable();
        assert_eq!(found(before, after), expected, "{rule}: {before:#}\n{after:#}");
        let near = found(before, neighbour);
        assert!(!near.contains(rule), "{rule}: {near:?} {before:#}\n{neighbour:#}");
        for document in [before, after, neighbour] {
            assert_eq!(found(document, document), Vec::<&str>::new(), "{rule}: {document:#}");
        }
    }
    let covered: BTreeSet<_> = cases.iter().map(|case| case.rule).collect();
    let rules: BTreeSet<_> = RULES.iter().map(|about| about.id).collect();
    assert_eq!(covered, rules);
}

/// A document with these paths and components.
fn document(paths: Value, schemas: Value) -> Value {
    json!({ "openapi": "3.1.1", "info": { "title": "a", "version": "1" }, "paths": paths, "components": { "schemas": schemas } })
}

/// An operation as `routegen openapi` writes it, with some members replaced.
fn operation(members: Value) -> Value {
    let mut operation = json!({
        "operationId": "get_item",
        "responses": { "200": { "description": "The answer" } },
        "security": [{ "cognito": ["items/read"] }],
        "x-routegen": {
            "auth": "cognito",
            "authorizer": "cognito",
            "scopes": ["items/read"],
            "identitySources": ["$request.header.Authorization"],
            "function": "get-item",
            "memory": 256,
            "timeout": 10,
            "handler": "items::get_item",
            "source": "src/lib.rs:7",
        },
    });
    merge(&mut operation, members);
    without_null(&mut operation);
    operation
}

/// A document with `GET /items`, which has these members.
fn get(members: Value) -> Value {
    document(json!({ "/items": { "get": operation(members) } }), json!({}))
}

/// A document with a route that takes a body with this schema.
fn body(schema: Value) -> Value {
    get(
        json!({ "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } } }),
    )
}

/// A document with a route that returns this schema.
fn answer(schema: Value) -> Value {
    get(json!({ "responses": { "200": { "content": { "application/json": { "schema": schema } } } } }))
}

/// A document with a route that has this query parameter.
fn query(parameter: Value) -> Value {
    let mut whole = json!({ "name": "q", "in": "query" });
    merge(&mut whole, parameter);
    get(json!({ "parameters": [whole] }))
}

/// A document with a route that has this `x-routegen`.
fn own(members: Value) -> Value {
    get(json!({ "x-routegen": members }))
}

/// Merges the members of both; the second one's take precedence.
fn merge(value: &mut Value, other: Value) {
    match (value, other) {
        (Value::Object(members), Value::Object(others)) => {
            for (name, other) in others {
                merge(members.entry(name).or_insert(Value::Null), other);
            }
        }
        (value, other) => *value = other,
    }
}

/// Null removes a member.
fn without_null(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, value| !value.is_null());
        members.values_mut().for_each(without_null);
    }
}
