//! Who may call.

use serde_json::{Value, json};

use super::{Case, case, own};

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let none = || own(json!({ "auth": "none", "authorizer": null, "scopes": null, "identitySources": null }));
    let scopes = |scopes: Value| own(json!({ "scopes": scopes }));
    let lambda = |members: Value| {
        let mut all = json!({ "auth": "lambda", "authorizer": "api_key", "scopes": null, "identitySources": ["$request.header.x-api-key"] });
        super::merge(&mut all, members);
        own(all)
    };
    let throttle = |rate: u32, burst: u32| own(json!({ "throttle": { "rate": rate, "burst": burst } }));
    let around =
        |guards: &[&str], middleware: &[&str]| own(json!({ "guards": guards, "middleware": middleware }));
    let two = json!(["$request.header.x-api-key", "$request.querystring.tenant"]);
    vec![
        case("auth-added", none(), own(json!({})), none()),
        case(
            "auth-added",
            none(),
            own(json!({ "auth": "iam", "authorizer": null, "scopes": null, "identitySources": null })),
            none(),
        ),
        case("scopes-required", scopes(json!(null)), scopes(json!(["items/read"])), scopes(json!([]))),
        case(
            "scope-removed",
            scopes(json!(["a/r", "a/w"])),
            scopes(json!(["a/w"])),
            scopes(json!(["a/w", "a/r"])),
        ),
        case(
            "identity-source-added",
            lambda(json!({})),
            lambda(json!({ "identitySources": two })),
            lambda(json!({ "ttl": 0 })),
        ),
        case(
            "authorizer-changed",
            lambda(json!({})),
            lambda(json!({ "authorizer": "tenants" })),
            lambda(json!({ "function": "get-item" })),
        )
        .with(&["authorizer-replaced"]),
        case(
            "authorizer-changed",
            own(json!({})),
            lambda(json!({})),
            own(json!({ "identitySources": ["$request.header.Authorization"] })),
        )
        .with(&["authorizer-replaced"]),
        case("guard-added", around(&[], &[]), around(&["Admin"], &[]), around(&[], &["audit"])),
        case("auth-removed", own(json!({})), none(), own(json!({ "scopes": ["items/read"] }))),
        case("auth-removed", lambda(json!({})), none(), lambda(json!({ "ttl": null }))),
        case(
            "authorizer-replaced",
            own(json!({ "auth": "iam", "authorizer": null })),
            own(json!({})),
            own(json!({ "auth": "iam", "authorizer": null })),
        )
        .with(&["authorizer-changed"]),
        case("scopes-emptied", scopes(json!(["a/r"])), scopes(json!([])), scopes(json!(["a/r"]))),
        case("scope-added", scopes(json!(["a/r"])), scopes(json!(["a/r", "a/w"])), scopes(json!(["a/r"]))),
        case("scope-added", scopes(json!(["a/r"])), scopes(json!(["a/w"])), scopes(json!(["a/r"])))
            .with(&["scope-removed"]),
        case(
            "identity-source-removed",
            lambda(json!({ "identitySources": two })),
            lambda(json!({})),
            lambda(
                json!({ "identitySources": ["$request.querystring.tenant", "$request.header.x-api-key"] }),
            ),
        ),
        case(
            "ttl-raised",
            lambda(json!({ "ttl": 60 })),
            lambda(json!({ "ttl": 61 })),
            lambda(json!({ "ttl": 0 })),
        ),
        case("ttl-raised", lambda(json!({})), lambda(json!({ "ttl": 1 })), lambda(json!({}))),
        case(
            "guard-removed",
            around(&["Admin", "Tenant"], &[]),
            around(&["Tenant"], &[]),
            around(&["Tenant", "Admin"], &[]),
        ),
        case(
            "guard-removed",
            around(&["Admin", "Admin"], &[]),
            around(&["Admin"], &[]),
            around(&["Admin", "Admin"], &[]),
        ),
        case(
            "middleware-removed",
            around(&[], &["audit"]),
            around(&[], &[]),
            around(&[], &["audit", "timing"]),
        ),
        case("throttle-added", own(json!({})), throttle(10, 5), own(json!({}))),
        case("throttle-lowered", throttle(10, 5), throttle(9, 5), throttle(11, 5)),
        case("throttle-lowered", throttle(10, 5), throttle(10, 4), throttle(10, 5)),
        case("throttle-removed", throttle(10, 5), own(json!({})), throttle(1, 1)),
        case("throttle-raised", throttle(10, 5), throttle(10, 6), throttle(10, 5)),
        case("throttle-raised", throttle(10, 5), throttle(11, 4), throttle(10, 5))
            .with(&["throttle-lowered"]),
    ]
}

/// A document from another tool has only standard OpenAPI.
#[test]
fn what_openapi_says_itself_is_understood() {
    let with = |security: Value| {
        let mut document = super::get(json!({ "x-routegen": null, "security": security }));
        document["components"]["securitySchemes"] =
            json!({ "key": { "type": "apiKey" }, "pool": { "type": "openIdConnect" } });
        document
    };
    let pool = |scopes: &[&str]| json!([{ "pool": scopes }]);
    let found = |before: Value, after: Value| super::found(&with(before), &with(after));
    assert_eq!(found(pool(&["a"]), json!([])), ["auth-removed"]);
    assert_eq!(found(pool(&["a"]), json!([{}, { "pool": ["a"] }])), ["auth-removed"]);
    assert_eq!(found(json!([]), pool(&[])), ["auth-added"]);
    assert_eq!(found(pool(&["a"]), json!([{ "pool": ["a"] }, { "pool": ["b"] }])), ["scope-added"]);
    assert_eq!(found(pool(&["a"]), pool(&[])), ["scopes-emptied"]);
    assert_eq!(found(pool(&[]), json!([{ "key": [] }])), ["authorizer-changed", "authorizer-replaced"]);
    assert_eq!(found(pool(&["a"]), pool(&["a"])), Vec::<&str>::new());
    // One of the documents has `x-routegen`, the other has not.
    let more = |more: Value| {
        let mut document = with(pool(&["items/read"]));
        document["paths"]["/items"]["get"]["x-routegen"] = more;
        document
    };
    let own = more(json!({ "auth": "cognito", "authorizer": "cognito", "scopes": ["items/read"] }));
    assert_eq!(super::found(&with(pool(&["items/read"])), &own), Vec::<&str>::new());
    assert_eq!(super::found(&own, &with(json!([]))), ["auth-removed"]);
}
