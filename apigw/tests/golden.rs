//! Checks the rules against events and responses that AWS published or others captured.
//!
//! Each file in `golden/` names the source of its sample, what was changed in it, and the request that
//! causes the event. The result must be exactly that event, except for fields that the file lists with a
//! reason; a field that would match must not be listed. `runtime/src/event/golden.rs` tests that `routegen`
//! reads the events as the same requests.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use routegen_apigw::{
    ACCOUNT_ID, ApiStage, Refusal, claims,
    event::{IamIdentity, Identity, RoutedRequest, authorizer_event, proxy_event},
    identity, response,
    routing::{RequestPath, Trie},
};
use routegen_spec::{IdentitySource, PathPattern};
use serde::Deserialize;
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    source: String,
    changes: String,
    api: Api,
    route: String,
    request: Request,
    /// Where an authorizer's callers identify themselves.
    #[serde(default)]
    identity_sources: Vec<IdentitySource>,
    /// The fields that are not built, each with the reason.
    #[serde(default)]
    except: BTreeMap<String, String>,
    event: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Api {
    region: String,
    stage: Option<String>,
    variables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    /// The headers that API Gateway adds.
    added: BTreeMap<String, String>,
    protocol: String,
    source_ip: String,
    id: String,
    time_ms: u64,
    body: Option<String>,
}

