//! Changes of routes and authorizers for which API Gateway requires a certain order, on `MiniStack`, with
//! every call of the provider recorded.

use serde_json::Value;

use super::{
    agent,
    faults::{Lab, edit},
    ministack,
    proxy::Call,
    python::python,
};
use crate::terraform::tool::terraform_with_provider;

const SETTINGS: &str = r#"
  cognito_deletion_protection = false
  functions                   = { api_key = { environment = { KEYS = "a" } } }
"#;

/// The issuer of an authorizer's tokens.
const PARTNERS: &str =
    "  jwt_authorizers = { partners = { issuer = \"https://id.example.com\", audience = [\"pets\"] } }\n";
const KEYS: &str =
    "  jwt_authorizers = { api_key = { issuer = \"https://key.example.com\", audience = [\"pets\"] } }\n";

const UNLIMITED: &str = "      throttling_rate_limit  = null\n      throttling_burst_limit = null\n";
const LIMITED: &str = "      throttling_rate_limit  = 5\n      throttling_burst_limit = 7\n";

/// A stage names the routes whose rates it limits, and refuses one that does not exist. Afterwards a plan is
/// never empty, because `MiniStack` reports an issuer for Lambda authorizers too. moto's tests check that
/// nothing is left to do.
#[test]
fn limited_routes_are_renamed_and_removed_in_one_apply() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let start = |folder: &camino::Utf8Path| ministack::start(python, folder);
    let lab = Lab::with(terraform, python, "changes", "authorizers", &format!("{SETTINGS}{PARTNERS}"), start);
    let locals = lab.folder.join("module/locals.tf");
    let route = |method: &str, path: &str, function: &str, rest: &str| {
        format!(
            "      method                 = {method:?}\n      path                   = {path:?}\n      function               = \
             {function:?}\n{rest}"
        )
    };
    let health = |path: &str, limits: &str| {
        route(
            "GET",
            path,
            "health",
            "      authorization_type     = \"NONE\"\n      authorizer             = null\n",
        ) + limits
    };
    let deleted = |limits: &str| {
        route(
            "DELETE",
            "/pets/{id}",
            "pets",
            "      authorization_type     = \"JWT\"\n      authorizer             = \"partners\"\n",
        ) + limits
    };
    edit(
        &locals,
        &[
            (&health("/health", UNLIMITED), &health("/health", LIMITED)),
            (&deleted(UNLIMITED), &deleted(LIMITED)),
        ],
    );
    lab.root.apply();
    let limited = || -> Vec<String> {
        let api = lab.root.outputs()["api"]["value"].as_str().unwrap().to_owned();
        let url = format!("{}/v2/apis/{api}/stages/$default", lab.proxy.emulator.address);
        let text = agent().get(url).call().unwrap().body_mut().read_to_string().unwrap();
        let stage: Value = serde_json::from_str(&text).unwrap();
        stage["routeSettings"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(limited(), ["DELETE /pets/{id}", "GET /health"]);

    // One route has another path, and one is removed with its authorizer.
    let text = std::fs::read_to_string(&locals).unwrap();
    let (before, rest) = text.split_once("    delete_pet = {\n").unwrap();
    let (_, after) = rest.split_once("    }\n").unwrap();
    let (after, rest) = after.split_once("    partners = {\n").unwrap();
    let (_, last) = rest.split_once("    }\n").unwrap();
    std::fs::write(&locals, format!("{before}{after}{last}")).unwrap();
    edit(&locals, &[(&health("/health", LIMITED), &health("/healthz", LIMITED))]);
    super::set(&lab.folder, SETTINGS);
    let before = lab.proxy.calls().len();
    lab.root.apply();
    let calls = &lab.proxy.calls()[before..];
    assert_eq!(limited(), ["GET /healthz"]);
    let stage = position(calls, "PATCH /v2/apis/ID/stages/ID");
    assert!(position(calls, "POST /v2/apis/ID/routes") < stage);
    assert!(position(calls, "DELETE /v2/apis/ID/stages/ID/routesettings/KEY") < stage);
    assert!(stage < position(calls, "DELETE /v2/apis/ID/routes/ID"));
    assert!(
        last_position(calls, "DELETE /v2/apis/ID/routes/ID")
            < position(calls, "DELETE /v2/apis/ID/authorizers/ID")
    );

    // A Lambda authorizer becomes a JWT authorizer with the same name, and then a Lambda authorizer again.
    let function = "      kind             = \"lambda\"\n      function         = \"api_key\"\n";
    let issuer = "      kind             = \"jwt\"\n";
    let (ttl, custom, jwt) = ("      ttl              = 300\n", "\"CUSTOM\"", "\"JWT\" # of api_key");
    let issuers = [(function, issuer), (ttl, "      # no ttl\n"), (custom, jwt)];
    edit(&locals, &issuers);
    super::set(&lab.folder, &format!("{SETTINGS}{KEYS}"));
    replaces_its_authorizer(&lab);
    edit(&locals, &issuers.map(|(old, new)| (new, old)));
    super::set(&lab.folder, SETTINGS);
    replaces_its_authorizer(&lab);
    lab.root.destroy();
}

/// The new authorizer is created before the route changes, and the old one is deleted after that.
fn replaces_its_authorizer(lab: &Lab) {
    let before = lab.proxy.calls().len();
    lab.root.apply();
    let calls = &lab.proxy.calls()[before..];
    let route = position(calls, "PATCH /v2/apis/ID/routes/ID");
    assert!(position(calls, "POST /v2/apis/ID/authorizers") < route);
    assert!(route < position(calls, "DELETE /v2/apis/ID/authorizers/ID"));
}

fn position(calls: &[Call], operation: &str) -> usize {
    let found = calls.iter().position(|call| call.operation == operation);
    found.unwrap_or_else(|| panic!("no {operation} in {:?}", operations(calls)))
}

fn last_position(calls: &[Call], operation: &str) -> usize {
    let found = calls.iter().rposition(|call| call.operation == operation);
    found.unwrap_or_else(|| panic!("no {operation} in {:?}", operations(calls)))
}

fn operations(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| call.operation.as_str()).collect()
}
