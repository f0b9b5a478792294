//! All routes as one router, called as a server would call it.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{FutureExt as _, stream};
use routegen::{
    Claims, Error, Init, Json, Path, Problem, Query, Res, Resource, RouterBuilder, RouterError,
    axum::{
        self,
        body::{Body, Bytes, to_bytes},
        extract::connect_info::ConnectInfo,
        http::{HeaderValue, Method, Request, StatusCode, Version, header, request::Parts},
    },
    lambda_http::{self, RequestExt as _},
    route, router, testing,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

static MADE: AtomicUsize = AtomicUsize::new(0);

struct Counter(usize);

impl Resource for Counter {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self(MADE.fetch_add(1, Ordering::SeqCst) + 1))
    }
}

#[route(GET, "/count", auth = "none")]
async fn count(counter: Res<Counter>) -> String {
    counter.0.to_string()
}

#[route(POST, "/count", auth = "none")]
async fn count_again(counter: Res<Counter>) -> String {
    counter.0.to_string()
}

#[route(GET, "/a/{id}", auth = "none")]
async fn one(Path(id): Path<u8>, Query(query): Query<Vec<(String, String)>>) -> Json<Value> {
    Json(json!({ "id": id, "query": query }))
}

#[route(ANY, "/a/{rest+}", auth = "none")]
async fn rest(method: Method, Path(rest): Path<String>) -> String {
    format!("{method} {rest}")
}

#[route(PUT, "/a/{id}", auth = "none")]
async fn body(body: Bytes) -> Bytes {
    body
}

#[route(POST, "/whole", auth = "none")]
async fn whole(request: lambda_http::Request) -> String {
    let context = serde_json::to_value(request.request_context()).unwrap();
    let query = request.query_string_parameters();
    format!("{} {:?} {:?}", context["routeKey"].as_str().unwrap(), query.all("a").unwrap(), request.body())
}

/// Everything that a handler finds in a request, but what no two requests have in common.
#[route(ANY, "/seen/{first}/{rest+}", auth = "none")]
async fn seen(request: lambda_http::Request) -> Json<Value> {
    let mut context = serde_json::to_value(request.request_context()).unwrap();
    let taken = ["requestId", "time", "timeEpoch"].map(|name| context.as_object_mut().unwrap().remove(name));
    assert!(taken.iter().all(|value| value.as_ref().is_some_and(|value| !value.is_null())), "{taken:?}");
    let headers = request.headers().iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    let parameters = request.path_parameters();
    let query = request.query_string_parameters();
    let query = ["a", "b"].map(|name| query.all(name).map(|all| json!(all)));
    Json(json!({
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "path": request.raw_http_path(),
        "first": parameters.first("first"),
        "rest": parameters.first("rest"),
        "query": query,
        "headers": headers.into_iter().map(|header| (header.to_string(), Value::Null)).collect::<serde_json::Map<_, _>>(),
        "context": context,
    }))
}

#[route(GET, "/id", auth = "none")]
async fn id(request: lambda_http::Request) -> String {
    serde_json::to_value(request.request_context()).unwrap()["requestId"].as_str().unwrap().to_owned()
}

#[route(GET, "/layered", auth = "none")]
async fn layered(axum::Extension(text): axum::Extension<&'static str>, version: Version) -> String {
    format!("{text} {version:?}")
}

#[route(ANY, "$default", auth = "none")]
async fn fallback() -> (StatusCode, &'static str) {
    (StatusCode::IM_A_TEAPOT, "no such thing")
}

#[route(GET, "/panic", auth = "none")]
async fn panic() {
    panic!("on purpose")
}

#[route(GET, "/me", auth = "cognito", scopes = ["me/read", "me/write"])]
async fn me(claims: Claims) -> String {
    format!("{} {:?}", claims.sub, claims.scopes())
}

#[route(GET, "/signed", auth = "iam")]
async fn signed() -> &'static str {
    "signed"
}

