//! The event for a call.
//!
//! In: the call of a test, and the route that it matches. Out: the event of payload 2.0 that API Gateway
//! would send.

use std::{borrow::Cow, sync::Arc, time::SystemTime};

use aws_lambda_events::encodings::Body;
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};
use routegen_apigw::{
    ApiStage, claims,
    event::{Identity, RoutedRequest, proxy_event},
};
use routegen_spec::{IdentitySource, Scope};
use serde_json::{Map, Value, json, value::to_raw_value};

use super::{call::Call, lookup::Place};
use crate::simulate::event::{of_authorizer as authorizer_event, request_id};

/// The default host of calls.
const HOST: HeaderValue = HeaderValue::from_static("local.execute-api.us-east-1.amazonaws.com");

/// The headers that API Gateway adds about its connection.
const ADDED: [(&str, Cow<'_, str>); 2] =
    [("x-forwarded-port", Cow::Borrowed("443")), ("x-forwarded-proto", Cow::Borrowed("https"))];

/// A route's event. The route requires tokens with one of these scopes, if there are any.
pub(super) fn of(call: &Call, place: &Place, wanted: &[Scope]) -> Bytes {
    let (mut headers, claims) = (headers(call), claims(call));
    if let Some(claims) = claims.as_ref().filter(|_| call.context.is_none()) {
        // API Gateway passes on the token that it has verified.
        headers.entry(header::AUTHORIZATION).or_insert_with(|| {
            HeaderValue::try_from(format!("Bearer {}", token(claims))).expect("base64 is a header's value")
        });
    }
    let identity = match (&call.context, claims) {
        (Some(context), _) => Identity::Lambda(Some(Arc::from(to_raw_value(context).expect("it is JSON")))),
        (None, Some(claims)) => Identity::Jwt {
            claims: Arc::from(to_raw_value(&claims::shown(&claims)).expect("it is JSON")),
            scopes: claims::shown_scopes(claims::scopes(&claims), wanted).map(Arc::from),
        },
        (None, None) => Identity::Open,
    };
    let body = call.body.as_deref().unwrap_or_default();
    with_request(call, &headers, place, |request| proxy_event(request, &identity, body))
}

/// An authorizer's event; `None` if the request lacks an identity source.
pub(super) fn of_authorizer(call: &Call, sources: &[IdentitySource], place: &Place) -> Option<Bytes> {
    with_request(call, &headers(call), place, |request| authorizer_event(request, sources))
}

fn with_request<R>(
    call: &Call,
    headers: &HeaderMap,
    place: &Place,
    make: impl FnOnce(&RoutedRequest<'_>) -> R,
) -> R {
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    make(&RoutedRequest {
        stage: &ApiStage { variables: call.stage_variables.iter().cloned().collect(), ..ApiStage::default() },
        route_key: &place.route_key,
        path_parameters: &place.parameters,
        method: &call.method,
        path,
        query,
        headers,
        cookies: if cookie_line(call).is_none() { &call.cookies } else { &[] },
        added_headers: &ADDED,
        protocol: "HTTP/1.1",
        source_ip: Some(call.source_ip),
        request_id: &request_id(),
        time: SystemTime::now(),
    })
}

/// The headers that a client would send.
fn headers(call: &Call) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // Browsers send all cookies in one header.
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

/// The header of the call's cookies, if there are any and they are a valid value.
fn cookie_line(call: &Call) -> Option<HeaderValue> {
    HeaderValue::try_from(call.cookies.join("; ")).ok().filter(|line| !line.is_empty())
}

/// The claims of the call's token, if it has one.
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

/// An unsigned token with these claims.
fn token(claims: &Map<String, Value>) -> String {
    let encoded = |json: &Value| {
        let padded = json!(Body::Binary(json.to_string().into_bytes()));
        padded.as_str().unwrap_or_default().trim_end_matches('=').replace('+', "-").replace('/', "_")
    };
    let header = encoded(&json!({ "alg": "RS256", "kid": "testing" }));
    format!("{header}.{}.c2lnbmF0dXJl", encoded(&Value::Object(claims.clone())))
}
