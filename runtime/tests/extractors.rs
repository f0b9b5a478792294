//! axum's own extractors, and others', as arguments of handlers that were written for axum.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::{convert::Infallible, net::SocketAddr};

use futures_util::FutureExt as _;
use routegen::{
    Error, Init, Json, Problem, Query, Resource, RouteKey,
    axum::{
        self, Extension,
        extract::{ConnectInfo, FromRequestParts, Path, State, rejection::PathRejection},
    },
    http::{StatusCode, Uri, request::Parts},
    route, testing,
};
use serde::Deserialize;
use serde_json::{Value, json};

fn called<H>(call: testing::Call, handler: H) -> testing::Answer {
    call.call(handler).now_or_never().expect("nothing here waits")
}

#[derive(Deserialize)]
struct Place {
    shelf: String,
    row: u8,
}

#[route(GET, "/extractors/{shelf}/{row}", auth = "none")]
async fn place(
    Path((shelf, row)): Path<(String, u8)>,
    Path(pairs): Path<Vec<(String, String)>>,
    optional: Option<Path<Place>>,
    Path(place): Path<Place>,
) -> Json<Value> {
    let Some(Path(optional)) = optional else { return Json(Value::Null) };
    Json(json!([shelf, row, pairs, optional.shelf, place.row]))
}

#[route(GET, "/extractors/items", auth = "none")]
#[route(GET, "/extractors/items/{id}", auth = "none", name = "item")]
async fn maybe(id: Option<Path<u8>>, own: Option<routegen::Path<u8>>) -> String {
    assert_eq!(id.as_ref().map(|id| id.0), own.map(|id| id.0));
    id.map_or_else(|| "all".to_owned(), |Path(id)| id.to_string())
}

#[test]
fn axums_path_is_made_of_the_parameters_of_api_gateway() {
    let answer = called(testing::get("/extractors/a%2Fb%20c/7"), place);
    let pairs = json!([["shelf", "a/b c"], ["row", "7"]]);
    assert_eq!(answer.json::<Value>(), json!(["a/b c", 7, pairs, "a/b c", 7]));
    let refused = called(testing::get("/extractors/a/256"), place);
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.json::<Value>()["detail"], "the path parameter `row` is not a valid u8");
    assert_eq!(called(testing::get("/extractors/items"), maybe).text(), "all");
    assert_eq!(called(testing::get("/extractors/items/7"), maybe).text(), "7");
    assert_eq!(called(testing::get("/extractors/items/x"), maybe).status(), 400);
}

#[derive(Clone, Debug, PartialEq)]
struct Pool(&'static str);

impl Resource for Pool {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self("made"))
    }
}

#[route(GET, "/extractors/state", auth = "none")]
async fn state(
    State(state): State<Pool>,
    Extension(extension): Extension<Pool>,
    last: State<Pool>,
) -> &'static str {
    assert!(state == extension && state == last.0);
    state.0
}

#[derive(Clone)]
struct OfALayer;

#[route(GET, "/extractors/layer", auth = "none")]
async fn layer(_: Extension<OfALayer>) {}

#[test]
fn state_and_extensions_are_resources() {
    assert_eq!(called(testing::get("/extractors/state"), state).text(), "made");
    assert_eq!(called(testing::get("/extractors/state").with(Pool("given")), state).text(), "given");
    let missing = called(testing::get("/extractors/layer"), layer);
    assert_eq!(missing.status(), 500);
    assert!(missing.cause().unwrap().contains("OfALayer"), "{missing:?}");
    assert!(missing.cause().unwrap().contains("`routegen::Res`"), "{missing:?}");
    assert!(!missing.text().contains("OfALayer"), "{missing:?}");
}

#[route(GET, "/extractors/address", auth = "none")]
async fn address(ConnectInfo(address): ConnectInfo<SocketAddr>) -> String {
    address.to_string()
}

#[test]
fn connect_info_has_the_callers_address() {
    let of = |ip: &str| called(testing::get("/extractors/address").source_ip(ip), address).text().to_owned();
    assert_eq!(of("198.51.100.7"), "198.51.100.7:0");
    assert_eq!(of("2001:db8::1"), "[2001:db8::1]:0");
}

#[route(GET, "/extractors/route/{id}", auth = "none")]
#[route(POST, "/extractors/route", auth = "none", name = "post_route")]
async fn route_key(RouteKey(key): RouteKey, by_reference: RouteKey) -> String {
    format!("{key} {}", by_reference.path())
}

#[test]
fn the_route_key_is_the_route_and_not_the_path() {
    let key = |call| called(call, route_key).text().to_owned();
    assert_eq!(key(testing::get("/extractors/route/7")), "GET /extractors/route/{id} /extractors/route/{id}");
    assert_eq!(key(testing::post("/extractors/route")), "POST /extractors/route /extractors/route");
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    tag: Vec<String>,
}

