//! The event that a call becomes.
//!
//! In: the call of a test, and the route that it goes to. Out: the event of payload 2.0 that API Gateway would send.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use lambda_http::Body;
use routegen_spec::IdentitySource;
use serde_json::{Map, Value, json};

use super::Call;
use crate::local::event::{self, Arrival, Head};

/// The host where a call names none.
const HOST: HeaderValue = HeaderValue::from_static("local.execute-api.us-east-1.amazonaws.com");

/// What API Gateway says of how it was called.
const ADDED: [(&str, &str); 2] = [("x-forwarded-port", "443"), ("x-forwarded-proto", "https")];

pub(super) fn of(call: &Call, route_key: &str, parameters: &[(String, String)]) -> Value {
    let (mut headers, claims) = (headers(call), claims(call));
    if let Some(claims) = claims.as_ref().filter(|_| call.context.is_none()) {
        // API Gateway has verified a token, which it passes on.
        headers.entry(header::AUTHORIZATION).or_insert_with(|| {
            HeaderValue::try_from(format!("Bearer {}", token(claims))).expect("base64 is a header's value")
        });
    }
    let mut event = event::of_route(&head(call, &headers, route_key, parameters, &Arrival::now()));
    if let Some(context) = &call.context {
        event["requestContext"]["authorizer"] = json!({ "lambda": context });
    } else if let Some(claims) = claims {
        let printed: Map<String, Value> =
            claims.iter().filter_map(|(name, value)| Some((name.clone(), printed(value)?.into()))).collect();
        event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": printed, "scopes": null } });
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
    sources: &[IdentitySource],
    route_key: &str,
    parameters: &[(String, String)],
) -> Option<Value> {
    event::of_authorizer(&head(call, &headers(call), route_key, parameters, &Arrival::now()), sources)
}

fn head<'a>(
    call: &'a Call,
    headers: &'a HeaderMap,
    route_key: &'a str,
    parameters: &'a [(String, String)],
    arrival: &'a Arrival,
) -> Head<'a> {
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    Head {
        method: &call.method,
        path,
        query,
        headers,
        cookies: if cookie_line(call).is_none() { &call.cookies } else { &[] },
        added: &ADDED,
        protocol: "HTTP/1.1",
        source_ip: Some(call.source_ip),
        stage_variables: &call.stage_variables,
        route_key,
        parameters,
        arrival,
    }
}

/// The lines that a client would send.
fn headers(call: &Call) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // Browsers send all of them in one line.
    if let Some(line) = cookie_line(call) {
        headers.append(header::COOKIE, line);
    }
    for (name, value) in &call.headers {
        let line = HeaderName::try_from(name).ok().zip(HeaderValue::from_str(value).ok());
        let (name, value) =
            line.unwrap_or_else(|| panic!("no client can send the header {name:?}: {value:?}"));
        headers.append(name, value);
    }
    headers.entry(header::HOST).or_insert(HOST);
    headers
}

/// The line of the call's cookies, if there are any and a line can hold them.
fn cookie_line(call: &Call) -> Option<HeaderValue> {
    HeaderValue::try_from(call.cookies.join("; ")).ok().filter(|line| !line.is_empty())
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
