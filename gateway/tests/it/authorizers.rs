//! Lambda authorizers, and signatures with AWS keys.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use jiff::{SignedDuration, Timestamp};
use routegen_gateway::{Api, Function, FunctionError, Gateway, IamKey, LambdaAuthorizer, Route};
use routegen_spec::Method;
use serde_json::{Value, json};

use crate::client::{Request, request};

fn echo() -> Function {
    Function::in_process(async |invocation| {
        Ok(json!({ "statusCode": 200, "body": invocation.event()?.to_string() }))
    })
}

fn api() -> Api {
    Api::new().function("echo", echo())
}

fn route(path: &str, auth: &str) -> Route {
    Route::new(Method::Any, path.parse().unwrap(), auth.parse().unwrap(), "echo")
}

/// A function that decides by its identity source, and the number of its calls.
fn asked() -> (Function, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let function = Function::in_process(move |invocation| {
        counted.fetch_add(1, Ordering::Relaxed);
        async move {
            let event = invocation.event()?;
            Ok(match event["identitySource"][0].as_str() {
                Some("yes") => json!({ "isAuthorized": true, "context": { "event": event, "number": 7 } }),
                Some("plain") => json!({ "isAuthorized": true }),
                Some("policy") => json!({ "principalId": "me", "policyDocument": {} }),
                Some("wrong") => json!({ "isAuthorized": "yes" }),
                Some("fail") => return Err(FunctionError::new("Whatever", "it went wrong")),
                _ => json!({ "isAuthorized": false }),
            })
        }
    });
    (function, count)
}

fn by_key(ttl: Duration) -> (Api, Arc<AtomicUsize>) {
    let (function, count) = asked();
    let sources = ["$request.header.x-api-key", "$context.routeKey"].map(|source| source.parse().unwrap());
    let authorizer = LambdaAuthorizer::new("key").identity_sources(sources).ttl(ttl);
    let api = api().function("key", function).authorizer("key", authorizer);
    (api.route(route("/a/{id}", "key")).route(route("/b", "key")), count)
}

fn with_key(line: &str, key: &str) -> Request {
    request(line).header("x-api-key", key)
}

#[tokio::test]
async fn a_lambda_authorizer_decides() {
    let gateway = Gateway::builder(by_key(Duration::ZERO).0).start().await.unwrap();
    for (key, status, body) in [
        ("no", 403, json!({ "message": "Forbidden" })),
        ("policy", 500, json!({ "message": "Internal Server Error" })),
        ("wrong", 500, json!({ "message": "Internal Server Error" })),
        ("fail", 500, json!({ "message": "Internal Server Error" })),
        ("", 401, json!({ "message": "Unauthorized" })),
    ] {
        let response = with_key("GET /b", key).send(gateway.address()).await;
        assert_eq!((response.status, response.json()), (status, body), "{key}");
    }
    assert_eq!(request("GET /b").send(gateway.address()).await.status, 401);
    let twice = with_key("GET /b", "yes").header("x-api-key", "yes");
    assert_eq!(twice.send(gateway.address()).await.status, 401);
    let plain = with_key("GET /b", "plain").send(gateway.address()).await.json();
    assert_eq!(plain["requestContext"]["authorizer"], json!({ "lambda": null }));
}

#[tokio::test]
async fn its_event_is_that_of_the_documentation_and_its_context_reaches_the_function() {
    let gateway = Gateway::builder(by_key(Duration::ZERO).0).start().await.unwrap();
    let sent = with_key("POST /a/7?q=1", "yes").header("cookie", "c=d").body("text/plain", "not for it");
    let event = sent.send(gateway.address()).await.json();
    assert_eq!(event["body"], "not for it");
    let lambda = &event["requestContext"]["authorizer"]["lambda"];
    assert_eq!(lambda["number"], 7);
    let question = &lambda["event"];
    assert_eq!(question["type"], "REQUEST");
    assert_eq!(question["routeArn"], "arn:aws:execute-api:us-east-1:123456789012:local/$default/POST/a/7");
    assert_eq!(question["identitySource"], json!(["yes", "ANY /a/{id}"]));
    for field in [
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "cookies",
        "pathParameters",
        "queryStringParameters",
    ] {
        assert_eq!(question[field], event[field], "{field}");
        assert!(!question[field].is_null(), "{field}");
    }
    for field in ["body", "isBase64Encoded"] {
        assert_eq!(question.get(field), None, "{field}");
    }
    assert_eq!(question["requestContext"].get("authorizer"), None);
}