#[route(GET, "/extractors/search", auth = "none")]
async fn search(
    axum::extract::Query(of_axum): axum::extract::Query<Search>,
    optional: Option<Query<Search>>,
    Query(own): Query<Search>,
) -> String {
    assert_eq!(of_axum.tag, own.tag);
    assert_eq!(optional.map(|Query(search)| search.tag.len()).unwrap_or_default(), own.tag.len());
    own.tag.join("|")
}

#[test]
fn a_query_with_repeated_keys_is_a_list() {
    let tags =
        |query: &str| called(testing::get(format!("/extractors/search?{query}")), search).text().to_owned();
    assert_eq!(tags("tag=a&tag=b"), "a|b");
    assert_eq!(tags("tag=b%20c&x=1&tag=a+d"), "b c|a d");
    assert_eq!(tags("tag=a,b"), "a,b");
    assert_eq!(tags(""), "");
}

/// Extracts axum's path, and passes on its rejection.
struct Passes;

impl<S: Send + Sync> FromRequestParts<S> for Passes {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PathRejection> {
        Path::<u8>::from_request_parts(parts, state).await.map(|_| Self)
    }
}

/// Extracts axum's path, and returns a response in its own format.
struct Answers;

impl<S: Send + Sync> FromRequestParts<S> for Answers {
    type Rejection = (StatusCode, Json<Value>);

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = Path::<u8>::from_request_parts(parts, state).await;
        path.map(|_| Self)
            .map_err(|rejection| (rejection.status(), Json(json!({ "message": rejection.body_text() }))))
    }
}

/// Has a text of its own.
struct Refuses;

impl<S: Sync> FromRequestParts<S> for Refuses {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Err((StatusCode::PAYMENT_REQUIRED, "pay first"))
    }
}

#[route(GET, "/extractors/own/passes/{id}", auth = "none")]
async fn passes(_: Passes) {}

#[route(GET, "/extractors/own/answers/{id}", auth = "none")]
async fn answers(_: Answers, _: Uri) {}

#[route(GET, "/extractors/own/refuses", auth = "none")]
async fn refuses(_: Refuses) {}

#[route(GET, "/extractors/own/body", auth = "none")]
async fn body(
    result: Result<Json<u8>, axum::extract::rejection::JsonRejection>,
) -> Result<String, Infallible> {
    Ok(result.map_or_else(|rejection| rejection.body_text(), |Json(number)| number.to_string()))
}

#[route(POST, "/extractors/own/json", auth = "none")]
async fn json_body(_: Json<u8>) -> Result<(), Problem> {
    Ok(())
}

#[test]
fn an_extractor_that_asks_axums_router_answers_500_and_the_log_says_what_to_take() {
    let passed = called(testing::get("/extractors/own/passes/7"), passes);
    assert_eq!(
        (passed.status().as_u16(), passed.json::<Value>()["title"].as_str().unwrap()),
        (500, "Internal Server Error")
    );
    let answered = called(testing::get("/extractors/own/answers/7"), answers);
    assert_eq!(answered.status(), 500);
    assert_eq!(answered.json::<Value>(), json!({ "message": "No paths parameters found for matched route" }));
    for answer in [passed, answered] {
        assert!(
            answer.cause().unwrap().ends_with("within an extractor, take `routegen::Path`"),
            "{answer:?}"
        );
    }
}

#[test]
fn a_rejection_is_a_problem_where_axum_made_it_and_else_as_it_was_made() {
    let refused = called(testing::get("/extractors/own/refuses"), refuses);
    assert_eq!((refused.status().as_u16(), refused.text()), (402, "pay first"));
    let of_axum = called(testing::post("/extractors/own/json").body("x"), json_body);
    assert_eq!(
        (of_axum.status().as_u16(), of_axum.json::<Value>()["title"].as_str().unwrap()),
        (415, "Unsupported Media Type")
    );
    assert!(called(testing::get("/extractors/own/body"), body).text().starts_with("Expected request"));
}

#[route(GET, "/extractors/uri/{rest+}", auth = "none")]
async fn uri(uri: Uri, original: axum::extract::Request) -> String {
    assert_eq!(&uri, original.uri());
    uri.path().to_owned()
}

#[test]
fn the_uri_is_a_valid_encoding_of_its_path() {
    let path = |path: &str| called(testing::get(format!("/extractors/uri/{path}")), uri).text().to_owned();
    for encoded in ["50%25", "a%2520b", "a%20b", "%E4%BD%A0", "a%3Fb", "a%23b"] {
        assert_eq!(path(encoded), format!("/extractors/uri/{encoded}"));
    }
}
