//! Request bodies, and what they share with responses: media types.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    api::{Api, Operation},
    finding::Findings,
    rule::Rule,
    schema::Pair,
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
    let body = |api: Api<'a>, operation: &Operation<'a>| {
        operation.node.get("requestBody").map(|body| api.resolve(body))
    };
    let part = Part { key: "the body", name: "the request body" };
    let of = part.key;
    let (before, after) = match (body(base_api, base), body(head_api, head)) {
        (Some(before), Some(after)) => (before, after),
        (Some(before), None) => {
            let content = json!({ "content": media_types(before).keys().collect::<Vec<_>>() });
            findings.add(Rule::BodyRemoved, of, "the request body was removed", content, Value::Null);
            return;
        }
        (None, Some(after)) if is_required(after) => {
            let message = "a required request body was added";
            findings.add(Rule::BodyAddedRequired, of, message, Value::Null, json!({ "required": true }));
            return;
        }
        (None, _) => return,
    };
    if is_required(after) && !is_required(before) {
        let (optional, required) = (json!({ "required": false }), json!({ "required": true }));
        let message = "the request body became required";
        findings.add(Rule::BodyBecameRequired, of, message, optional, required);
    }
    let taken = media_types(after);
    for (media_type, schema) in media_types(before) {
        if let Some(other) = counterpart(&taken, &media_type) {
            values::compare(pair, Area::Body, part, schema, other, findings);
            continue;
        }
        let message = format!("the request body no longer accepts the media type `{media_type}`");
        let taken = json!(taken.keys().collect::<Vec<_>>());
        let subject = format!("{of} {media_type}");
        findings.add(Rule::BodyMediaTypeRemoved, subject, message, json!(media_type), taken);
    }
}

fn is_required(body: &Value) -> bool {
    body.get("required") == Some(&Value::Bool(true))
}

/// The media types of a body or a response, without their parameters, each with its schema.
pub(super) fn media_types(of: &Value) -> BTreeMap<String, &Value> {
    let content = of.get("content").and_then(Value::as_object).into_iter().flatten();
    content
        .map(|(media_type, media)| {
            let essence = media_type.split(';').next().unwrap_or_default().trim().to_lowercase();
            (essence, media.get("schema").unwrap_or(&ANYTHING))
        })
        .collect()
}

/// The schema of a media type, or of a media range that includes it.
pub(super) fn counterpart<'a>(of: &BTreeMap<String, &'a Value>, media_type: &str) -> Option<&'a Value> {
    let range = media_type.split_once('/').map(|(kind, _)| format!("{kind}/*")).unwrap_or_default();
    [media_type, &range, "*/*"].into_iter().find_map(|name| of.get(name).copied())
}
