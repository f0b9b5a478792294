//! The event of payload 2.0 that API Gateway would send.
//!
//! In: the call of a test, and the route that it goes to. Out: the event as JSON.

use std::collections::BTreeMap;

use lambda_http::Body;
use serde_json::{Map, Value, json};

use super::{Call, lookup::Found};

pub(super) fn of(call: &Call, found: &Found) -> Value {
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    let key = found.route.key;
    let mut event = json!({
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(call),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "test",
            "domainName": "test.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "test",
            "http": {
                "method": call.method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": "routegen",
            },
            "requestId": "test",
            "routeKey": key,
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
        "isBase64Encoded": false,
    });
    if let Some(authorizer) = authorizer(call) {
        event["requestContext"]["authorizer"] = authorizer;
    }
    // What is empty, API Gateway leaves out.
    if !call.cookies.is_empty() {
        event["cookies"] = call.cookies.clone().into();
    }
    if !found.parameters.is_empty() {
        event["pathParameters"] =
            found.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    }
    match call.body.as_deref().map(|bytes| (bytes, str::from_utf8(bytes))) {
        None => {}
        Some((_, Ok(text))) => event["body"] = text.into(),
        Some((bytes, Err(_))) => {
            event["body"] = json!(Body::Binary(bytes.to_vec()));
            event["isBase64Encoded"] = true.into();
        }
    }
    event
}

fn headers(call: &Call) -> BTreeMap<&str, String> {
    let mut headers = BTreeMap::from([("host", "test.execute-api.us-east-1.amazonaws.com".to_owned())]);
    for (name, value) in &call.headers {
        let joined =
            headers.get(name.as_str()).filter(|_| name != "host").map(|first| format!("{first},{value}"));
        headers.insert(name, joined.unwrap_or_else(|| value.clone()));
    }
    headers
}

fn authorizer(call: &Call) -> Option<Value> {
    if let Some(context) = &call.context {
        return Some(json!({ "lambda": context }));
    }
    if call.claims.is_none() && call.scopes.is_none() {
        return None;
    }
    let mut claims: Map<String, Value> = call
        .claims
        .iter()
        .filter_map(Value::as_object)
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), printed(value).into()))
        .collect();
    if let Some(scopes) = &call.scopes {
        claims.insert("scope".to_owned(), scopes.as_str().into());
    }
    Some(json!({ "jwt": { "claims": claims, "scopes": null } }))
}

/// A claim as API Gateway prints it.
fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => format!("[{}]", values.iter().map(printed).collect::<Vec<_>>().join(" ")),
        value => value.to_string(),
    }
}
