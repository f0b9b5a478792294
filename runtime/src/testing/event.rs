//! The event that a call becomes.
//!
//! In: the call of a test, and the route that it goes to. Out: the event of payload 2.0 that API Gateway would send.

use lambda_http::Body;
use serde_json::{Map, Value, json};

use super::Call;
use crate::local::event::{self, Head};

pub(super) fn of(call: &Call, route_key: &str, parameters: &[(String, String)]) -> Value {
    let mut event = event::of_route(&head(call, route_key, parameters));
    if let Some(context) = &call.context {
        event["requestContext"]["authorizer"] = json!({ "lambda": context });
    } else if let Some(claims) = claims(call) {
        let printed: Map<String, Value> =
            claims.iter().filter_map(|(name, value)| Some((name.clone(), printed(value)?.into()))).collect();
        event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": printed, "scopes": null } });
        // API Gateway has verified a token, which it passes on.
        if event["headers"].get("authorization").is_none() {
            event["headers"]["authorization"] = format!("Bearer {}", token(&claims)).into();
        }
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

/// The claims of the token that the call has, if it has one.
fn claims(call: &Call) -> Option<Map<String, Value>> {
    if call.claims.is_none() && call.scopes.is_none() {
        return None;
    }
    let said = call.claims.as_ref().and_then(Value::as_object);
    let mut claims = said.cloned().unwrap_or_default();
    if let Some(scopes) = &call.scopes {
        claims.insert("scope".to_owned(), scopes.as_str().into());
    }
    Some(claims)
}

/// A claim as API Gateway prints it, if it does.
fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => {
            Some(format!("[{}]", values.iter().filter_map(printed).collect::<Vec<_>>().join(" ")))
        }
        value => Some(value.to_string()),
    }
}

/// A token with these claims, which nobody has signed.
fn token(claims: &Map<String, Value>) -> String {
    let encoded = |json: &Value| {
        let padded = json!(Body::Binary(json.to_string().into_bytes()));
        padded.as_str().unwrap_or_default().trim_end_matches('=').replace('+', "-").replace('/', "_")
    };
    let header = encoded(&json!({ "alg": "RS256", "kid": "testing" }));
    format!("{header}.{}.c2lnbmF0dXJl", encoded(&Value::Object(claims.clone())))
}
