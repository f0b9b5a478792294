//! The OpenAPI document: what it contains, and that other tools can read it.

use std::process::Command;

use serde_json::Value;

use crate::{
    emulator::python,
    fixture::{Project, complaint, fail, repository, routegen, scratch, succeed},
};

/// A route for every extractor and every response whose type reports something.
const API: &str = r#"
#![allow(dead_code)]

use std::collections::BTreeMap;

use routegen::{
    Accepted, AuthorizerRequest, Claims, Created, Decision, IntoResponse, Json, Path, Problem, Query, StandardClaims,
    authorizer,
    axum::{
        body::Bytes,
        extract::{Form, Multipart},
        response::{Html, NoContent, Redirect},
    },
    http::StatusCode,
    lambda_http, route,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

routegen::package! { prefix = "/v1" }

/// An order
#[derive(Deserialize, JsonSchema, Serialize)]
struct Order {
    id: u64,
    /// How many
    #[serde(default)]
    count: Option<u32>,
    #[serde(default = "now")]
    at: u64,
    state: State,
    notes: Vec<String>,
    parent: Option<Box<Order>>,
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Open,
    SentTo { address: String },
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64
}

#[derive(JsonSchema, Serialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Untyped {
    id: u64,
}

mod other {
    /// Another type of the same name
    #[derive(schemars::JsonSchema, serde::Serialize)]
    pub struct Order {
        pub total: f64,
    }
}

#[derive(Deserialize, JsonSchema)]
struct Filter {
    /// The first id
    from: u64,
    limit: Option<u8>,
    state: Option<Word>,
}

#[derive(Deserialize, JsonSchema)]
enum Word {
    Open,
    Closed,
}

/// No schema of its own: serde is asked.
#[derive(Deserialize)]
struct Place {
    shop: String,
    id: u32,
}

/// Lists orders
///
/// The *newest* first.
#[route(GET, "/orders", auth = "cognito", scopes = ["orders/read", "orders/all"], tags = ["orders"], throttle = (5, 2))]
async fn list_orders(Query(_): Query<Filter>, _: Claims<StandardClaims>) -> Result<Json<Page<Order>>, Problem> {
    unimplemented!()
}

#[route(POST, "/orders", auth = "cognito", scopes = ["orders/all"], tags = ["orders"], memory = 512)]
async fn create_order(Json(_): Json<Order>) -> Result<Created<Json<Order>>, Problem> {
    unimplemented!()
}

#[route(GET, "/shops/{shop}/orders/{id}", auth = "key")]
async fn get_order(Path(_): Path<Place>) -> Result<Json<other::Order>, lambda_http::Error> {
    unimplemented!()
}

/// The other parameters have other names.
#[route(DELETE, "/shops/{name}/orders/{number}", auth = "key", deprecated = true, sunset = "2027-01-31")]
async fn delete_order(Path(_): Path<(String, u64)>) -> NoContent {
    unimplemented!()
}

#[route(GET, "/totals", auth = "iam")]
async fn totals() -> Json<Page<other::Order>> {
    unimplemented!()
}

#[route(PUT, "/jobs", auth = "none")]
async fn start_job(_: Option<Json<Order>>) -> Accepted<String> {
    unimplemented!()
}

#[route(POST, "/forms", auth = "none")]
async fn fill_form(Form(_): Form<Filter>) -> Redirect {
    unimplemented!()
}

#[route(GET, "/forms", auth = "none")]
async fn show_form(Form(_): Form<Filter>) -> Html<String> {
    unimplemented!()
}

#[route(POST, "/uploads", auth = "none")]
async fn upload(_: Multipart) -> (StatusCode, Json<Order>) {
    unimplemented!()
}

#[route(POST, "/texts", auth = "none")]
async fn text(_: String) -> &'static str {
    unimplemented!()
}

#[route(POST, "/bytes", auth = "none")]
async fn bytes(_: Bytes) -> Vec<u8> {
    unimplemented!()
}

#[route(GET, "/untyped", auth = "none")]
async fn untyped(_: Query<BTreeMap<String, String>>) -> Json<Untyped> {
    unimplemented!()
}

#[route(GET, "/opaque", auth = "none")]
async fn opaque() -> Result<impl IntoResponse, StatusCode> {
    Ok("unknown")
}

/// What types cannot tell, the attribute says.
#[route(POST, "/said", auth = "none", responses(201 = Order: "the new order", 303 = Redirect, 404, 409 = "the id is taken", 418 = Untyped))]
async fn said() -> impl IntoResponse {
    "unknown"
}