#[tokio::test]
async fn the_domain_is_the_same_in_an_identity_and_in_the_event() {
    let (function, _) = asked();
    let by_domain = LambdaAuthorizer::new("key").identity_sources(["$context.domainName".parse().unwrap()]);
    let api = api().function("key", function).authorizer("key", by_domain).route(route("/b", "key"));
    let gateway = Gateway::builder(api).allow_host("yes").start().await.unwrap();
    let event = request("GET /b").header("host", "yes:3000").send(gateway.address()).await.json();
    assert_eq!(event["requestContext"]["domainName"], "yes");
    assert_eq!(event["requestContext"]["authorizer"]["lambda"]["event"]["identitySource"], json!(["yes"]));
}

#[tokio::test]
async fn the_path_is_the_same_in_an_identity_and_in_the_event() {
    let allow = async |asked: routegen_gateway::Invocation| {
        Ok(json!({ "isAuthorized": true, "context": asked.event()? }))
    };
    let by_path = LambdaAuthorizer::new("key").identity_sources(["$context.path".parse().unwrap()]);
    let api = api().function("key", Function::in_process(allow)).authorizer("key", by_path);
    let gateway = Gateway::builder(api.route(route("/{rest+}", "key"))).start().await.unwrap();
    for (sent, path) in [("/%61dmin/7", "/admin/7"), ("/a%2Fb//%2561", "/a/b//%61"), ("/../a", "/../a")] {
        let event = request(&format!("GET {sent}")).send(gateway.address()).await.json();
        let asked = &event["requestContext"]["authorizer"]["lambda"];
        assert_eq!((&asked["identitySource"], &asked["rawPath"]), (&json!([path]), &json!(path)), "{sent}");
    }
}

#[tokio::test]
async fn its_answer_is_kept_for_the_same_identity() {
    let (api, count) = by_key(Duration::from_hours(1));
    let gateway = Gateway::builder(api).start().await.unwrap();
    let mut asked = Vec::new();
    for (line, key) in [
        ("GET /b", "yes"),
        ("GET /b", "yes"),
        ("GET /b", "no"),
        ("GET /b", "no"),
        // Another route: the route key is part of the identity here.
        ("GET /a/1", "yes"),
        ("GET /a/2", "yes"),
        // A failure is not cached.
        ("GET /b", "fail"),
        ("GET /b", "fail"),
    ] {
        with_key(line, key).send(gateway.address()).await;
        asked.push(count.load(Ordering::Relaxed));
    }
    assert_eq!(asked, [1, 1, 2, 2, 3, 3, 4, 5]);

    let (api, count) = by_key(Duration::ZERO);
    gateway.replace(&api).unwrap();
    for _ in 0..2 {
        with_key("GET /b", "yes").send(gateway.address()).await;
    }
    assert_eq!(count.load(Ordering::Relaxed), 2, "not without a time to keep it for");
}

#[tokio::test]
async fn answers_that_are_large_are_not_all_kept() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let function = Function::in_process(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        async { Ok(json!({ "isAuthorized": true, "context": { "large": "x".repeat(3 * 1024 * 1024) } })) }
    });
    let by_key =
        LambdaAuthorizer::new("key").identity_sources(["$request.header.x-api-key".parse().unwrap()]);
    let authorizer = by_key.ttl(Duration::from_hours(1));
    let api = api().function("key", function).authorizer("key", authorizer).route(route("/b", "key"));
    let gateway = Gateway::builder(api).start().await.unwrap();
    let mut asked = Vec::new();
    for key in ["a", "b", "a", "c", "a"] {
        assert_eq!(with_key("GET /b", key).send(gateway.address()).await.status, 200);
        asked.push(count.load(Ordering::Relaxed));
    }
    // The third one does not fit into the cache beside the others.
    assert_eq!(asked, [1, 2, 2, 3, 4]);
}

#[tokio::test]
async fn its_answer_is_kept_for_as_long_as_it_says() {
    let (api, count) = by_key(Duration::from_hours(1));
    let gateway = Gateway::builder(api).start().await.unwrap();
    let mut asked = Vec::new();
    // The requests take less time than the minutes between them.
    for minutes in [0, 59, 1] {
        pass(Duration::from_mins(minutes)).await;
        with_key("GET /b", "yes").send(gateway.address()).await;
        asked.push(count.load(Ordering::Relaxed));
    }
    assert_eq!(asked, [1, 1, 2]);
}

/// Advances the time without waiting. Nothing is in flight meanwhile.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// A request that is signed like those of AWS's clients.
struct Signed {
    method: &'static str,
    path: &'static str,
    query: &'static str,
    body: &'static str,
    headers: BTreeMap<&'static str, String>,
    time: Timestamp,
    key: (&'static str, &'static str),
    scope: (&'static str, &'static str),
}

