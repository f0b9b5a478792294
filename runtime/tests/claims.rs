//! Claims of tokens and of authorizers, as handlers receive them from the events that API Gateway would send.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use futures_util::FutureExt as _;
use proptest::prelude::*;
use routegen::{
    Claims, Json,
    lambda_http::{self, RequestExt as _},
    route, testing,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct Caller {
    roles: Vec<String>,
    name: Vec<String>,
    levels: Vec<u8>,
    text: String,
}

#[route(GET, "/caller", auth = "cognito")]
async fn caller(claims: Claims<Caller>) -> Json<Caller> {
    Json(claims.into_inner())
}

#[route(GET, "/groups", auth = "cognito")]
async fn groups(claims: Claims) -> Json<[bool; 3]> {
    Json(["admin", "not admin", "not"].map(|group| claims.is_in_group(group)))
}

/// The scopes beside the claims, which are there where the route asks for some.
#[route(GET, "/scoped", auth = "cognito", scopes = ["shop/read", "shop/write"])]
#[route(GET, "/unscoped", auth = "cognito", name = "get_unscoped")]
async fn beside(request: lambda_http::Request) -> Json<Value> {
    let context = serde_json::to_value(request.request_context()).unwrap();
    Json(context["authorizer"]["jwt"]["scopes"].clone())
}

#[test]
fn the_scopes_beside_the_claims_are_the_tokens_where_the_route_asks_for_any() {
    let beside = |target: &str, claims: Value| -> Value {
        testing::get(target).claims(claims).call(beside).now_or_never().unwrap().json()
    };
    let token = || json!({ "sub": "ann", "scope": "shop/read profile" });
    assert_eq!(beside("/scoped", token()), json!(["shop/read", "profile"]));
    assert_eq!(
        beside("/scoped", json!({ "sub": "ann", "scope": "a", "scp": ["shop/write"] })),
        json!(["shop/write"])
    );
    assert_eq!(beside("/unscoped", token()), Value::Null);
}

fn called(call: testing::Call) -> testing::Answer {
    call.call(caller).now_or_never().expect("nothing here waits")
}

#[test]
fn the_lists_of_a_test_are_those_of_its_handler() {
    let claims = json!({ "sub": "ann", "roles": ["Site Admin", "not admin"], "levels": [1, 2], "name": "former admin" });
    let expected = Caller {
        roles: vec!["Site Admin".to_owned(), "not admin".to_owned()],
        name: vec!["former admin".to_owned()],
        levels: vec![1, 2],
        text: String::new(),
    };
    assert_eq!(called(testing::get("/caller").claims(claims.clone())).json::<Caller>(), expected);
    let scoped = testing::get("/caller").claims(claims.clone()).scopes(["a/r", "a/w"]);
    assert_eq!(called(scoped).json::<Caller>(), expected);
    // A header of the test's own is the only one, and reveals nothing about lists.
    let claims = json!({ "roles": ["Site Admin"] });
    let refused = called(testing::get("/caller").claims(claims).header("authorization", "Bearer abc"));
    assert_eq!(refused.status(), 401);
    assert!(refused.cause().unwrap().contains("Site Admin"), "{refused:?}");
    assert!(!refused.text().contains("Site Admin"), "{refused:?}");
}

#[test]
fn a_group_with_a_blank_is_one_group() {
    let groups = |claims: Value| {
        let answer = testing::get("/groups").claims(claims).call(groups).now_or_never().unwrap();
        answer.json::<[bool; 3]>()
    };
    assert_eq!(groups(json!({ "sub": "ann", "cognito:groups": ["not admin"] })), [false, true, false]);
    assert_eq!(groups(json!({ "sub": "ann", "cognito:groups": "not admin" })), [false, true, false]);
    assert_eq!(groups(json!({ "sub": "ann", "cognito:groups": ["not", "admin"] })), [true, false, true]);
    assert_eq!(groups(json!({ "sub": "ann", "cognito:groups": "[not admin]" })), [false; 3]);
    assert_eq!(groups(json!({ "sub": "ann", "cognito:groups": [] })), [false; 3]);
}

proptest! {
    #[test]
    fn whatever_is_in_a_list_or_in_a_text_arrives_as_it_was_given(
        roles in prop::collection::vec("[\\[\\] a\"\\PC]{0,6}", 0..4),
        name in "[\\[\\] a\"\\PC]{1,6}",
        levels in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let claims = json!({ "roles": roles, "name": name, "levels": levels, "text": name });
        let answer = called(testing::get("/caller").claims(claims));
        prop_assert_eq!(answer.status(), 200, "{}", answer.text());
        prop_assert_eq!(answer.json::<Caller>(), Caller { roles, name: vec![name.clone()], levels, text: name });
    }
}
