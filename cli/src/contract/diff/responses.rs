//! Compares responses, by their statuses.
//!
//! Clients are written for successful responses. Removing an error response breaks nobody.

use serde_json::{Map, Value, json};

use super::{
    api::{Api, Operation},
    bodies::{counterpart, media_types},
    finding::Findings,
    rule::Rule,
    schema::Pair,
    values::{self, Area, Part},
};

/// The media type of problems (RFC 9457).
const PROBLEM: &str = "application/problem+json";

pub(super) fn compare<'a>(
    [base_api, head_api]: [Api<'a>; 2],
    pair: &Pair<'a>,
    base: &Operation<'a>,
    head: &Operation<'a>,
    findings: &mut Findings,
) {
    let (Some(before), Some(after)) = (responses(base), responses(head)) else { return };
    for (status, response) in before {
        let response = base_api.resolve(response);
        let is_success = status.starts_with('2') || status.starts_with('3');
        let others = counterparts(after, status);
        if others.is_empty() && is_success {
            let statuses: Vec<_> = after.keys().filter(|other| other.starts_with(['2', '3', 'd'])).collect();
            let message = format!("the route no longer returns the status {status}");
            let subject = format!("status {status}");
            findings.add(Rule::ResponseStatusRemoved, subject, message, json!(status), json!(statuses));
        }
        for (other_status, other) in others {
            let [key, name] = match (status == other_status, status.as_str()) {
                (true, "default") => {
                    ["the answer of any other status", "the default response"].map(str::to_owned)
                }
                _ => ["answer", "response"].map(|noun| format!("the {noun} {other_status}")),
            };
            let of = Part { key: &key, name: &name };
            one(pair, is_success, of, response, head_api.resolve(other), findings);
            headers([base_api, head_api], pair, of, response, head_api.resolve(other), findings);
        }
    }
}

fn responses<'a>(operation: &Operation<'a>) -> Option<&'a Map<String, Value>> {
    operation.node.get("responses")?.as_object()
}

/// The counterparts of a status: the same status, or those of its class.
fn counterparts<'a>(after: &'a Map<String, Value>, status: &str) -> Vec<(&'a String, &'a Value)> {
    if let Some((name, same)) = after.get_key_value(status) {
        return vec![(name, same)];
    }
    match status.strip_suffix("XX") {
        Some(class) => after.iter().filter(|(other, _)| other.starts_with(class)).collect(),
        None => Vec::new(),
    }
}

fn one<'a>(
    pair: &Pair<'a>,
    is_success: bool,
    of: Part<'_>,
    base: &'a Value,
    head: &'a Value,
    findings: &mut Findings,
) {
    let area = if is_success { Area::Answer } else { Area::Error };
    let (before, after) = (media_types(base), media_types(head));
    let compare_as = |media_type: &str, before: &'a Value, after: &'a Value, findings: &mut Findings| {
        let [key, name] = [of.key, of.name].map(|of| format!("{of} ({media_type})"));
        values::compare(pair, area, Part { key: &key, name: &name }, before, after, findings);
    };
    for (media_type, schema) in &before {
        if let Some(other) = after.get(media_type) {
            compare_as(media_type, schema, other, findings);
            continue;
        }
        // A media range is narrowed if only some of its types are returned.
        let narrower: Vec<_> = after
            .iter()
            .filter(|(other, _)| counterpart(&[(media_type.clone(), *schema)].into(), other).is_some())
            .collect();
        for (other, answered) in &narrower {
            compare_as(other, schema, answered, findings);
        }
        if !narrower.is_empty() {
            continue;
        }
        let rule = match (is_success, media_type.as_str()) {
            (true, _) => Rule::ResponseMediaTypeRemoved,
            (false, PROBLEM) => Rule::ResponseProblemLost,
            (false, _) => Rule::ResponseErrorMediaTypeRemoved,
        };
        let message = format!("{} no longer has the media type `{media_type}`", of.name);
        let answered = json!(after.keys().collect::<Vec<_>>());
        findings.add(rule, format!("{} {media_type}", of.key), message, json!(media_type), answered);
    }
}

fn headers<'a>(
    [base_api, head_api]: [Api<'a>; 2],
    pair: &Pair<'a>,
    of: Part<'_>,
    base: &'a Value,
    head: &'a Value,
    findings: &mut Findings,
) {
    let all = |response: &'a Value| response.get("headers").and_then(Value::as_object).into_iter().flatten();
    for (name, header) in all(base) {
        let header = base_api.resolve(header);
        let is_required = |header: &Value| header.get("required") == Some(&Value::Bool(true));
        let other = all(head).find(|(other, _)| other.eq_ignore_ascii_case(name));
        let other = other.map(|(_, header)| head_api.resolve(header));
        let subject = format!("header {name} of {}", of.key);
        let header_of = format!("the header `{name}` of {}", of.name);
        let before = json!({ "required": is_required(header) });
        let Some(other) = other else {
            let rule = match name.to_lowercase().as_str() {
                "location" => Rule::ResponseLocationLost,
                _ if is_required(header) => Rule::ResponseHeaderRemoved,
                _ => Rule::ResponseOptionalHeaderRemoved,
            };
            let message = format!("{header_of} was removed");
            findings.add(rule, subject, message, before, Value::Null);
            continue;
        };
        if is_required(header) && !is_required(other) {
            let message = format!("{header_of} became optional");
            let after = json!({ "required": false });
            findings.add(Rule::ResponseHeaderRemoved, subject.clone(), message, before, after);
        }
        if let (Some(before), Some(after)) = (header.get("schema"), other.get("schema")) {
            let part = Part { key: &subject, name: &header_of };
            values::compare(pair, Area::Answer, part, before, after, findings);
        }
    }
}
