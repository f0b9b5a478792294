//! The API on this machine: served, rebuilt, called with all kinds of tokens, and called without a server.
//!
//! Nothing waits for a fixed time: a server reports when it listens and when it has rebuilt.

mod attacks;
mod callers;
mod ends;
mod invoke;
mod options;
pub(crate) mod server;
mod sources;
mod turns;

use serde_json::{Value, json};

use self::server::Server;
use crate::fixture::{Project, fail, routegen, scratch, succeed};

pub(crate) const KEYS: &str = "API_KEYS=k1=north,k2=south";

#[test]
fn the_example_items_is_served_to_those_with_the_right_token() {
    serves_items("dev-items", &[]);
}

#[test]
fn the_artifacts_of_the_example_items_are_served_to_those_with_the_right_token() {
    serves_items("dev-items-artifacts", &["--artifacts"]);
}

fn serves_items(folder: &str, more: &[&str]) {
    let database = format!("ITEMS_DB={}", scratch(folder).join("items.redb"));
    let mut command =
        routegen(&["dev", "-p", "items", "--port", "0", "--format", "json", "--env", &database]);
    let items = Server::start(command.args(more));
    let token = |words: &[&str]| {
        let port = items.port();
        let mut args = vec!["token", "-p", "items", "--port", &port];
        args.extend(words);
        succeed(&mut routegen(&args)).trim().to_owned()
    };
    let list = |token: &str| items.get("/items", &[("authorization", &format!("Bearer {token}"))]);
    assert_eq!(items.get("/items", &[]).status, 401);
    for refused in [
        &["--scope", "items/read", "--forged"][..],
        &["--scope", "items/read", "--expired"],
        &["--scope", "items/read", "--audience", "somebody-else"],
        &["--scope", "items/read", "--claim", "iss=https://issuer.example"],
    ] {
        assert_eq!(list(&token(refused)).status, 401, "{refused:?}");
    }
    assert_eq!(list(&token(&["--scope", "items/write"])).status, 403);
    assert_eq!(list(&token(&["--scope", "items/read"])).body, "[]");

    // As in the README: a token from the issuer's endpoint, for both routes.
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=items/read items/write",
        items.ready["client_id"].as_str().unwrap(),
        items.ready["client_secret"].as_str().unwrap()
    );
    let endpoint = items.ready["token_endpoint"].as_str().unwrap().strip_prefix(&items.url).unwrap();
    let answer = items.post(
        endpoint,
        &[("content-type", "application/x-www-form-urlencoded")],
        &form.replace(' ', "+"),
    );
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let pen = r#"{"name":"pen","description":"blue"}"#;
    assert_eq!(items.post("/items/create", &headers, pen).status, 201);
    let found: Value = serde_json::from_str(&items.get("/items", &headers).body).unwrap();
    assert_eq!(found, json!([{ "id": 1, "name": "pen", "description": "blue" }]));
    // The example works without its table, and the user gets a warning.
    assert!(items.heard("RG0086").contains("RG0086"));
    items.stop();
}

#[test]
fn the_example_pets_is_served_with_its_own_authorizer_and_files() {
    serves_pets(&[]);
}

#[test]
fn the_artifacts_are_served_as_the_code_is() {
    serves_pets(&["--artifacts"]);
}

