//! `Valid<E>`: values that break the rules of their type, and what a client sees.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use garde::Validate;
use routegen::{
    IntoResponse as _, Json, Path, Query, Valid,
    axum::{Form, extract::FromRequest as _},
    route,
    testing::{self, Answer, Call},
};
use serde::Deserialize;
use serde_json::{Value, json};

fn called<H>(call: Call, handler: H) -> Answer {
    call.call(handler).now_or_never().expect("nothing here waits")
}

#[derive(Deserialize, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
struct Order {
    #[garde(length(min = 1))]
    ordered_by: String,
    #[garde(dive)]
    items: Vec<Item>,
    #[serde(default)]
    #[garde(dive)]
    per_shelf: BTreeMap<String, Item>,
    note: Option<String>,
}

#[derive(Deserialize, Validate)]
struct Item {
    #[garde(range(min = 1))]
    amount: u32,
    #[garde(length(max = 3))]
    name: String,
}

#[route(POST, "/valid/orders", auth = "none")]
async fn order(Valid(Json(order)): Valid<Json<Order>>) -> String {
    format!("{} {} {} {:?}", order.ordered_by, order.items.len(), order.per_shelf.len(), order.note)
}

#[route(POST, "/valid/form", auth = "none")]
async fn form(Valid(Form(item)): Valid<Form<Item>>) -> String {
    format!("{} {}", item.amount, item.name)
}

#[derive(Deserialize, Validate)]
#[serde(rename_all = "kebab-case")]
struct Page {
    #[garde(range(min = 1, max = 100))]
    page_size: u32,
    #[garde(length(max = 1))]
    #[serde(default)]
    tag: Vec<String>,
}

#[derive(Deserialize, Validate)]
struct Shelf {
    #[garde(ascii)]
    name: String,
}

#[route(GET, "/valid/shelves/{name}", auth = "none")]
async fn shelf(Valid(Path(shelf)): Valid<Path<Shelf>>, Valid(Query(page)): Valid<Query<Page>>) -> String {
    format!("{} {}", shelf.name, page.page_size)
}

/// The errors of a response with 422.
fn errors(answer: &Answer) -> Value {
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let mut body: Value = answer.json();
    assert_eq!(body["title"], "Unprocessable Entity");
    body["errors"].take()
}

#[test]
fn all_that_is_wrong_in_a_body_is_told_at_once_and_where_it_is() {
    let good = json!({ "orderedBy": "Ada", "items": [{ "amount": 1, "name": "pen" }], "perShelf": { "a": { "amount": 1, "name": "" } } });
    let answer = called(testing::post("/valid/orders").json(&good), order);
    assert_eq!(answer.text(), "Ada 1 1 None");
    let bad = json!({
        "orderedBy": "",
        "items": [{ "amount": 1, "name": "pen" }, { "amount": 0, "name": "pencil" }],
        "perShelf": { "a/b~c %\u{e4}": { "amount": 0, "name": "" } },
    });
    let answer = called(testing::post("/valid/orders").json(&bad), order);
    let expected = json!([
        { "pointer": "#/items/1/amount", "detail": "lower than 1" },
        { "pointer": "#/items/1/name", "detail": "length is greater than 3" },
        { "pointer": "#/orderedBy", "detail": "length is lower than 1" },
        { "pointer": "#/perShelf/a~1b~0c%20%25%C3%A4/amount", "detail": "lower than 1" },
    ]);
    assert_eq!(errors(&answer), expected);
    let answer =
        called(testing::post("/valid/form").body("amount=0&name=pen").header("content-type", FORM), form);
    assert_eq!(errors(&answer), json!([{ "pointer": "#/amount", "detail": "lower than 1" }]));
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn parameters_have_names() {
    assert_eq!(called(testing::get("/valid/shelves/a?page-size=100"), shelf).text(), "a 100");
    let answer = called(testing::get("/valid/shelves/a?page-size=101"), shelf);
    assert_eq!(errors(&answer), json!([{ "parameter": "page-size", "detail": "greater than 100" }]));
    let answer = called(testing::get("/valid/shelves/a?page-size=1&tag=a&tag=b"), shelf);
    assert_eq!(errors(&answer)[0]["parameter"], "tag");
    let answer = called(testing::get("/valid/shelves/%C3%A4?page-size=0"), shelf);
    assert_eq!(errors(&answer)[0]["parameter"], "name");
}

#[test]
fn what_cannot_be_read_is_refused_as_without_it() {
    for (body, status) in [("{", 400), (r#"{ "orderedBy": 1 }"#, 422)] {
        let call = || testing::post("/valid/orders").body(body).header("content-type", "application/json");
        let answer = called(call(), order);
        assert_eq!(answer.status(), status);
        let body: Value = answer.json();
        assert!(body["detail"].is_string() && body.get("errors").is_none(), "{body}");
    }
    assert_eq!(called(testing::post("/valid/orders").body("x"), order).status(), 415);
    assert_eq!(called(testing::get("/valid/shelves/a?page-size=x"), shelf).status(), 400);
}

#[test]
fn it_works_within_axum_too() {
    let request = axum_request(r#"{ "amount": 0, "name": "" }"#);
    let refused = Valid::<Json<Item>>::from_request(request, &()).now_or_never().unwrap().err().unwrap();
    assert_eq!(refused.into_response().status(), 422);
}

fn axum_request(body: &'static str) -> routegen::axum::extract::Request {
    let request = routegen::http::Request::post("/").header("content-type", "application/json");
    request.body(body.into()).unwrap()
}
