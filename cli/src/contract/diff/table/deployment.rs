//! What operations run on, and what their functions may do.

use serde_json::{Value, json};

use super::{Case, case, own, routes::routes};

pub(super) fn cases() -> Vec<Case> {
    let grants = |grants: Value| own(json!({ "grants": grants }));
    let table = |actions: &[&str], on: &[&str]| json!({ "resource": "items", "actions": actions, "on": on });
    let read = || table(&["dynamodb:GetItem"], &[""]);
    // Two routes, in one function or in two; one of them may write.
    let write = |function: &str| {
        let other = json!({ "operationId": "put", "x-routegen": { "function": function, "grants": [table(&["dynamodb:PutItem"], &[""])] } });
        routes(&[("GET /items", json!({ "x-routegen": { "function": "items" } })), ("PUT /items", other)])
    };
    let functions = |functions: Value| {
        let mut document = routes(&[("GET /items", json!({}))]);
        document["x-routegen-functions"] = functions;
        document
    };
    let queue = |batch: u32| {
        let consumes = json!({ "kind": "queue", "queue": "orders", "batch": batch });
        json!({ "on-order": { "x-routegen": { "kind": "queue", "consumes": consumes, "function": "on-order" } } })
    };
    let authorizer = |actions: &[&str]| {
        let grants = json!([{ "resource": "keys", "actions": actions, "on": [""] }]);
        json!({ "api-key": { "x-routegen": { "kind": "authorizer", "function": "api-key", "grants": grants } } })
    };
    vec![
        case("timeout-lowered", own(json!({})), own(json!({ "timeout": 9 })), own(json!({ "timeout": 11 }))),
        case("memory-lowered", own(json!({})), own(json!({ "memory": 128 })), own(json!({ "memory": 512 }))),
        case(
            "function-changed",
            own(json!({})),
            own(json!({ "function": "items" })),
            own(json!({ "handler": "a::b" })),
        ),
        case("consumer-removed", functions(queue(10)), functions(json!({})), functions(queue(10))),
        case("event-source-changed", functions(queue(10)), functions(queue(20)), functions(json!({}))),
        case(
            "grant-action-added",
            functions(authorizer(&["a:Get"])),
            functions(authorizer(&["a:Get", "a:Put"])),
            functions(json!({})),
        ),
        case(
            "env-added",
            own(json!({ "env": ["TABLE"] })),
            own(json!({ "env": ["TABLE", "TOPIC"] })),
            own(json!({ "env": [] })),
        ),
        case(
            "grant-action-added",
            grants(json!([read()])),
            grants(json!([table(&["dynamodb:GetItem", "dynamodb:PutItem"], &[""])])),
            grants(json!([])),
        ),
        // The routes of a function share its role: a route that moves there may do what they may.
        case("grant-resource-added", write("items-writer"), write("items"), write("items-writer"))
            .with(&["function-changed"]),
        case("grant-resource-added", grants(json!([])), grants(json!([read()])), own(json!({}))),
        case(
            "grant-resource-added",
            grants(json!([read()])),
            grants(json!([table(&["dynamodb:GetItem"], &["", "/index/*"])])),
            grants(json!([read(), read()])),
        ),
        case(
            "grant-wildcard-added",
            grants(json!([read()])),
            grants(json!([read(), table(&["dynamodb:*"], &[""])])),
            grants(json!([read()])),
        ),
        case(
            "grant-wildcard-added",
            grants(json!([read()])),
            grants(json!([table(&["dynamodb:GetItem"], &["", "*"])])),
            grants(json!([table(&["dynamodb:GetItem"], &[])])),
        ),
    ]
}

#[test]
fn a_new_function_has_what_it_may_do_listed_and_a_new_route_of_an_old_one_what_is_new() {
    let route = |function: &str, actions: &[&str]| {
        let grants = json!([{ "resource": "items", "actions": actions }]);
        json!({ "operationId": function, "x-routegen": { "function": function, "handler": actions, "grants": grants } })
    };
    let before = routes(&[("GET /items", route("items", &["a:Get"]))]);
    let with = |function: &str, actions: &[&str]| {
        routes(&[("GET /items", route("items", &["a:Get"])), ("PUT /items", route(function, actions))])
    };
    assert_eq!(super::found(&before, &with("items", &["a:Get"])), Vec::<&str>::new());
    assert_eq!(super::found(&before, &with("items", &["a:Get", "a:Put"])), ["grant-action-added"]);
    assert_eq!(super::found(&before, &with("others", &["a:Get"])), ["grant-resource-added"]);
}
