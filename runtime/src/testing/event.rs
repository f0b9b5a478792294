//! The event that a call becomes.
//!
//! In: the call of a test, and the route that it goes to. Out: the event of payload 2.0 that API Gateway would send.

use lambda_http::Body;
use serde_json::{Map, Value, json};

use super::Call;
use crate::local::event::{self, Head};

pub(super) fn of(call: &Call, route_key: &str, parameters: &[(String, String)]) -> Value {
    let mut event = event::of_route(&head(call, route_key, parameters));
    if let Some(authorizer) = authorizer(call) {
        event["requestContext"]["authorizer"] = authorizer;
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

/// The event of an authorizer; `None` where the request lacks an identity.
pub(super) fn of_authorizer(
    call: &Call,
    sources: &[&str],
    route_key: &str,
    parameters: &[(String, String)],
) -> Option<Value> {
    event::of_authorizer(&head(call, route_key, parameters), sources)
}

fn head<'a>(call: &'a Call, route_key: &'a str, parameters: &'a [(String, String)]) -> Head<'a> {
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    Head {
        method: &call.method,
        path,
        query,
        headers: &call.headers,
        cookies: &call.cookies,
        stage_variables: &call.stage_variables,
        route_key,
        parameters,
    }
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
