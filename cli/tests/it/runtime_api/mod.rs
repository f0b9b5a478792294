//! The artifacts as Lambda runs them: the real `bootstrap` from the real zip, against a Runtime API on
//! loopback.

mod environment;

use std::process::Command;

use camino::Utf8Path;
use serde_json::{Value, json};

use crate::fixture::{Project, items, scratch, succeed, unpack};
pub(crate) use environment::Environment;

/// An event of payload format 2.0, as an HTTP API sends it behind a JWT authorizer.
pub(crate) fn event(method: &str, path: &str, query: &str, body: Option<&str>) -> Value {
    let mut event = json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": query,
        "headers": { "accept": "*/*", "content-type": "application/json", "host": "api.example.com" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "r3pmxmplak",
            "authorizer": { "jwt": {
                "claims": { "client_id": "machine", "scope": "items/read items/write", "token_use": "access" },
                "scopes": null,
            } },
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("{method} {path}"),
            "stage": "$default",
            "time": "10/Mar/2026:05:16:23 +0000",
            "timeEpoch": 1_773_119_783_000_u64,
        },
        "isBase64Encoded": false,
    });
    if let Some(body) = body {
        event["body"] = body.into();
    }
    event
}

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The response of a fresh execution environment to one request.
pub(crate) fn answer(bootstrap: &Utf8Path, method: &str, path: &str) -> Value {
    let environment = Environment::start(bootstrap, &[]);
    let response = environment.invoke(&event(method, path, "", None));
    environment.end();
    response
}

pub(crate) fn body(response: &Value) -> Value {
    serde_json::from_str(response["body"].as_str().unwrap()).unwrap()
}