/// Callers say who they are, and are believed.
async fn believe(request: Parts) -> Result<Value, Problem> {
    let said = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match said {
        None => Err(Problem::new(StatusCode::UNAUTHORIZED).with_detail("who are you?")),
        Some("list") => Ok(json!(["no", "object"])),
        Some("nobody") => Ok(json!({ "scope": "me/read" })),
        Some("number") => Ok(json!({ "sub": 4_711, "scp": ["me/write"], "scope": "other" })),
        Some("order") => Ok(json!({ "sub": "ann", "scp": "other", "scope": "me/read" })),
        Some(scope) => Ok(json!({ "sub": "ann", "scope": scope })),
    }
}

fn builder() -> RouterBuilder {
    let nobody = |_: Parts| async { Err::<(), _>(StatusCode::FORBIDDEN) };
    router().authorizer("cognito", believe).authorizer("iam", nobody)
}

fn built(builder: RouterBuilder) -> Result<axum::Router, RouterError> {
    builder.build().now_or_never().expect("nothing here waits")
}

/// Status and body.
fn send(app: &axum::Router, request: Request<Body>) -> (u16, String) {
    let response = app.clone().oneshot(request).now_or_never().expect("nothing here waits").unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).now_or_never().unwrap().unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn call(app: &axum::Router, method: &str, target: &str) -> (u16, String) {
    send(app, Request::builder().method(method).uri(target).body(Body::empty()).unwrap())
}

fn ok(text: &str) -> (u16, String) {
    (200, text.to_owned())
}

