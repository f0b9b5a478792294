//! Compares parameters: those of the path by position; those of the query, of headers and of cookies by name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    api::{Api, Operation, text},
    finding::Findings,
    rule::Rule,
    schema::{Pair, Side},
    values::{self, Area, Part},
};

static ANYTHING: Value = Value::Bool(true);

pub(super) fn compare<'a>(
    [base_api, head_api]: [Api<'a>; 2],
    pair: &Pair<'a>,
    base: &Operation<'a>,
    head: &Operation<'a>,
    findings: &mut Findings,
) {
    let (before, after) = (base.parameters(base_api), head.parameters(head_api));
    of_path(pair, (base, &before), (head, &after), findings);
    let (before, after) = (named(&before), named(&after));
    for ((place, name), parameter) in &before {
        let of = format!("the {place} parameter `{}`", text(parameter, "name"));
        match after.get(&(*place, name.clone())) {
            Some(other) => one(pair, &of, parameter, other, findings),
            None => findings.add(
                Rule::ParameterRemoved,
                &of,
                format!("{of} was removed, and is ignored if a client sends it"),
                json!({ "required": is_required(parameter) }),
                Value::Null,
            ),
        }
    }
    let new = after.iter().filter(|(key, parameter)| !before.contains_key(key) && is_required(parameter));
    for ((place, _), parameter) in new {
        let of = format!("the {place} parameter `{}`", text(parameter, "name"));
        let message = format!("{of} is new and required");
        findings.add(Rule::ParameterAddedRequired, of, message, Value::Null, json!({ "required": true }));
    }
}

fn one<'a>(pair: &Pair<'a>, of: &str, base: &'a Value, head: &'a Value, findings: &mut Findings) {
    if is_required(head) && !is_required(base) {
        let message = format!("{of} became required");
        findings.add(
            Rule::ParameterBecameRequired,
            of,
            message,
            json!({ "required": false }),
            json!({ "required": true }),
        );
    }
    let [before, after] = pair.defaults(schema(base), schema(head));
    if before != after && !is_required(base) && !is_required(head) {
        let value = |default: Option<&Value>| default.map_or(Value::Null, |it| json!({ "default": it }));
        let message = format!("{of} has a different default");
        findings.add(Rule::ParameterDefaultChanged, of, message, value(before), value(after));
    }
    let part = Part { key: of, name: of };
    values::compare(pair, Area::Parameter, part, schema(base), schema(head), findings);
}

/// The names of path parameters are not sent, so their position counts.
fn of_path<'a>(
    pair: &Pair<'a>,
    (base, before): (&Operation<'a>, &[&'a Value]),
    (head, after): (&Operation<'a>, &[&'a Value]),
    findings: &mut Findings,
) {
    let find = |parameters: &[&'a Value], name: &str| {
        let name = name.trim_end_matches('+');
        let found = parameters
            .iter()
            .find(|it| text(it, "in") == "path" && text(it, "name").trim_end_matches('+') == name);
        found.map_or(&ANYTHING, |parameter| schema(parameter))
    };
    for (old, new) in base.names.iter().zip(&head.names) {
        let (before, after) = (find(before, old), find(after, new));
        let of = format!("the path parameter `{new}`");
        let differs = || !pair.compare(Side::Request, before, after).is_empty();
        let is_other = || differs() || !pair.compare(Side::Request, after, before).is_empty();
        if old != new && *before != ANYTHING && *after != ANYTHING && is_other() {
            let message = format!("{of} replaces `{old}`, and has a different type");
            findings.add(
                Rule::PathParameterChangedKind,
                of,
                message,
                json!({ "name": old, "schema": before }),
                json!({ "name": new, "schema": after }),
            );
        } else if *before != ANYTHING {
            let part = Part { key: &of, name: &of };
            values::compare(pair, Area::Parameter, part, before, after, findings);
        }
    }
}

/// The parameters outside of the path. Header names are not case-sensitive.
fn named<'a>(parameters: &[&'a Value]) -> BTreeMap<(&'a str, String), &'a Value> {
    let others = parameters.iter().filter(|parameter| text(parameter, "in") != "path");
    others
        .map(|parameter| {
            let (place, name) = (text(parameter, "in"), text(parameter, "name"));
            let name = if place == "header" { name.to_lowercase() } else { name.to_owned() };
            ((place, name), *parameter)
        })
        .collect()
}

fn is_required(parameter: &Value) -> bool {
    parameter.get("required") == Some(&Value::Bool(true))
}

fn schema(parameter: &Value) -> &Value {
    let content = || parameter.get("content")?.as_object()?.values().next()?.get("schema");
    parameter.get("schema").or_else(content).unwrap_or(&ANYTHING)
}