impl Signed {
    fn new(gateway: &Gateway) -> Self {
        Self {
            method: "POST",
            path: "/signed/a",
            query: "a=1&b=2",
            body: "{}",
            headers: BTreeMap::from([("host", gateway.address().to_string())]),
            time: Timestamp::now(),
            key: ("AKIDLOCAL", "secret"),
            scope: ("us-east-1", "execute-api"),
        }
    }

    fn request(mut self) -> Request {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let date = self.time.strftime("%Y%m%dT%H%M%SZ").to_string();
        let (region, service) = self.scope;
        let scope = format!("{}/{region}/{service}/aws4_request", &date[..8]);
        self.headers.insert("x-amz-date", date.clone());
        let names = self.headers.keys().copied().collect::<Vec<_>>().join(";");
        let headers: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = format!(
            "{}\n{}\n{}\n{}\n{names}\n{}",
            self.method,
            self.path.replace('%', "%25"),
            self.query,
            headers.concat(),
            hex(digest(&SHA256, self.body.as_bytes()).as_ref()),
        );
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
            hex(digest(&SHA256, canonical.as_bytes()).as_ref())
        );
        let hmac =
            |key: &[u8], text: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
        let day = hmac(format!("AWS4{}", self.key.1).as_bytes(), &date[..8]);
        let key = hmac(hmac(hmac(day.as_ref(), region).as_ref(), service).as_ref(), "aws4_request");
        let signature = hex(hmac(key.as_ref(), &to_sign).as_ref());
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.key.0
        );
        let line = format!("{} {}?{}", self.method, self.path, self.query);
        let mut request =
            request(&line).body("application/json", self.body).header("authorization", authorization);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
    }
}

async fn iam() -> Gateway {
    let temporary = IamKey::new("ASIALOCAL", "other").session_token("token");
    let api = api()
        .iam_key(IamKey::new("AKIDLOCAL", "secret"))
        .iam_key(temporary)
        .route(route("/signed/{x+}", "iam"));
    Gateway::builder(api).start().await.unwrap()
}

#[tokio::test]
async fn a_signed_request_passes_and_the_function_sees_by_whom() {
    let gateway = iam().await;
    let event = Signed::new(&gateway).request().send(gateway.address()).await;
    assert_eq!(event.status, 200, "{event:?}");
    let iam = &event.json()["requestContext"]["authorizer"]["iam"];
    assert_eq!((&iam["accessKey"], &iam["accountId"]), (&json!("AKIDLOCAL"), &json!("123456789012")));
    assert_eq!(iam["cognitoIdentity"], Value::Null);

    let encoded = Signed { path: "/signed/a%20b%2Fc", query: "x=%20%2F", ..Signed::new(&gateway) };
    assert_eq!(encoded.request().send(gateway.address()).await.status, 200);
    let mut temporary = Signed { key: ("ASIALOCAL", "other"), ..Signed::new(&gateway) };
    temporary.headers.insert("x-amz-security-token", "token".to_owned());
    assert_eq!(temporary.request().send(gateway.address()).await.status, 200);
}

#[tokio::test]
async fn what_is_signed_otherwise_is_refused() {
    let gateway = iam().await;
    let signed = || Signed::new(&gateway);
    let minutes = |minutes: i64| Timestamp::now() + SignedDuration::from_mins(minutes);
    for (case, request) in [
        ("not at all", request("GET /signed/a")),
        ("with a token", request("GET /signed/a").bearer("x")),
        ("with another secret", Signed { key: ("AKIDLOCAL", "other"), ..signed() }.request()),
        ("by a stranger", Signed { key: ("AKIDOTHER", "secret"), ..signed() }.request()),
        ("for another region", Signed { scope: ("eu-west-1", "execute-api"), ..signed() }.request()),
        ("for another service", Signed { scope: ("us-east-1", "s3"), ..signed() }.request()),
        ("too long ago", Signed { time: minutes(-6), ..signed() }.request()),
        ("in the future", Signed { time: minutes(6), ..signed() }.request()),
        (
            "with temporary credentials, without their token",
            Signed { key: ("ASIALOCAL", "other"), ..signed() }.request(),
        ),
        ("with a second signature", signed().request().header("authorization", "AWS4-HMAC-SHA256 x")),
        ("for another body", signed().request().header("content-length", "0")),
        ("with a hash of another body", signed().request().header("x-amz-content-sha256", "0".repeat(64))),
        ("without a host", {
            let mut signed = signed();
            signed.headers.clear();
            signed.request()
        }),
    ] {
        let response = request.send(gateway.address()).await;
        assert_eq!(response.status, 403, "{case}: {response:?}");
        assert_eq!(response.json(), json!({ "message": "Forbidden" }), "{case}");
    }
}