#[test]
fn the_artifacts_of_the_example_answer_and_one_sees_what_the_other_created() {
    let folder = scratch("runtime-api");
    let bootstrap =
        |function: &str| unpack(&items().artifacts.join(format!("{function}.zip")), &folder.join(function));
    let database = folder.join("items.redb");
    let variables = [("ITEMS_DB", database.as_str())];
    let create = Environment::start(&bootstrap("create-item"), &variables);
    let get = Environment::start(&bootstrap("get-items"), &variables);
    let list = |query: &str| get.invoke(&event("GET", "/items", query, None));

    let empty = list("");
    assert_eq!((&empty["statusCode"], body(&empty)), (&json!(200), json!([])));

    let created =
        create.invoke(&event("POST", "/items/create", "", Some(r#"{"name":"pen","description":"blue"}"#)));
    assert_eq!(created["statusCode"], 201);
    assert_eq!(created["headers"]["content-type"], "application/json");
    assert_eq!(created["isBase64Encoded"], false);
    assert_eq!(body(&created), json!({ "id": 1, "name": "pen", "description": "blue" }));

    assert_eq!(body(&list("")), json!([{ "id": 1, "name": "pen", "description": "blue" }]));
    assert_eq!(body(&list("from=2")), json!([]));

    let refused = create.invoke(&event("POST", "/items/create", "", Some(r#"{"name":" "}"#)));
    assert_eq!(refused["statusCode"], 422);
    assert_eq!(refused["headers"]["content-type"], "application/problem+json");
    assert_eq!(body(&refused)["detail"], "an item needs a name");

    let created_from = |body: Option<&str>| create.invoke(&event("POST", "/items/create", "", body));
    for (response, status, detail) in [
        (created_from(Some("{")), 400, "Failed to parse the request body as JSON"),
        (created_from(Some("{}")), 422, "missing field `name`"),
        (created_from(None), 400, "Failed to parse the request body as JSON"),
        (list("limit=many"), 400, "the query parameter `limit` is not a valid u64"),
    ] {
        assert_eq!(response["statusCode"], status, "{response}");
        assert_eq!(response["headers"]["content-type"], "application/problem+json");
        let problem = body(&response);
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    create.end();
    get.end();
}

const FAULTS: &str = r#"
//! Handlers that fail in every way, and one that takes the whole request.
use routegen::{Path, Problem, lambda_http, route};

#[derive(serde::Deserialize)]
struct Fault { kind: String, at: u32 }

#[route(GET, "/faults/{kind}/{at}", auth = "cognito", scopes = ["faults/read"])]
async fn fault(Path(fault): Path<Fault>) -> Result<String, Problem> {
    let place = tracing::info_span!("place", at = fault.at, kind = tracing::field::Empty);
    let _entered = place.enter();
    place.record("kind", fault.kind.as_str());
    tracing::info!(answer = 42, "asked for \"{}\"", fault.kind);
    tracing::debug!("not logged unless it is asked for");
    match fault.kind.as_str() {
        "error" => Err(std::io::Error::other("the secret cause"))?,
        "panic" => panic!("the secret panic"),
        _ => Ok(format!("fine at {}", fault.at)),
    }
}

#[route(ANY, "/whole/{rest+}", auth = "cognito", scopes = ["faults/read"])]
async fn whole(request: lambda_http::Request) -> Result<lambda_http::Response<lambda_http::Body>, lambda_http::Error> {
    use lambda_http::{RequestExt as _, request::RequestContext};
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else { return Err("no context".into()) };
    let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref()).ok_or("the secret lack of a token")?;
    let body = format!("{} {}", jwt.claims["client_id"], request.path_parameters().first("rest").unwrap_or("?"));
    Ok(lambda_http::Response::builder().status(202).header("set-cookie", "a=b").body(body.into())?)
}
"#;

fn with_parameters(mut event: Value, parameters: Value) -> Value {
    event["pathParameters"] = parameters;
    event
}

#[test]
fn an_error_and_a_panic_become_500_in_a_process_that_goes_on() {
    let project = Project::new("faults", FAULTS);
    let others = "\n[dependencies.serde]\nversion = \"1\"\n\n[dependencies.tracing]\nversion = \"0.1\"\n";
    project.write("Cargo.toml", &format!("{}{others}", project.manifest()));
    succeed(&mut project.routegen(&["build", "--out", "lambda"]));
    let bootstrap = |function: &str| {
        unpack(&project.root.join(format!("lambda/{function}.zip")), &project.root.join(function))
    };

    let fault = Environment::start(&bootstrap("fault"), &[]);
    let call = |kind: &str, at: &str| {
        let path = format!("/faults/{kind}/{at}");
        fault.invoke(&with_parameters(event("GET", &path, "", None), json!({ "kind": kind, "at": at })))
    };
    for kind in ["error", "panic", "error", "panic"] {
        let response = call(kind, "1");
        assert_eq!(response["statusCode"], 500, "{response}");
        assert_eq!(response["headers"]["content-type"], "application/problem+json");
        assert_eq!(body(&response), json!({ "title": "Internal Server Error", "status": 500 }));
        assert_eq!(call("none", "7")["body"], "fine at 7");
    }
    let wrong = call("none", "seven");
    assert_eq!(wrong["statusCode"], 400);
    assert_eq!(body(&wrong)["detail"], "the path parameter `at` is not a valid u32");
    let entries = lines(&fault.end());
    // One for each call that reached the handler, and one for each of the four that failed.
    assert_eq!(entries.len(), 12, "{entries:#?}");
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(entry["routeKey"], "GET /faults/{kind}/{at}");
        assert_eq!(entry["function"], "test");
        assert_eq!(entry["requestId"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        assert_eq!(entry["traceId"], "1-5bef4de7-ad49b0e87f6ef6c87fc2e700");
        assert_eq!(entry["coldStart"], index < 2, "{entry}");
        assert_eq!(entry["timestamp"].as_str().unwrap().len(), "2026-03-10T05:16:23.123Z".len());
    }
    assert_eq!(entries[0]["level"], "INFO");
    assert_eq!(entries[0]["message"], "asked for \"error\"");
    assert_eq!(entries[0]["target"], "faults");
    assert_eq!(entries[0]["fields"], json!({ "answer": 42 }));
    assert_eq!(entries[0]["spans"], json!([{ "name": "place", "at": 1, "kind": "error" }]));
    assert_eq!((&entries[1]["level"], &entries[1]["message"]), (&json!("ERROR"), &json!("the secret cause")));
    assert_eq!(entries[4]["message"], "panicked: the secret panic");
    assert!(
        entries[4]["fields"]["location"].as_str().unwrap().starts_with("src/lib.rs:17:"),
        "{}",
        entries[4]
    );

    for (variable, level) in [("AWS_LAMBDA_LOG_LEVEL", "DEBUG"), ("RUST_LOG", "warn,faults=debug")] {
        let verbose = Environment::start(&bootstrap("fault"), &[(variable, level)]);
        let parameters = json!({ "kind": "none", "at": "7" });
        verbose.invoke(&with_parameters(event("GET", "/faults/none/7", "", None), parameters));
        let logged = lines(&verbose.end());
        assert!(
            logged.iter().any(|entry| entry["level"] == "DEBUG" && entry["target"] == "faults"),
            "{logged:#?}"
        );
    }

    let whole = Environment::start(&bootstrap("whole"), &[]);
    let event = with_parameters(event("PUT", "/whole/a/b", "", None), json!({ "rest": "a/b" }));
    let response = whole.invoke(&event);
    assert_eq!(response["statusCode"], 202);
    assert_eq!(response["body"], "machine a/b");
    assert_eq!(response["cookies"], json!(["a=b"]));
    let mut open = event;
    open["requestContext"].as_object_mut().unwrap().remove("authorizer");
    let response = whole.invoke(&open);
    assert_eq!(response["statusCode"], 500);
    assert!(!response.to_string().contains("secret"), "{response}");
    assert!(whole.end().contains("the secret lack of a token"));
}

const RESOURCES: &str = r#"
//! A handler that needs a resource that needs another one, and a handler that needs none.
use std::sync::atomic::{AtomicUsize, Ordering};
use routegen::{Init, Res, Resource, Error, route};

struct Config { greeting: String }

impl Resource for Config {
    async fn init(_: &Init) -> Result<Self, Error> {
        let greeting = std::env::var("GREETING")?;
        if greeting.is_empty() { panic!("the greeting is empty") }
        Ok(Self { greeting })
    }
}

static GREETERS: AtomicUsize = AtomicUsize::new(0);

struct Greeter { config: Res<Config>, number: usize }

impl Resource for Greeter {
    async fn init(init: &Init) -> Result<Self, Error> {
        Ok(Self { config: init.get().await?, number: GREETERS.fetch_add(1, Ordering::Relaxed) })
    }
}

#[route(GET, "/greeting", auth = "none")]
async fn greeting(greeter: Res<Greeter>, config: Res<Config>) -> String {
    let shared = std::ptr::eq(&raw const *config, &raw const *greeter.config);
    format!("{} {} {shared}", config.greeting, greeter.number)
}

#[route(GET, "/plain", auth = "none")]
async fn plain() -> &'static str { "plain" }
"#;

#[test]
fn resources_are_made_once_before_the_first_event_and_a_failure_is_told_to_lambda() {
    let project = Project::new("resources", RESOURCES);
    succeed(&mut project.routegen(&["build", "--out", "lambda"]));
    let bootstrap = |function: &str| {
        unpack(&project.root.join(format!("lambda/{function}.zip")), &project.root.join(function))
    };
    let (greeting, event) = (bootstrap("greeting"), event("GET", "/greeting", "", None));

    let function = Environment::start(&greeting, &[("GREETING", "hello")]);
    for _ in 0..2 {
        assert_eq!(function.invoke(&event)["body"], "hello 0 true");
    }
    assert_eq!(function.end(), "");

    // No event is sent.
    let (error, log) = Environment::start(&greeting, &[]).fail();
    let message = "the resource `resources::Greeter` could not be made: \
                   the resource `resources::Config` could not be made: environment variable not found";
    assert_eq!(error["errorMessage"], message);
    assert_eq!(error["errorType"], "Runtime.InitError");
    let lines = lines(&log);
    assert_eq!((lines.len(), &lines[0]["message"]), (1, &json!(message)));
    assert_eq!((&lines[0]["routeKey"], lines[0].get("requestId")), (&json!("GET /greeting"), None));

    let (error, log) = Environment::start(&greeting, &[("GREETING", "")]).fail();
    assert_eq!(error["errorMessage"], "a resource panicked while it was made");
    assert!(log.contains("panicked: the greeting is empty"), "{log}");

    assert_eq!(Environment::start(&bootstrap("plain"), &[]).invoke(&event)["body"], "plain");
}

#[test]
fn an_artifact_started_by_hand_says_what_it_is() {
    let folder = scratch("by-hand");
    let bootstrap = unpack(&items().artifacts.join("get-items.zip"), &folder);
    let output = Command::new(bootstrap).env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let log: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(log["message"], "this is an artifact for AWS Lambda: AWS_LAMBDA_RUNTIME_API is not set");
    assert_eq!(log["routeKey"], "GET /items");
}
