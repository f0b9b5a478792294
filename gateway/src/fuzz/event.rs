//! Turns request lines and headers into events: nothing is lost, and no forged signature is accepted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use routegen_apigw::event::{Identity, RoutedRequest, authorizer_event, is_hop_by_hop, proxy_event};
use routegen_spec::{Auth, Method};
use serde_json::{Value, json};

use super::request::{Called, Sent, called};
use crate::{
    Api, Function, IamKey, Route, authorize::IamVerifier, deployment::Deployment, functions::Services,
};

/// 2020-03-04T19:03:58Z, which the signed seed also uses.
const NOW: Duration = Duration::from_secs(1_583_348_638);

/// Makes the events of a request. Input that is not a request is ignored.
///
/// # Panics
///
/// If an event differs from the request, or a signature passes.
pub fn event(input: &[u8]) {
    static API: OnceLock<Deployment> = OnceLock::new();
    let Some(sent) = Sent::parse(input) else { return };
    let api = API.get_or_init(api);
    called(api, &sent.parts, sent.body, now(), |call| {
        let event = serde_json::from_slice(&proxy_event(&call.request, &Identity::Open, sent.body)).unwrap();
        check(&sent, call, &event);
        check_authorizers(&call.request, event);
        let iam =
            IamVerifier::new([IamKey::new("AKIDEXAMPLE", "secret")].into(), routegen_apigw::REGION.into());
        assert!(iam.verify(&call.request, sent.body).is_err(), "nobody signed this");
    });
}

fn now() -> SystemTime {
    UNIX_EPOCH + NOW
}

fn api() -> Deployment {
    let route = |path: &str| Route::new(Method::Any, path.parse().unwrap(), Auth::None, "f");
    let function = Function::in_process(async |_| Ok(json!({})));
    let api = Api::new().function("f", function).route(route("/{a}/{rest+}")).route(route("$default"));
    Deployment::new(&api.stage_variable("colour", "blue"), &Services::for_tests(), None).unwrap()
}

fn check(sent: &Sent<'_>, call: &Called<'_>, event: &Value) {
    let uri = &sent.parts.uri;
    let path = String::from_utf8(decoded(uri.path().as_bytes())).unwrap();
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], call.route.key.as_str());
    assert_eq!(event["rawPath"], path.as_str());
    assert_eq!(event["rawQueryString"], uri.query().unwrap_or_default());
    let context = &event["requestContext"];
    assert_eq!(context["routeKey"], event["routeKey"]);
    assert_eq!(context["http"]["method"], sent.parts.method.as_str());
    assert_eq!(context["http"]["path"], event["rawPath"]);
    assert_eq!(context["time"], "04/Mar/2020:19:03:58 +0000");

    if call.route.path.is_default() {
        assert_eq!(event.get("pathParameters"), None);
    } else {
        let [a, rest] = ["a", "rest"].map(|name| event["pathParameters"][name].as_str().unwrap());
        assert_eq!(format!("/{a}/{rest}"), path);
    }
    let query = query(uri.query().unwrap_or_default());
    assert_eq!(event.get("queryStringParameters"), some(query).as_ref());
    assert_eq!(event.get("cookies"), some(cookies(sent)).as_ref());
    assert_eq!(event["headers"], headers(sent));

    let body = event.get("body").map(|body| {
        let body = body.as_str().unwrap();
        if event["isBase64Encoded"] == true { STANDARD.decode(body).unwrap() } else { body.into() }
    });
    assert_eq!(body.as_deref(), Some(sent.body).filter(|body| !body.is_empty()));
}

/// An authorizer's event is the route's event without a body and with three additional fields.
fn check_authorizers(request: &RoutedRequest<'_>, mut of_route: Value) {
    let mut event: Value = serde_json::from_slice(&authorizer_event(request, &["it".to_owned()])).unwrap();
    let fields = event.as_object_mut().unwrap();
    assert_eq!(fields.remove("type"), Some("REQUEST".into()));
    assert_eq!(fields.remove("identitySource"), Some(json!(["it"])));
    assert!(fields.remove("routeArn").is_some_and(|arn| arn.is_string()));
    let fields = of_route.as_object_mut().unwrap();
    fields.remove("body");
    fields.remove("isBase64Encoded");
    assert_eq!(event, of_route);
}

/// Empty fields are left out of an event.
fn some(value: Value) -> Option<Value> {
    let empty = match &value {
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    (!empty).then_some(value)
}

fn query(query: &str) -> Value {
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, '=').map(|half| decoded(half.replace('+', " ").as_bytes()));
        let mut half = || String::from_utf8_lossy(&halves.next().unwrap_or_default()).into_owned();
        let (name, value) = (half(), half());
        parameters.entry(name).or_default().push(value);
    }
    parameters.into_iter().map(|(name, values)| (name, Value::from(values.join(",")))).collect()
}

fn cookies(sent: &Sent<'_>) -> Value {
    let all: Vec<String> = sent.values("cookie").collect();
    all.join(";").split(';').map(str::trim).filter(|cookie| !cookie.is_empty()).map(Value::from).collect()
}

fn headers(sent: &Sent<'_>) -> Value {
    let joined = |name: &str| sent.values(name).collect::<Vec<_>>().join(",");
    let names: BTreeSet<&str> = sent.names().collect();
    let kept = names.into_iter().filter(|name| *name != "cookie" && !is_hop_by_hop(&name.parse().unwrap()));
    let mut headers: BTreeMap<&str, String> = kept.map(|name| (name, joined(name))).collect();
    let forwarded = joined("x-forwarded-for");
    let client = if forwarded.is_empty() { "192.0.2.1".to_owned() } else { forwarded + ", 192.0.2.1" };
    headers.insert("x-amzn-trace-id", "trace".to_owned());
    headers.insert("x-forwarded-for", client);
    headers.insert("x-forwarded-port", "80".to_owned());
    headers.insert("x-forwarded-proto", "http".to_owned());
    headers.insert("content-length", sent.body.len().to_string());
    json!(headers)
}

fn decoded(mut bytes: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::new();
    while let [first, rest @ ..] = bytes {
        let escaped = match bytes {
            [b'%', high, low, ..] => digit(*high).zip(digit(*low)),
            _ => None,
        };
        decoded.push(escaped.map_or(*first, |(high, low)| high * 16 + low));
        bytes = if escaped.is_some() { &bytes[3..] } else { rest };
    }
    decoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_request_has_an_event_with_what_was_sent(
            target in "/[!-~&&[^#]]{0,40}",
            headers in prop::collection::vec(("[a-z][a-z0-9-]{0,12}|cookie|x-forwarded-for|Content-Type", "[ -~\u{80}-\u{ff}]{0,20}|text/plain"), 0..8),
            body in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut input = format!("POST {target} HTTP/1.1\r\n").into_bytes();
            for (name, value) in &headers {
                input.extend_from_slice(name.as_bytes());
                input.extend_from_slice(b": ");
                input.extend(value.chars().map(|c| u8::try_from(c).unwrap()));
                input.extend_from_slice(b"\r\n");
            }
            input.extend_from_slice(b"\r\n");
            input.extend_from_slice(&body);
            event(&input);
        }

        #[test]
        fn any_bytes_are_a_request_or_none(input in prop::collection::vec(any::<u8>(), 0..80)) {
            event(&input);
        }
    }
}