fn serves_pets(more: &[&str]) {
    let mut command = routegen(&["dev", "-p", "pets", "--port", "0", "--format", "json", "--env", KEYS]);
    let pets = Server::start(command.args(["--cors", "https://a.example"]).args(more));
    assert_eq!(pets.get("/health", &[]).body, "ok");
    assert_eq!(pets.get("/north/1", &[]).status, 401);
    assert_eq!(pets.get("/north/1", &[("x-api-key", "k3")]).status, 403);
    let pet: Value = serde_json::from_str(&pets.get("/north/1", &[("x-api-key", "k1")]).body).unwrap();
    assert_eq!(pet["name"], "Ada");
    let home = r#"{"species":"cat","square_metres":30}"#;
    let headers = [("x-api-key", "k1"), ("content-type", "application/json")];
    assert_eq!(pets.post("/homes/check", &headers, home).body, r#"{"suitable":true}"#);
    let browser = pets.get("/health", &[("origin", "https://a.example")]);
    assert_eq!(browser.header("access-control-allow-origin"), Some("https://a.example"));

    let health = pets.entry(|entry| entry["path"] == "/health");
    let told = ["type", "method", "route_key", "function", "status", "cold_start"].map(|key| &health[key]);
    assert_eq!(json!(told), json!(["request", "GET", "GET /health", "health", 200, true]));
    // The line of the log follows the request that it belongs to.
    pets.entry(|entry| entry["path"] == "/homes/check");
    let line = pets.entry(|entry| entry["type"] == "log" && entry["function"] == "pets");
    assert_eq!(line["line"]["message"], "a home was checked");
    assert_eq!(line["line"]["requestId"], line["invocation"]);
    pets.stop();
}

#[test]
fn a_function_is_called_without_a_server() {
    let invoke = |words: &[&str]| {
        let mut command = routegen(&["invoke", "-p", "pets", "--env", KEYS]);
        command.args(words);
        command
    };
    let answer = |words: &[&str]| -> Value { serde_json::from_str(&succeed(&mut invoke(words))).unwrap() };
    let caller = "shelter=north";
    assert_eq!(answer(&["health"])["body"], "ok");
    let pet = answer(&["get-pet", "--path", "/north/1", "--claim", caller]);
    assert_eq!((&pet["statusCode"], pet["body"].as_str().unwrap().contains("Ada")), (&json!(200), true));
    assert_eq!(answer(&["get-pet", "--path", "/south/1", "--claim", caller])["statusCode"], 403);
    let home = r#"{"species":"yeti","square_metres":30}"#;
    let words =
        ["check-home", "--claim", caller, "--header", "content-type: application/json", "--body", home];
    assert_eq!(answer(&words)["statusCode"], 422);
    assert_eq!(
        answer(&["--artifacts", "get-pet", "--path", "/north/1", "--claim", caller])["statusCode"],
        200
    );

    let event = scratch("dev-invoke").join("event.json");
    let question = json!({
        "version": "2.0", "type": "REQUEST", "identitySource": ["k2"], "routeKey": "GET /health", "rawPath": "/health",
        "rawQueryString": "", "headers": { "x-api-key": "k2" },
        "routeArn": "arn:aws:execute-api:eu-central-1:123456789012:local/$default/GET/health",
        "requestContext": {
            "accountId": "123456789012", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "http": {
                "method": "GET", "path": "/health", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "",
            },
            "requestId": "1", "routeKey": "GET /health", "stage": "$default",
            "time": "10/Mar/2026:05:16:23 +0000", "timeEpoch": 1_773_119_783_123_i64,
        },
    });
    std::fs::write(&event, question.to_string()).unwrap();
    let decision = answer(&["api_key", "--event", event.as_str()]);
    assert_eq!(decision, json!({ "isAuthorized": true, "context": { "shelter": "south" } }));

    std::fs::write(&event, "{}").unwrap();
    let failed = fail(&mut invoke(&["api_key", "--event", event.as_str()]));
    assert!(failed.contains("RG0082") && failed.contains("not an event of a Lambda authorizer"), "{failed}");
    let without = |words: &[&str]| {
        let mut command = routegen(&["invoke", "-p", "pets"]);
        String::from_utf8(command.args(words).env_remove("API_KEYS").output().unwrap().stderr).unwrap()
    };
    let warned = without(&["api_key", "--event", event.as_str()]);
    assert!(warned.contains("RG0086") && warned.contains("`API_KEYS` (api-key)"), "{warned}");
    assert!(!without(&["health"]).contains("RG0086"), "another function's variable is no matter");
    assert!(fail(&mut invoke(&["health", "--path", "/elsewhere"])).contains("RG0083"));
    assert!(fail(&mut invoke(&["nobody"])).contains("RG0030"));
    std::fs::write(&event, "{").unwrap();
    assert!(fail(&mut invoke(&["health", "--event", event.as_str()])).contains("RG0084"));
}

#[test]
fn whoever_reads_only_the_first_line_holds_nothing_up() {
    let mut command = routegen(&["dev", "-p", "pets", "--port", "0", "--format", "json", "--env", KEYS]);
    let (pets, _stdout) = Server::start_and_read_no_more(&mut command);
    // Each log entry contains its path: together they are larger than a pipe.
    let path = format!("/north/1?{}", "x".repeat(8_000));
    for _ in 0..32 {
        assert_eq!(pets.get(&path, &[]).status, 401);
    }
    pets.stop();
}

#[test]
fn a_port_that_is_taken_is_told_before_anything_is_built() {
    let project = Project::new("dev-port", "compile_error!(\"it was built\");");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = fail(&mut project.routegen(&["dev", "--port", &port]));
    assert!(error.contains("RG0080") && error.contains("--port 0"), "{error}");
    assert!(!error.contains("it was built"), "{error}");
}