#[route(PUT, "/said", auth = "none", responses(200, 201 = "it is new"))]
async fn said_status(_: String) -> Result<(StatusCode, Json<Order>), Problem> {
    unimplemented!()
}

#[route(ANY, "/files/{rest+}", auth = "none")]
async fn files(Path(_): Path<String>) {}

#[route(GET, "/files/{id}", auth = "none")]
async fn file(Path(_): Path<u16>) {}

#[route(ANY, "$default", auth = "none")]
async fn fallback(_: lambda_http::Request) -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Knows callers by two things
#[authorizer(identity_sources = ["$request.header.x-api-key", "$request.querystring.tenant"], ttl = 60, env = ["KEYS"])]
async fn key(_: AuthorizerRequest) -> Decision {
    Decision::Deny
}
"#;

const CONFIGURATION: &str = r#"
name = "shop"

[openapi]
title = "The shop"
version = "2.1.0"
description = "Orders: *all* of them."
contact = { name = "Shop team", email = "api@shop.example" }
licence = { name = "MIT", identifier = "MIT" }
servers = [{ url = "https://api.shop.example", description = "production" }]
tags = [{ name = "orders", description = "What people buy" }]
"#;

/// Fails if the validator does. Without the validator, it does nothing.
#[track_caller]
fn validate(document: &str, name: &str) {
    let Some(python) = python::openapi() else { return };
    let file = scratch(&format!("document-{name}")).join(name);
    std::fs::write(&file, document).unwrap();
    succeed(Command::new(python.path()).args(["-m", "openapi_spec_validator", file.as_str()]));
}

#[test]
fn a_document_has_what_the_types_tell_and_says_what_they_do_not() {
    let project = Project::new("contract", API);
    let manifest = project.manifest().replace(
        " }\n\n[workspace]",
        ", features = [\"form\", \"multipart\"] }\n\
         schemars = \"1\"\nserde = { version = \"1\", features = [\"derive\"] }\n\n[workspace]",
    );
    project.write("Cargo.toml", &manifest);
    project.write("routegen.toml", CONFIGURATION);
    let written = succeed(&mut project.routegen(&["openapi", "--format", "yaml", "--out", "-"]));
    insta::assert_snapshot!("document", written);
    insta::assert_snapshot!("gaps", complaint(&project, &["openapi", "--strict"]));
    assert!(
        !project.root.join("openapi.json").exists(),
        "with --strict nothing is written where something is open"
    );
    validate(&written, "contract.yaml");
    let older = succeed(&mut project.routegen(&["openapi", "--openapi", "3.0", "--out", "-"]));
    validate(&older, "contract-3.0.json");
    assert!(older.contains("\"nullable\": true") && !older.contains("\"null\""), "{older}");

    // The file beside Cargo.toml, and whether it is up to date.
    let missing = fail(&mut project.routegen(&["openapi", "--check"]));
    assert!(missing.contains("RG0061"), "{missing}");
    succeed(&mut project.routegen(&["openapi"]));
    let file = project.root.join("openapi.json");
    let json: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(json["info"]["title"], "The shop");
    succeed(&mut project.routegen(&["openapi", "--check"]));
    project.write("src/lib.rs", &format!("// A line more\n{API}"));
    succeed(&mut project.routegen(&["openapi", "--check"]));
    project.write("src/lib.rs", &API.replace("id: u64,", "id: String,"));
    let output = project.routegen(&["openapi", "--check", "--quiet"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let diff = String::from_utf8(output.stdout).unwrap();
    assert!(diff.contains("--- openapi.json") && diff.contains("-            \"minimum\": 0"), "{diff}");
    assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(&file).unwrap()).unwrap(), json);
}

#[test]
fn the_documents_of_the_examples_are_those_of_their_code() {
    for example in ["items", "orders", "pets", "shop"] {
        let written = succeed(&mut routegen(&["openapi", "-p", example, "--strict", "--out", "-"]));
        let committed = repository().join("examples").join(example).join("openapi.json");
        validate(&written, &format!("{example}.json"));
        let older = succeed(&mut routegen(&["openapi", "-p", example, "--openapi", "3.0", "--out", "-"]));
        validate(&older, &format!("{example}-3.0.json"));
        if ["items", "pets"].contains(&example) {
            crate::clients::is_of_the_client(example, &older);
        }
        succeed(&mut routegen(&["openapi", "-p", example, "--check"]));
        assert!(committed.is_file());
    }
}

#[test]
fn yaml_is_for_the_document_alone() {
    let output = routegen(&["routes", "--format", "yaml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr).unwrap().contains("`--format yaml` requires `routegen openapi`")
    );
}
