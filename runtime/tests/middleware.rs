//! Middleware around handlers: guards, functions with `#[middleware]`, and layers of tower.
//!
//! In: calls of routes that name them. Out: what clients see, and what the manifest contains.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::{
    future::{Ready, ready},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use routegen::{
    Claims, Error, Init, Json, Next, Path, Problem, Res, Resource, Response,
    axum::{
        extract::{FromRequestParts, Request, State},
        http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts},
        middleware::{FromFnLayer, from_fn, from_fn_with_state},
    },
    lambda_http, middleware, route, testing,
};
use tower::{layer::layer_fn, service_fn};
use tower_http::{
    compression::CompressionLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

/// Accepts requests with the right word.
struct Word;

impl<S: Sync> FromRequestParts<S> for Word {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let said = parts.headers.get("x-word").is_some_and(|word| word == "please");
        if said { Ok(Self) } else { Err((StatusCode::FORBIDDEN, "say the word")) }
    }
}

struct Counter(AtomicUsize);

impl Resource for Counter {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self(AtomicUsize::new(0)))
    }
}

/// Adds a letter to a header of every response, so that the order shows.
fn marked(mut response: Response, letter: &str) -> Response {
    let name = HeaderName::from_static("x-marks");
    let marks = response.headers().get(&name).map_or("", |marks| marks.to_str().unwrap());
    let marks = HeaderValue::from_str(&format!("{marks}{letter}")).unwrap();
    response.headers_mut().insert(name, marks);
    response
}

#[middleware]
async fn a(request: Request, next: Next) -> Response {
    marked(next.run(request).await, "a")
}

mod elsewhere {
    use super::*;

    #[middleware(env = ["COUNTER_STREAM"], refuses = [429, 403])]
    pub(crate) async fn counted(
        counter: Res<Counter>,
        headers: HeaderMap,
        request: Request,
        next: Next,
    ) -> Result<Response, Problem> {
        if headers.contains_key("x-too-many") {
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS).with_detail("wait"));
        }
        let count = counter.0.fetch_add(1, Ordering::Relaxed) + 1;
        let mut response = marked(next.run(request).await, "c");
        response.headers_mut().insert("x-count", count.into());
        Ok(response)
    }
}

#[route(GET, "/guarded", auth = "none", guards = [Word])]
async fn guarded() -> &'static str {
    "guarded"
}

#[route(GET, "/guarded/{id}", auth = "cognito", guards = [Word, Claims], middleware = [a, elsewhere::counted])]
async fn guarded_item(Path(id): Path<u8>) -> String {
    id.to_string()
}

fn header<'a>(answer: &'a testing::Answer, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_guard_decides_before_the_arguments_are_made_and_its_refusal_is_sent_as_it_made_it() {
    let answer = testing::get("/guarded").call(guarded).await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "content-type"), answer.text()),
        (403, "text/plain; charset=utf-8", "say the word")
    );
    let answer = testing::get("/guarded").header("x-word", "please").call(guarded).await;
    assert_eq!((answer.status().as_u16(), answer.text()), (200, "guarded"));
}

#[tokio::test]
async fn functions_stand_around_guards_from_the_outside_in_and_have_extractors() {
    let call = |id: &str| {
        let call = testing::get(format!("/guarded/{id}")).claims(serde_json::json!({ "sub": "ann" }));
        call.with(Counter(AtomicUsize::new(6)))
    };
    let answer = call("7").header("x-word", "please").call(guarded_item).await;
    let headers = |answer: &testing::Answer| {
        ["x-marks", "x-count"]
            .map(|name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()))
    };
    assert_eq!((answer.status().as_u16(), answer.text()), (200, "7"));
    assert_eq!(headers(&answer), [Some("ca".to_owned()), Some("7".to_owned())]);
    // Rejections of guards and of arguments pass through them too.
    for (answer, status, kind) in [
        (call("7").call(guarded_item).await, 403, "text/plain; charset=utf-8"),
        (call("x").header("x-word", "please").call(guarded_item).await, 400, "application/problem+json"),
    ] {
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], kind);
        assert_eq!(headers(&answer)[0].as_deref(), Some("ca"));
    }
    // The inner one's own response passes through the outer one.
    let answer = call("7").header("x-too-many", "1").call(guarded_item).await;
    assert_eq!((answer.status().as_u16(), headers(&answer)), (429, [Some("a".to_owned()), None]));
    assert_eq!(answer.json::<serde_json::Value>()["detail"], "wait");
}

#[test]
fn the_manifest_has_what_stands_around_a_handler_and_what_that_needs() {
    let manifest = testing::functions().manifest();
    let route = manifest.routes.iter().find(|route| route.name.as_str() == "guarded_item").unwrap();
    assert_eq!(route.guards, ["Word", "Claims"]);
    assert_eq!(route.middleware, ["a", "elsewhere::counted"]);
    assert_eq!(route.env.iter().map(ToString::to_string).collect::<Vec<_>>(), ["COUNTER_STREAM"]);
    assert_eq!(
        (&route.refusals[..], &route.resources[..]),
        (&[403, 429][..], &["middleware::Counter".to_owned()][..])
    );
    let layered = manifest.routes.iter().find(|route| route.name.as_str() == "layered").unwrap();
    let expected = "layer(SetResponseHeaderLayer::overriding(HeaderName::from_static(\"x-set\"), HeaderValue::from_static(\"7\")))";
    assert_eq!(layered.middleware[0], expected);
}

