//! The events of payload 2.0 that API Gateway would send.
//!
//! In: the head of a request, and the route that takes it. Out: the event as JSON: a route's, to which the caller adds
//! the body, or an authorizer's, with the identity.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value, json};

use super::identity;

/// The head of a request.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    /// As the client sends it.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    /// The names are in lower case; several of one name are joined, in order.
    pub(crate) headers: &'a [(String, String)],
    /// Each as `name=value`.
    pub(crate) cookies: &'a [String],
    pub(crate) stage_variables: &'a [(String, String)],
    pub(crate) route_key: &'a str,
    pub(crate) parameters: &'a [(String, String)],
}

/// The host where a request has none.
const HOST: &str = "local.execute-api.us-east-1.amazonaws.com";

/// A route's event, without a body.
#[cfg(feature = "testing")]
pub(crate) fn of_route(head: &Head<'_>) -> Value {
    let mut event = common(head);
    event["isBase64Encoded"] = false.into();
    event
}

/// An authorizer's event; `None` where the request lacks an identity source, and API Gateway asks nobody.
pub(crate) fn of_authorizer(head: &Head<'_>, sources: &[&str]) -> Option<Value> {
    let mut event = common(head);
    event["type"] = "REQUEST".into();
    let (method, path) = (head.method, head.path);
    event["routeArn"] =
        format!("arn:aws:execute-api:us-east-1:123456789012:local/$default/{method}{path}").into();
    event["identitySource"] = json!(identity::of(sources, &event)?);
    Some(event)
}

fn common(head: &Head<'_>) -> Value {
    let Head { method, path, query, route_key, .. } = *head;
    let headers = headers(head.headers);
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": HOST,
            "domainPrefix": "local",
            "http": {
                "method": method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": headers.get("user-agent").map_or("routegen", String::as_str),
            },
            "requestId": "local",
            "routeKey": route_key,
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
    });
    event["headers"] = json!(headers);
    // What is empty, API Gateway leaves out.
    if !head.cookies.is_empty() {
        event["cookies"] = head.cookies.into();
    }
    for (name, pairs) in [("pathParameters", head.parameters), ("stageVariables", head.stage_variables)] {
        if !pairs.is_empty() {
            event[name] = pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        }
    }
    event
}

fn headers(pairs: &[(String, String)]) -> BTreeMap<&str, String> {
    let mut headers = BTreeMap::from([("host", HOST.to_owned())]);
    for (name, value) in pairs {
        let joined =
            headers.get(name.as_str()).filter(|_| name != "host").map(|first| format!("{first},{value}"));
        headers.insert(name, joined.unwrap_or_else(|| value.clone()));
    }
    headers
}