#[test]
fn routes_are_selected_as_by_api_gateway() {
    let app = built(builder()).unwrap();
    assert_eq!(call(&app, "GET", "/a/7?b=1&b=%20"), ok(r#"{"id":7,"query":[["b","1"],["b"," "]]}"#));
    assert_eq!(call(&app, "GET", "/a/x%2Fy/z%20"), ok("GET x/y/z "));
    assert_eq!(call(&app, "DELETE", "/a/7"), ok("DELETE 7"));
    // The route with GET does not match it, and hyper sends no body for it.
    assert_eq!(call(&app, "HEAD", "/count"), (418, String::new()));
    assert_eq!(call(&app, "GET", "/elsewhere"), (418, "no such thing".to_owned()));
    let (status, problem) = call(&app, "GET", "/a/x");
    assert_eq!((status, problem.contains("path parameter `id`")), (400, true), "{problem}");
}

#[test]
fn resources_are_made_once_before_any_request() {
    let app = built(builder().with(Counter(40))).unwrap();
    assert_eq!((call(&app, "GET", "/count"), call(&app, "POST", "/count")), (ok("40"), ok("40")));
    let before = MADE.load(Ordering::SeqCst);
    let app = built(builder()).unwrap();
    let made = MADE.load(Ordering::SeqCst);
    assert!(made > before);
    let (first, second) = (call(&app, "GET", "/count"), call(&app, "POST", "/count"));
    assert_eq!(first, second);
}

#[test]
fn a_route_is_closed_until_somebody_answers_for_its_authorizer() {
    let error = built(router().authorizer("cognito", believe)).unwrap_err();
    assert!(matches!(&error, RouterError::NoAuthorizer { authorizer, .. } if authorizer == "iam"));
    let text = error.to_string();
    assert!(text.starts_with("the authorizer `iam` of the route `GET /signed` ("), "{text}");
    assert!(text.contains("router.rs:"), "{text}");

    let app = built(builder()).unwrap();
    let me = |authorization: Option<&str>| {
        let request = Request::builder().uri("/me");
        let request = authorization
            .map_or(Request::builder().uri("/me"), |value| request.header("authorization", value));
        send(&app, request.body(Body::empty()).unwrap())
    };
    assert_eq!(me(Some("me/read other")), ok(r#"ann ["me/read", "other"]"#));
    assert_eq!(
        me(None),
        (401, r#"{"title":"Unauthorized","status":401,"detail":"who are you?"}"#.to_owned())
    );
    assert_eq!(me(Some("me/rea")), (403, r#"{"title":"Forbidden","status":403}"#.to_owned()));
    // Claims are those of a token here, whatever is wrong with them, and their values are confidential.
    let detail = |who| {
        let (status, problem) = me(Some(who));
        let problem: Value = serde_json::from_str(&problem).unwrap();
        (status, problem["detail"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(detail("nobody"), (401, "there is no claim `sub`".to_owned()));
    assert_eq!(detail("number"), (401, "the claim `sub` is not a valid value".to_owned()));
    assert_eq!(me(Some("order")).0, 403);
    assert_eq!(me(Some("list")), (500, r#"{"title":"Internal Server Error","status":500}"#.to_owned()));
    assert_eq!(call(&app, "GET", "/signed"), (403, r#"{"title":"Forbidden","status":403}"#.to_owned()));
}

#[test]
fn bodies_arrive_whole_and_within_the_limit() {
    let app = built(builder().body_limit(4)).unwrap();
    let put = |parts: &'static [&'static [u8]]| {
        let parts = stream::iter(parts.iter().map(|part| Ok::<_, std::io::Error>(*part)));
        let request = Request::builder().method("PUT").uri("/a/1").body(Body::from_stream(parts)).unwrap();
        let response = app.clone().oneshot(request).now_or_never().unwrap().unwrap();
        let status = response.status().as_u16();
        (status, to_bytes(response.into_body(), usize::MAX).now_or_never().unwrap().unwrap())
    };
    assert_eq!(put(&[b"\xff\x00", b"b", b"c"]), (200, Bytes::from_static(b"\xff\x00bc")));
    assert_eq!(put(&[b"text"]), (200, Bytes::from_static(b"text")));
    assert_eq!(put(&[]), (200, Bytes::new()));
    assert_eq!(put(&[b"abc", b"de"]).0, 413);
}

#[test]
fn a_handler_sees_the_request_that_a_function_sees() {
    let app = built(builder()).unwrap();
    for (kind, body, seen) in [
        (Some("text/plain; charset=utf-8"), "b", r#"Text("b")"#),
        (Some("application/problem+json"), "b", r#"Text("b")"#),
        // API Gateway sends these in base64.
        (Some("application/x-www-form-urlencoded"), "b", "Binary([98])"),
        (None, "b", "Binary([98])"),
        (Some("text/plain"), "", "Empty"),
    ] {
        let mut request = Request::builder().method("POST").uri("/whole?a=1&a=2");
        let mut call = testing::post("/whole?a=1&a=2").body(body);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
            call = call.header("content-type", kind);
        }
        let expected = ok(&format!(r#"POST /whole ["1", "2"] {seen}"#));
        assert_eq!(send(&app, request.body(Body::from(body)).unwrap()), expected, "{kind:?}");
        let answer = call.call(whole).now_or_never().unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().to_owned()), expected, "{kind:?}");
    }
}

/// Through the event of `testing`, which other tests compare with API Gateway's.
#[test]
fn a_handler_sees_of_a_hostile_request_what_a_function_sees() {
    let app = built(builder()).unwrap();
    let lines: [(&'static str, &str); 12] = [
        ("host", "api.example.com:8080"),
        ("user-agent", "agent"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("x-b", "\u{e4}"),
        ("cookie", "a=1; b=2;;c=\u{e4}"),
        ("cookie", "d=4"),
        ("connection", "close"),
        ("te", "trailers"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ];
    for target in [
        "/seen/a/b",
        "/%73een/%61dmin/7",
        "/seen/a%2Fb/c%2fd",
        "/seen/%2561/%252f",
        "/seen/a//b//",
        "/seen/../a/./b",
        "/seen/a+b/c%2Bd?a=1+2&a=%2B&b&&a=%61",
        "/seen/%3Fa/%23b;c=d?a=%3f",
        "/seen/%e4%bd%a0/\u{4f60}?b=%ff",
        "/seen/%zz/%25",
        "/seen/%00/%7f",
    ] {
        let mut request = Request::builder().method("PURGE").uri(target).body(Body::empty()).unwrap();
        let mut call =
            testing::call("PURGE".parse().unwrap(), request.uri().to_string()).source_ip("192.0.2.9");
        for (name, value) in lines {
            request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
            call = call.header(name, value);
        }
        let address: std::net::SocketAddr = "192.0.2.9:1".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        let (status, body) = send(&app, request);
        assert_eq!(status, 200, "{target}: {body}");
        let ours: Value = serde_json::from_str(&body).unwrap();
        let functions: Value = call.call(seen).now_or_never().unwrap().json();
        assert_eq!(ours, functions, "{target}");
        assert_eq!(ours["context"]["http"]["sourceIp"], "192.0.2.9");
        assert_eq!(ours["path"], ours["context"]["http"]["path"]);
        assert!(ours["headers"].get(r#"["x-a","1,2"]"#).is_some(), "{ours}");
        assert!(ours["headers"].get("[\"cookie\",\"a=1; b=2; c=\u{e4}; d=4\"]").is_some(), "{ours}");
    }
}

#[test]
fn a_request_of_http_2_has_its_host_beside_the_headers() {
    let app = built(builder()).unwrap();
    let request = |host: &[&str]| {
        let request = Request::get("http://api.example.com:8080/seen/a/b").version(Version::HTTP_2);
        let request = host.iter().fold(request, |request, host| request.header("host", *host));
        let (status, body) = send(&app, request.body(Body::empty()).unwrap());
        (status, serde_json::from_str::<Value>(&body).unwrap())
    };
    let (status, seen) = request(&[]);
    assert_eq!(status, 200);
    assert!(seen["headers"].get(r#"["host","api.example.com:8080"]"#).is_some(), "{seen}");
    assert_eq!(seen["context"]["domainName"], "api.example.com");
    assert_eq!(seen["context"]["domainPrefix"], "api");
    assert_eq!(seen["context"]["http"]["protocol"], "HTTP/2.0");
    // As RFC 9112 defines it for a target with an authority (section 3.2.2), and as in the gateway.
    assert_eq!(request(&["other.example.com"]).1["context"]["domainName"], "api.example.com");
    assert_eq!(request(&["api.example.com", "other.example.com"]).0, 400);
    assert_eq!(request(&["api.example.com", "api.example.com"]).0, 400);
}

#[test]
fn a_target_that_is_no_path_of_text_is_a_bad_request() {
    let app = built(builder()).unwrap();
    for target in ["/a/%ff", "/%c3", "*"] {
        assert_eq!(call(&app, "GET", target).0, 400, "{target}");
    }
}

#[test]
fn what_a_layer_puts_into_a_request_a_handler_finds_there() {
    let app = built(builder()).unwrap().layer(axum::Extension("layer"));
    let request = Request::get("/layered").version(Version::HTTP_10).body(Body::empty()).unwrap();
    assert_eq!(send(&app, request), ok("layer HTTP/1.0"));
}

#[test]
fn every_request_has_an_id_of_its_own_whatever_the_client_says() {
    let app = built(builder()).unwrap();
    let id = || {
        let request = Request::get("/id").header("x-request-id", "client").body(Body::empty()).unwrap();
        send(&app, request)
    };
    let (first, second) = (id(), id());
    assert_eq!((first.0, second.0), (200, 200));
    assert_ne!(first.1, second.1);
    assert!(first.1 != "client" && first.1.len() >= 16, "{first:?}");
}

#[test]
fn a_panic_is_answered_and_the_router_lives() {
    let app = built(builder()).unwrap();
    assert_eq!(call(&app, "GET", "/panic").0, 500);
    assert_eq!(call(&app, "GET", "/a/1").0, 200);
}

#[test]
fn the_router_lives_with_others() {
    let own = axum::Router::new().route("/own", axum::routing::get(|| async { "own" }));
    let app = own.merge(built(builder()).unwrap());
    assert_eq!((call(&app, "GET", "/own"), call(&app, "PUT", "/a/b/c")), (ok("own"), ok("PUT b/c")));
    let nested = axum::Router::new().nest_service("/v1", built(builder()).unwrap());
    assert_eq!(call(&nested, "PUT", "/v1/a/b/c"), ok("PUT b/c"));
}
