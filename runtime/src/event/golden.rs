//! Reads the events of `apigw/tests/golden`, which AWS published or others captured, as the requests that
//! they describe.

use std::{collections::BTreeMap, fs, path::Path};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use lambda_http::{RequestExt as _, request::RequestContext};
use lambda_runtime::{Context, LambdaEvent};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json, value::to_raw_value};

use super::{authorizer_request, request};
use crate::{authorizer::AuthorizerRequest, request::Request};

fn files(folder: &str) -> BTreeMap<String, Value> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(folder);
    let read = |file: fs::DirEntry| {
        let golden = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
        (file.file_name().into_string().unwrap(), golden)
    };
    let files: BTreeMap<_, _> = fs::read_dir(folder).unwrap().map(|file| read(file.unwrap())).collect();
    assert!(!files.is_empty());
    files
}

fn event(golden: &Value) -> LambdaEvent<Box<serde_json::value::RawValue>> {
    LambdaEvent::new(to_raw_value(&golden["event"]).unwrap(), Context::default())
}

/// The headers of a request: lines with the same name are joined, also those of cookies. For headers that the
/// receiver adds, the event shows whether they are present.
fn headers(golden: &Value) -> HeaderMap {
    let mut joined = BTreeMap::<String, String>::new();
    let lines = golden["request"]["headers"].as_array().unwrap().iter();
    let lines = lines.map(|line| [0, 1].map(|at| line[at].as_str().unwrap().to_owned()));
    let added = golden["request"]["added"].as_object().into_iter().flatten();
    let added = added.map(|(name, value)| [name.clone(), value.as_str().unwrap().to_owned()]);
    for [name, value] in lines.chain(added) {
        let between = if name == "cookie" { "; " } else { "," };
        joined.entry(name).and_modify(|values| *values += &(between.to_owned() + &value)).or_insert(value);
    }
    let shown = golden["event"]["headers"].as_object().unwrap();
    if let Some(addresses) = shown.get("x-forwarded-for").and_then(Value::as_str) {
        joined.insert("x-forwarded-for".to_owned(), addresses.to_owned());
    }
    // Headers that the documentation's examples omit.
    joined.retain(|name, _| name == "cookie" || shown.keys().any(|shown| shown.eq_ignore_ascii_case(name)));
    joined
        .iter()
        .map(|(name, value)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        })
        .collect()
}

fn pairs(value: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn check(name: &str, golden: &Value, made: &Request) {
    let (sent, event) = (&golden["request"], &golden["event"]);
    assert_eq!(made.method(), sent["method"].as_str().unwrap(), "{name}");
    let (path, query) = sent["target"].as_str().unwrap().split_once('?').unzip();
    let (path, query) = (path.unwrap_or_else(|| sent["target"].as_str().unwrap()), query);
    let decoded = |path: &str| percent_decode_str(path).decode_utf8().unwrap().into_owned();
    assert_eq!(decoded(made.uri().path()), decoded(path), "{name}");
    assert_eq!(made.uri().query(), query, "{name}");
    assert_eq!(made.headers(), &headers(golden), "{name}");
    assert_eq!(made.query_string_parameters().is_empty(), query.is_none(), "{name}");
    let parameters: BTreeMap<_, _> =
        made.path_parameters().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(parameters, pairs(&event["pathParameters"]), "{name}");
    let variables: BTreeMap<_, _> =
        made.stage_variables().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(variables, pairs(&event["stageVariables"]), "{name}");
}

fn check_context(name: &str, golden: &Value, made: &Request) {
    assert_eq!(made.raw_http_path(), golden["event"]["rawPath"].as_str().unwrap(), "{name}");
    let Some(RequestContext::ApiGatewayV2(context)) = made.request_context_ref() else { panic!("{name}") };
    assert_eq!(context.http.source_ip.as_deref(), golden["request"]["source_ip"].as_str(), "{name}");
    assert_eq!(context.request_id.as_deref(), golden["request"]["id"].as_str(), "{name}");
    assert_eq!(context.route_key.as_deref(), golden["route"].as_str(), "{name}");
    let authorizer = serde_json::to_value(&context.authorizer).unwrap();
    let said = golden["event"]["requestContext"].get("authorizer").cloned().unwrap_or_default();
    for kind in ["jwt", "lambda", "iam"] {
        let [read, said] =
            [&authorizer, &said].map(|authorizer| authorizer.get(kind).cloned().unwrap_or_default());
        // `lambda_http` omits nulls.
        let without_null = |value: Value| match value {
            Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            value => value,
        };
        assert_eq!(without_null(read), without_null(said), "{name}");
    }
}

#[test]
fn an_event_is_read_as_the_request_that_it_is_of() {
    for (name, golden) in files("events") {
        let made = request(event(&golden)).unwrap();
        check(&name, &golden, &made);
        check_context(&name, &golden, &made);
        let body = golden["request"]["body"].as_str().unwrap_or_default();
        assert_eq!(made.body().as_ref(), body.as_bytes(), "{name}");
    }
}

#[test]
fn an_authorizers_event_is_read_as_the_request_that_it_asks_about() {
    for (name, golden) in files("authorizers") {
        let made = authorizer_request(event(&golden)).unwrap();
        check(&name, &golden, &made);
        check_context(&name, &golden, &made);
        assert!(made.body().is_empty(), "{name}");
        let asks = made.extensions().get::<AuthorizerRequest>().unwrap();
        assert_eq!(json!(asks.identity_source), golden["event"]["identitySource"], "{name}");
        assert_eq!(asks.route_arn, golden["event"]["routeArn"].as_str().unwrap(), "{name}");
        assert_eq!(asks.raw_path, golden["event"]["rawPath"].as_str().unwrap(), "{name}");
        assert_eq!(asks.headers, *made.headers(), "{name}");
        let cookies = golden["event"].get("cookies").cloned().unwrap_or_else(|| json!([]));
        assert_eq!(json!(asks.cookies), cookies, "{name}");
    }
}

#[cfg(feature = "rest")]
#[test]
fn an_event_of_payload_1_is_read_as_the_request_that_it_is_of() {
    for (name, golden) in files("rest") {
        let made = request(event(&golden)).unwrap();
        check(&name, &golden, &made);
        let body = to_raw_value(made.body()).unwrap();
        let sent = golden["request"]["body_base64"].as_str().filter(|body| !body.is_empty());
        assert_eq!(serde_json::from_str::<Value>(body.get()).unwrap().as_str(), sent, "{name}");
    }
}

/// Its response would have to be an IAM policy.
#[test]
fn an_authorizers_event_of_payload_1_is_refused() {
    for (name, golden) in files("refused") {
        let error = authorizer_request(event(&golden)).unwrap_err().to_string();
        assert!(
            error.contains("payload format 2.0") || error.contains("takes REQUEST with 2.0"),
            "{name}: {error}"
        );
    }
}