/// The files of a folder, by their names.
fn files<T: for<'de> Deserialize<'de>>(folder: &str) -> BTreeMap<String, T> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(folder);
    let read = |file: fs::DirEntry| {
        let path = file.path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let file = serde_json::from_slice(&fs::read(&path).unwrap());
        (name.clone(), file.unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    let files: BTreeMap<_, _> = fs::read_dir(folder).unwrap().map(|file| read(file.unwrap())).collect();
    assert!(!files.is_empty());
    files
}

impl Golden {
    /// The event that is built from the request.
    fn built(&self, make: impl FnOnce(&RoutedRequest<'_>) -> Bytes) -> Value {
        let Self { api, request, .. } = self;
        let stage = ApiStage {
            account_id: ACCOUNT_ID.into(),
            api_id: self.event["requestContext"]["apiId"].as_str().unwrap().to_owned().into(),
            region: api.region.clone().into(),
            name: api.stage.clone(),
            variables: api.variables.clone(),
        };
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let added: Vec<_> = request
            .added
            .iter()
            .map(|(name, value)| (name.as_str(), Cow::Borrowed(value.as_str())))
            .collect();
        let event = make(&RoutedRequest {
            stage: &stage,
            route_key: &self.route,
            path_parameters: &self.parameters(path),
            method: &request.method.parse::<Method>().unwrap(),
            path,
            query,
            headers: &headers,
            cookies: &[],
            added_headers: &added,
            protocol: &request.protocol,
            source_ip: Some(request.source_ip.parse().unwrap()),
            request_id: &request.id,
            time: UNIX_EPOCH + Duration::from_millis(request.time_ms),
        });
        serde_json::from_slice(&event).unwrap()
    }

    /// The parameters of the route, which must match the request.
    fn parameters(&self, path: &str) -> Vec<(String, String)> {
        let (method, pattern) = self.route.split_once(' ').unwrap_or(("ANY", &self.route));
        let pattern: PathPattern = pattern.parse().unwrap();
        let mut trie = Trie::default();
        trie.insert(method.parse().unwrap(), &pattern, 7).unwrap();
        let path = RequestPath::parse(path).unwrap();
        let path = match &self.api.stage {
            Some(stage) if !pattern.is_default() => path.strip_stage(stage).unwrap(),
            _ => path,
        };
        assert_eq!(trie.select(&self.request.method, &path), Some(7));
        path.parameters_of(&pattern)
    }

    /// Compares, and requires a reason for every difference.
    fn compare(&self, name: &str, mut built: Value) {
        assert!(!self.source.is_empty() && !self.changes.is_empty(), "{name}");
        let mut event = self.event.clone();
        for (pointer, reason) in &self.except {
            assert!(!reason.is_empty());
            assert_ne!(
                built.pointer(pointer),
                event.pointer(pointer),
                "{name}: {pointer} needs no exception"
            );
            remove(&mut built, pointer);
            remove(&mut event, pointer);
        }
        assert_eq!(built, event, "{name}");
    }
}

fn remove(value: &mut Value, pointer: &str) {
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    if let Some(parent) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
        parent.remove(field);
    }
}

/// The caller, in the form that an authorizer returns.
fn who(authorizer: &Value) -> Identity {
    let raw = |value: &Value| -> Arc<RawValue> { Arc::from(to_raw_value(value).unwrap()) };
    if let Some(jwt) = authorizer.get("jwt") {
        let claims = jwt["claims"].as_object().unwrap();
        let scopes = jwt["scopes"].as_array();
        let scopes = scopes.map(|scopes| scopes.iter().map(|scope| scope.as_str().unwrap().to_owned()));
        return Identity::Jwt { claims: raw(&json!(claims)), scopes: scopes.map(Iterator::collect) };
    }
    if let Some(context) = authorizer.get("lambda") {
        return Identity::Lambda(Some(context).filter(|context| !context.is_null()).map(raw));
    }
    let Some(iam) = authorizer.get("iam") else { return Identity::Open };
    let text = |name: &str| iam[name].as_str().unwrap().to_owned();
    let cognito = Some(&iam["cognitoIdentity"]).filter(|cognito| !cognito.is_null());
    Identity::Iam(IamIdentity {
        access_key: text("accessKey"),
        account_id: text("accountId").into(),
        caller_id: text("callerId").into(),
        cognito_identity: cognito.map(|cognito| to_raw_value(cognito).unwrap()),
        principal_org_id: iam["principalOrgId"].as_str().map(str::to_owned),
        user_arn: text("userArn"),
        user_id: text("userId").into(),
    })
}

#[test]
fn a_request_becomes_the_event_that_api_gateway_sends() {
    for (name, golden) in files::<Golden>("events") {
        let identity = who(&golden.event["requestContext"]["authorizer"]);
        let body = golden.request.body.clone().unwrap_or_default();
        let built = golden.built(|request| proxy_event(request, &identity, body.as_bytes()));
        golden.compare(&name, built);
    }
}

#[test]
fn a_request_becomes_the_event_that_an_authorizer_is_asked_with() {
    for (name, golden) in files::<Golden>("authorizers") {
        let built = golden.built(|request| {
            authorizer_event(request, &identity::values(&golden.identity_sources, request).unwrap())
        });
        golden.compare(&name, built);
    }
}

/// The claims of a token that are shown as these texts: numbers and lists appear as their text forms.
#[test]
fn the_claims_of_a_token_are_shown_as_api_gateway_shows_them() {
    let token = json!({
        "auth_time": 1_787_992_402, "client_id": "1example23456789", "cognito:groups": ["admin", "poweruser"],
        "exp": 1_787_996_002, "iat": 1_787_992_402,
        "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example00",
        "scope": "shop/scope1 shop/scope2", "sub": "6418b458-d091-705e-122e-04bf2945fcdf", "token_use": "access",
        "username": "ann",
    });
    let token = token.as_object().unwrap();
    let golden = &files::<Golden>("events")["json_body_with_scopes"];
    let shown = &golden.event["requestContext"]["authorizer"]["jwt"];
    assert_eq!(json!(claims::shown(token)), shown["claims"]);
    assert_eq!(json!(claims::shown_scopes(claims::scopes(token), &["shop/scope1"])), shown["scopes"]);
    let golden = &files::<Golden>("events")["jwt_claims"];
    let shown = &golden.event["requestContext"]["authorizer"]["jwt"];
    assert_eq!(json!(claims::shown_scopes::<_, &str>(claims::scopes(token), &[])), shown["scopes"]);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    source: String,
    changes: String,
    /// The function's answer, as JSON or as text.
    answer: Option<Value>,
    answer_text: Option<String>,
    /// Why API Gateway's response differs from the gateway's, which is a 500.
    difference: Option<String>,
    response: Response,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
    /// Sorted.
    headers: Vec<(String, String)>,
    body: String,
}

impl From<http::Response<Bytes>> for Response {
    fn from(response: http::Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        let mut headers: Vec<_> = head.headers.iter().map(header).collect();
        headers.sort();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Self { status: head.status.as_u16(), headers, body }
    }
}

#[test]
fn an_answer_becomes_the_response_that_a_client_gets() {
    for (name, golden) in files::<Answered>("responses") {
        assert!(!golden.source.is_empty() && !golden.changes.is_empty(), "{name}");
        let answer = golden.answer_text.unwrap_or_else(|| golden.answer.unwrap().to_string());
        let response = response::response(&Bytes::from(answer));
        let response = response.unwrap_or_else(|_| Refusal::InternalServerError.response());
        let response = Response::from(response);
        match golden.difference {
            None => assert_eq!(response, golden.response, "{name}"),
            Some(reason) => {
                assert!(response.status == 500 && response != golden.response, "{name}: {reason}");
            }
        }
    }
}