#[route(
    POST, "/layered", auth = "none", timeout = 5,
    middleware = [
        layer(SetResponseHeaderLayer::overriding(HeaderName::from_static("x-set"), HeaderValue::from_static("7"))),
        layer(SetRequestIdLayer::x_request_id(MakeRequestUuid)),
        layer(PropagateRequestIdLayer::x_request_id()),
        layer(TraceLayer::new_for_http()),
        layer(CompressionLayer::new()),
        layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(50))),
        layer(RequestBodyLimitLayer::new(1_000)),
    ]
)]
async fn layered(body: String) -> String {
    if body == "never" {
        std::future::pending::<()>().await;
    }
    body.repeat(100)
}

#[tokio::test]
async fn layers_of_tower_http_work() {
    let post = |body: &str| testing::post("/layered").body(body.to_owned());
    let answer = post("abcd").call(layered).await;
    assert_eq!((answer.status().as_u16(), answer.text()), (200, "abcd".repeat(100).as_str()));
    assert_eq!(answer.headers()["x-set"], "7");
    assert_eq!(answer.headers()["x-request-id"].len(), 36);
    let answer =
        post("abcd").header("accept-encoding", "gzip").header("x-request-id", "mine").call(layered).await;
    assert_eq!((header(&answer, "content-encoding"), header(&answer, "x-request-id")), ("gzip", "mine"));
    assert!(answer.bytes().starts_with(&[0x1f, 0x8b]) && answer.bytes().len() < 200);
    assert_eq!(post(&"x".repeat(1_001)).call(layered).await.status(), 413);
    assert_eq!(post("never").call(layered).await.status(), 504);
}

/// As it would be written for axum alone.
async fn for_axum(State(word): State<&'static str>, _: HeaderMap, request: Request, next: Next) -> Response {
    marked(next.run(request).await, word)
}

async fn fail(_: Request) -> Result<Response, &'static str> {
    Err("on purpose")
}

static MADE: AtomicUsize = AtomicUsize::new(0);

type AlwaysTea = FromFnLayer<fn(Request, Next) -> Ready<StatusCode>, (), (Request,)>;

fn once() -> AlwaysTea {
    MADE.fetch_add(1, Ordering::Relaxed);
    from_fn(|_, _| ready(StatusCode::IM_A_TEAPOT))
}

#[route(
    GET, "/axum", auth = "none",
    middleware = [layer(from_fn_with_state("s", for_axum)), a, layer(from_fn(async |request: Request, next: Next| next.run(request).await))]
)]
#[route(GET, "/fails", auth = "none", name = "fails", middleware = [a, layer(layer_fn(|_| service_fn(fail)))])]
#[route(GET, "/once", auth = "none", name = "once", middleware = [layer(once())])]
#[route(GET, "/bare", auth = "none", name = "bare")]
async fn several() -> &'static str {
    "several"
}

#[tokio::test]
async fn functions_for_axum_work_and_each_route_has_its_own() {
    let marks = async |path: &str| {
        let answer = testing::get(path).call(several).await;
        (answer.status().as_u16(), header(&answer, "x-marks").to_owned())
    };
    assert_eq!(marks("/axum").await, (200, "as".to_owned()));
    assert_eq!(marks("/bare").await, (200, String::new()));
}

#[tokio::test]
async fn an_error_of_a_layer_is_logged_and_answered_with_500() {
    let answer = testing::get("/fails").call(several).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-marks")), (500, "a"));
    assert_eq!(answer.cause(), Some("on purpose"));
}

#[tokio::test]
async fn a_layer_is_made_once_in_an_execution_environment() {
    let event = serde_json::json!({
        "version": "2.0", "routeKey": "GET /once", "rawPath": "/once", "rawQueryString": "", "headers": {},
        "requestContext": { "routeKey": "GET /once", "stage": "$default", "http": { "method": "GET", "path": "/once" } },
        "isBase64Encoded": false,
    });
    let functions = testing::functions();
    for _ in 0..3 {
        assert_eq!(functions.invoke("several", event.to_string()).await.unwrap()["statusCode"], 418);
    }
    assert_eq!(MADE.load(Ordering::Relaxed), 1);
}

#[middleware]
async fn anew(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut request = Request::new(body);
    *request.uri_mut() = parts.uri;
    next.run(request).await
}

#[route(POST, "/whole", auth = "none", middleware = [a])]
#[route(PUT, "/whole", auth = "none", name = "whole_anew", middleware = [anew])]
async fn whole(request: lambda_http::Request) -> Json<&'static str> {
    Json(match request.body() {
        lambda_http::Body::Text(_) => "text",
        lambda_http::Body::Binary(_) => "binary",
        _ => "empty",
    })
}

#[tokio::test]
async fn the_whole_request_has_the_kind_of_body_that_its_event_has() {
    let kind = async |call: testing::Call| call.call(whole).await.json::<String>();
    assert_eq!(kind(testing::post("/whole")).await, "empty");
    assert_eq!(kind(testing::post("/whole").header("content-type", "text/plain").body("a")).await, "text");
    assert_eq!(kind(testing::post("/whole").body(b"\xff".as_slice())).await, "binary");
}

#[tokio::test]
async fn middleware_that_loses_the_request_is_told_in_the_log() {
    let answer = testing::put("/whole").call(whole).await;
    assert_eq!(answer.status(), 500);
    assert!(answer.cause().unwrap().contains("pass on the extensions"), "{answer:?}");
}
