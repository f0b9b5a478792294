//! Routes that are removed, added or moved.

use serde_json::{Value, json};

use super::{Case, case, document, get, operation};

/// A document with these routes, each with its own members.
pub(super) fn routes(routes: &[(&str, Value)]) -> Value {
    let mut paths = json!({});
    let mut default = None;
    for (route, members) in routes {
        let (method, path) = route.split_once(' ').unwrap_or(("", route));
        let mut members = members.clone();
        if !path.starts_with('$') && members["x-routegen"]["path"].is_null() {
            super::merge(&mut members, json!({ "x-routegen": { "path": path } }));
        }
        if path == "$default" {
            default = Some(operation(members));
            continue;
        }
        let template = path.replace("+}", "}");
        let methods: &[&str] = if method == "ANY" { &["get", "put", "post"] } else { &[method] };
        for one in methods {
            let mut members = members.clone();
            if method == "ANY" {
                super::merge(
                    &mut members,
                    json!({ "x-routegen": { "method": "ANY" }, "operationId": format!("any_{one}") }),
                );
            }
            let item = paths.as_object_mut().unwrap().entry(template.clone()).or_insert(json!({}));
            item.as_object_mut().unwrap().entry(one.to_lowercase()).or_insert_with(|| operation(members));
        }
    }
    let mut document = document(paths, json!({}));
    if let Some(default) = default {
        document["x-routegen-default"] = default;
    }
    document
}

fn none() -> Value {
    json!({ "security": [], "x-routegen": { "auth": "none", "authorizer": null, "scopes": null, "identitySources": null } })
}

fn with(mut members: Value, more: Value) -> Value {
    super::merge(&mut members, more);
    members
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let empty = || routes(&[]);
    let plain = || json!({});
    let deprecated = || json!({ "deprecated": true });
    let sunset = |day: &str| json!({ "x-sunset": day });
    let id = |id: &str| json!({ "operationId": id, "x-routegen": { "handler": id } });
    vec![
        case(
            "route-removed",
            routes(&[("GET /items/{id}", plain())]),
            empty(),
            routes(&[("GET /items/{number}", plain())]),
        ),
        case(
            "route-removed-before-sunset",
            routes(&[("GET /items", with(deprecated(), sunset("2026-11-30")))]),
            empty(),
            routes(&[("GET /items", plain())]),
        ),
        case(
            "route-removed-before-sunset",
            routes(&[("GET /items", sunset("2027-01-01"))]),
            empty(),
            routes(&[("GET /items", deprecated())]),
        ),
        case("deprecated-route-removed", routes(&[("GET /items", deprecated())]), empty(), get(plain())),
        case(
            "deprecated-route-removed",
            routes(&[("GET /items", sunset("2026-11-29"))]),
            empty(),
            get(deprecated()),
        ),
        case(
            "route-method-changed",
            routes(&[("PUT /items", plain())]),
            routes(&[("POST /items", plain())]),
            routes(&[("PUT /items", plain()), ("POST /items", id("create"))]),
        ),
        case(
            "route-no-longer-greedy",
            routes(&[("GET /files/{rest+}", plain())]),
            routes(&[("GET /files/{rest}", plain())]),
            routes(&[("GET /files/{path+}", plain())]),
        ),
        case(
            "route-takes-requests",
            routes(&[("GET /files/{rest+}", plain())]),
            routes(&[("GET /files/{rest+}", plain()), ("GET /files/one", id("one"))]),
            routes(&[("GET /files/{rest+}", plain()), ("PUT /files/one", id("one"))]),
        ),
        case(
            "route-takes-requests",
            routes(&[("$default", plain())]),
            routes(&[("$default", plain()), ("GET /files/one", id("one"))]),
            routes(&[("$default", id("all"))]),
        ),
        case(
            "route-takes-requests",
            routes(&[("ANY /files", plain())]),
            routes(&[("GET /files", json!({ "operationId": "any_get" })), ("ANY /files", plain())]),
            routes(&[("ANY /files", deprecated())]),
        ),
        case(
            "operation-id-changed",
            get(json!({ "operationId": "get_item" })),
            get(json!({ "operationId": "read_item" })),
            get(json!({ "summary": "Reads an item" })),
        ),
        case(
            "sunset-earlier",
            routes(&[("GET /items", sunset("2027-06-01"))]),
            routes(&[("GET /items", sunset("2027-01-01"))]),
            routes(&[("GET /items", sunset("2027-12-01"))]),
        ),
        case(
            "route-added-public",
            empty(),
            routes(&[("GET /items", none())]),
            routes(&[("GET /items", plain())]),
        ),
        // A greedy route has an authorizer, and a route inside it has none; the variant takes none of its
        // requests.
        case(
            "route-shadows-stricter",
            routes(&[("GET /files/{rest+}", plain())]),
            routes(&[("GET /files/{rest+}", plain()), ("GET /files/one", with(id("one"), none()))]),
            routes(&[("GET /files/{rest+}", plain()), ("GET /images/one", with(id("one"), none()))]),
        )
        .with(&["route-added-public", "route-takes-requests"]),
        case(
            "route-shadows-stricter",
            routes(&[("ANY /{rest+}", plain())]),
            routes(&[
                ("ANY /{rest+}", plain()),
                (
                    "GET /items/{id}",
                    with(id("one"), json!({ "x-routegen": { "scopes": ["items/read", "items/all"] } })),
                ),
            ]),
            routes(&[("ANY /{rest+}", plain()), ("GET /items/{id}", id("one"))]),
        )
        .with(&["route-takes-requests"]),
        case(
            "route-shadows-stricter",
            routes(&[("$default", plain())]),
            routes(&[("$default", plain()), ("GET /files/one", with(id("one"), none()))]),
            routes(&[("$default", plain()), ("GET /files/one", id("one"))]),
        )
        .with(&["route-added-public", "route-takes-requests"]),
        // It also takes requests of a single parameter, which deserves no warning of its own.
        case(
            "route-shadows-stricter",
            routes(&[("GET /items/{id}", plain())]),
            routes(&[("GET /items/{id}", plain()), ("GET /items/all", with(id("all"), none()))]),
            routes(&[("GET /items/{id}", plain()), ("GET /items/{id}/all", with(id("all"), none()))]),
        )
        .with(&["route-added-public"]),
        // The other route with that path took them before, and still does.
        case(
            "route-shadows-looser",
            routes(&[("GET /files/{rest+}", none())]),
            routes(&[("GET /files/{rest+}", none()), ("GET /files/one", id("one"))]),
            routes(&[("GET /files/{rest+}", none()), ("GET /files", id("one"))]),
        )
        .with(&["route-takes-requests"]),
    ]
}

#[test]
fn what_is_found_alike_of_all_methods_of_a_route_is_said_once() {
    let before = routes(&[("ANY /files", json!({}))]);
    let operations = |after: &Value| {
        let findings =
            super::compare(&before, after, "", "openapi.json", super::today()).unwrap().into_iter();
        findings.map(|finding| format!("{} {}", finding.id, finding.operation)).collect::<Vec<_>>()
    };
    let open = routes(&[("ANY /files", none())]);
    assert_eq!(operations(&open), ["auth-removed ANY /files"]);
    assert_eq!(operations(&routes(&[])), ["route-removed ANY /files"]);
    let get = routes(&[("GET /files", json!({ "operationId": "any_get" }))]);
    assert_eq!(operations(&get), ["route-removed POST /files", "route-removed PUT /files"]);
}
