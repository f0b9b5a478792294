//! `MiniStack`: the last step of the seed. Cognito issues a token, and the two routes are called with it,
//! through the API that Terraform created and the artifacts that it uploaded.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde_json::{Value, json};
use ureq::{
    Body,
    http::{Request, Response},
};

use super::{
    Emulator, agent,
    python::{Python, python},
};
use crate::{
    fixture::{items, scratch},
    terraform::tool::{Root, terraform_with_provider},
};

const READ: &str = "items/read";
const WRITE: &str = "items/write";

#[test]
fn the_example_is_applied_gives_tokens_and_answers_those_whom_a_route_lets_in() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("ministack");
    let emulator = start_with(python, &folder, &[("AUTH", "true")]);
    let settings = format!("  cognito_deletion_protection = false\n{}", environment(&emulator));
    let root = emulator.root(terraform, &folder, &settings);
    root.apply();

    let client = Client::of(&root, &emulator);
    only_the_secret_gives_a_token(&client);
    let (reader, writer) = (client.token(READ), client.token(WRITE));
    both_routes_refuse_who_has_no_token(&client);
    a_route_refuses_forged_tokens(&client, python, &reader, &writer);
    a_route_refuses_the_scope_of_the_other(&client, &reader, &writer);
    one_function_sees_what_the_other_created(&client, &reader, &writer);
    // It is in the table, and not in a file that both functions could read on this machine.
    assert_eq!(rows(&emulator), json!([pen(1)]));
    one_token_may_carry_both_scopes(&client);
    a_request_that_makes_no_sense_is_the_clients_fault(&client, &writer);
    a_function_may_do_what_its_resource_says_and_nothing_else(&emulator, python);

    root.destroy();
}

/// An existing pool and client, and a bucket for the zips.
const THEIRS: &str = r#"
resource "aws_s3_bucket" "artifacts" {
  bucket = "artifacts"
}

resource "aws_cognito_user_pool" "theirs" {
  name = "theirs"
}

resource "aws_cognito_user_pool_domain" "theirs" {
  domain       = "theirs"
  user_pool_id = aws_cognito_user_pool.theirs.id
}

resource "aws_cognito_resource_server" "items" {
  identifier   = "items"
  name         = "items"
  user_pool_id = aws_cognito_user_pool.theirs.id

  dynamic "scope" {
    for_each = toset(["read", "write"])

    content {
      scope_name        = scope.value
      scope_description = scope.value
    }
  }
}

resource "aws_cognito_user_pool_client" "known" {
  name                                 = "known"
  user_pool_id                         = aws_cognito_user_pool.theirs.id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = aws_cognito_resource_server.items.scope_identifiers
}

resource "aws_cognito_user_pool_client" "unknown" {
  name                                 = "unknown"
  user_pool_id                         = aws_cognito_user_pool.theirs.id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = aws_cognito_resource_server.items.scope_identifiers
}

output "known" {
  value     = [aws_cognito_user_pool_client.known.id, aws_cognito_user_pool_client.known.client_secret]
  sensitive = true
}

output "unknown" {
  value     = [aws_cognito_user_pool_client.unknown.id, aws_cognito_user_pool_client.unknown.client_secret]
  sensitive = true
}
"#;

/// The other resources are not known when the module is planned.
const WITH_THEIRS: &str = r#"
  artifact_bucket = { name = aws_s3_bucket.artifacts.id, key_prefix = "api/" }
  cognito_user_pool = {
    id         = aws_cognito_user_pool.theirs.id
    client_ids = [aws_cognito_user_pool_client.known.id]
    endpoint   = aws_cognito_user_pool.theirs.endpoint
  }
"#;

#[test]
fn artifacts_from_a_bucket_answer_the_clients_of_a_pool_that_was_there() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("ministack-theirs");
    let emulator = start(python, &folder);
    let settings = format!("{WITH_THEIRS}{}", environment(&emulator));
    let root = emulator.root(terraform, &folder, &settings);
    std::fs::write(folder.join("terraform/theirs.tf"), THEIRS).unwrap();
    root.apply();

    let outputs = root.outputs();
    assert_eq!(outputs["client_id"]["value"], Value::Null, "the module has made a client");
    let client = |name: &str| {
        let known = &outputs[name]["value"];
        let text = |index: usize| known[index].as_str().unwrap().to_owned();
        Client { id: text(0), secret: text(1), ..Client::of_api(&outputs, &emulator) }
    };
    let (known, unknown) = (client("known"), client("unknown"));
    both_routes_refuse_who_has_no_token(&known);
    let (reader, writer) = (known.token(READ), known.token(WRITE));
    a_route_refuses_the_scope_of_the_other(&known, &reader, &writer);
    one_function_sees_what_the_other_created(&known, &reader, &writer);
    // A token of the same pool, but of a client that the module does not list.
    assert_eq!(known.get_items(Some(&unknown.token(READ))).0, 401);
    root.destroy();
}

/// `MiniStack`, with its state in `folder`.
pub(super) fn start(python: &Python, folder: &Utf8Path) -> Emulator {
    start_with(python, folder, &[])
}

/// The same with more variables: with `AUTH`, it enforces the caller's policies.
pub(super) fn start_with(python: &Python, folder: &Utf8Path, variables: &[(&str, &str)]) -> Emulator {
    Emulator::start(folder, "/_ministack/ready", |port| {
        let mut command = python.server("ministack", folder);
        command.env("STATE_DIR", folder.join("state"));
        // By default it listens on all addresses, and on two more ports.
        command.env("BIND_HOST", "127.0.0.1").env("GATEWAY_PORT", port.to_string());
        command.env("IOT_MTLS_ENABLED", "0").env("SFTP_ENABLED", "0");
        command.envs(variables.iter().copied());
        command
    })
}

fn only_the_secret_gives_a_token(client: &Client) {
    let (status, answer) = client.ask_for_token(READ, "not-the-secret");
    assert!((400..500).contains(&status), "{status} {answer}");
    assert_eq!(answer["access_token"], Value::Null);
}

fn both_routes_refuse_who_has_no_token(client: &Client) {
    assert_eq!(client.get_items(None).0, 401);
    assert_eq!(client.create_item(None, PEN).0, 401);
}

fn a_route_refuses_forged_tokens(client: &Client, python: &Python, reader: &str, writer: &str) {
    for valid in [reader, writer] {
        let forged = python.run(include_str!("forge.py"), &[valid]);
        let forged: BTreeMap<String, String> = serde_json::from_str(&forged).unwrap();
        assert_eq!(forged.len(), 4);
        for (how, token) in forged {
            assert_eq!(client.get_items(Some(&token)).0, 401, "GET with a token {how}");
            assert_eq!(client.create_item(Some(&token), PEN).0, 401, "POST with a token {how}");
        }
    }
}

fn a_route_refuses_the_scope_of_the_other(client: &Client, reader: &str, writer: &str) {
    assert_eq!(client.get_items(Some(writer)).0, 403);
    assert_eq!(client.create_item(Some(reader), PEN).0, 403);
}

fn one_function_sees_what_the_other_created(client: &Client, reader: &str, writer: &str) {
    // None of the callers that were refused above reached the function.
    assert_eq!(client.get_items(Some(reader)), (200, json!([])));
    assert_eq!(client.create_item(Some(writer), PEN), (201, pen(1)));
    assert_eq!(client.get_items(Some(reader)), (200, json!([pen(1)])));
}

fn one_token_may_carry_both_scopes(client: &Client) {
    let token = client.token(&format!("{READ} {WRITE}"));
    assert_eq!(client.create_item(Some(&token), PEN).0, 201);
    assert_eq!(client.get_items(Some(&token)).1.as_array().unwrap().len(), 2);
}

fn a_request_that_makes_no_sense_is_the_clients_fault(client: &Client, writer: &str) {
    assert_eq!(client.create_item(Some(writer), "{\"name\":").0, 400);
    assert_eq!(client.create_item(Some(writer), "{\"name\": \" \"}").0, 422);
    assert_eq!(client.call("GET", "/nowhere", Some(writer), None).0, 404);
    assert_eq!(client.call("DELETE", "/items", Some(writer), None).0, 404);
}

/// So far, each function has run its own code under its own policy. Here it runs the other one's code, which
/// its policy must refuse until an action is added by hand.
fn a_function_may_do_what_its_resource_says_and_nothing_else(emulator: &Emulator, python: &Python) {
    let zip = |name: &str| items().artifacts.join(format!("{name}.zip"));
    let run = |function: &str, code: &str, added: &str| {
        let zip = zip(code);
        let arguments = [&emulator.address, function, zip.as_str(), added];
        let said = python.run(include_str!("as_another.py"), &arguments);
        serde_json::from_str::<Value>(&said).unwrap()
    };
    for (function, code, action, succeeds) in [
        ("items-get-items", "create-item", "dynamodb:UpdateItem", 201),
        ("items-create-item", "get-items", "dynamodb:Query", 200),
    ] {
        let refused = run(function, code, "");
        assert_eq!(refused["status"], 500, "{function}: {refused}");
        assert!(refused["log"].as_str().unwrap().contains("AccessDenied"), "{function}: {refused}");
        let added = format!("{action} dynamodb:PutItem");
        assert_eq!(run(function, code, &added)["status"], succeeds, "{function} with {added}");
    }
}

const PEN: &str = r#"{ "name": "pen", "description": "blue" }"#;

fn pen(id: u64) -> Value {
    json!({ "id": id, "name": "pen", "description": "blue" })
}

/// The functions' environment: the emulator runs them as processes on this machine, and is their AWS.
pub(super) fn environment(emulator: &Emulator) -> String {
    format!("  environment = {{ AWS_ENDPOINT_URL = {:?} }}\n", emulator.address)
}

/// The items in DynamoDB, read without the API.
fn rows(emulator: &Emulator) -> Value {
    let request = Request::builder().method("POST").uri(format!("{}/", emulator.address));
    let request = request.header("X-Amz-Target", "DynamoDB_20120810.Scan");
    let request = request.header("Content-Type", "application/x-amz-json-1.0").header(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    );
    let (status, table) = answer(agent().run(request.body(r#"{ "TableName": "items" }"#).unwrap()));
    assert_eq!(status, 200, "{table}");
    let items = table["Items"].as_array().unwrap().iter().filter(|row| row["pk"]["S"] == "items");
    let number = |row: &Value| row["id"]["N"].as_str().unwrap().parse::<u64>().unwrap();
    items.map(|row| json!({ "id": number(row), "name": row["name"]["S"], "description": row["description"]["S"] })).collect()
}

/// A caller of the API, who uses Terraform's outputs.
pub(super) struct Client {
    address: String,
    api_host: String,
    id: String,
    secret: String,
}

impl Client {
    /// The client that the module creates.
    fn of(root: &Root, emulator: &Emulator) -> Self {
        let outputs = root.outputs();
        // The URLs are AWS's. The emulator serves them under its own.
        assert_eq!(
            outputs["token_endpoint"]["value"],
            "https://items-000000000000.auth.us-east-1.amazoncognito.com/oauth2/token"
        );
        Self::of_module(&outputs, emulator)
    }

    /// The same, for an API with any name.
    pub(super) fn of_module(outputs: &Value, emulator: &Emulator) -> Self {
        let output = |name: &str| outputs[name]["value"].as_str().unwrap().to_owned();
        let (id, secret) = (output("client_id"), output("client_secret"));
        Self { id, secret, ..Self::of_api(outputs, emulator) }
    }

    /// A caller who knows the API, but has no credentials.
    fn of_api(outputs: &Value, emulator: &Emulator) -> Self {
        Self {
            address: emulator.address.clone(),
            api_host: api_host(outputs),
            id: String::new(),
            secret: String::new(),
        }
    }

    /// A `client_credentials` token, requested as the seed does with curl.
    pub(super) fn token(&self, scope: &str) -> String {
        let (status, answer) = self.ask_for_token(scope, &self.secret);
        assert_eq!((status, &answer["token_type"]), (200, &json!("Bearer")), "{answer}");
        assert_eq!(answer["expires_in"], 3600);
        answer["access_token"].as_str().unwrap().to_owned()
    }

    fn ask_for_token(&self, scope: &str, secret: &str) -> (u16, Value) {
        let request = agent().post(format!("{}/oauth2/token", self.address));
        answer(request.send_form([
            ("grant_type", "client_credentials"),
            ("client_id", &self.id),
            ("client_secret", secret),
            ("scope", scope),
        ]))
    }

    fn get_items(&self, token: Option<&str>) -> (u16, Value) {
        self.call("GET", "/items", token, None)
    }

    fn create_item(&self, token: Option<&str>, item: &str) -> (u16, Value) {
        self.call("POST", "/items/create", token, Some(item))
    }

    /// Calls the API.
    pub(super) fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&str>,
    ) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.address));
        request = request.header("Host", &self.api_host);
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        answer(match body {
            Some(json) => agent().run(request.header("Content-Type", "application/json").body(json).unwrap()),
            None => agent().run(request.body(()).unwrap()),
        })
    }
}

/// The host by which the emulator recognises this API.
pub(super) fn api_host(outputs: &Value) -> String {
    let endpoint = outputs["api_endpoint"]["value"].as_str().unwrap();
    let id = endpoint.strip_prefix("https://").unwrap();
    let id = id.strip_suffix(".execute-api.us-east-1.amazonaws.com").unwrap();
    format!("{id}.execute-api.localhost")
}

/// The status, and the body if it is JSON.
pub(super) fn answer(response: Result<Response<Body>, ureq::Error>) -> (u16, Value) {
    let mut response = response.unwrap();
    let text = response.body_mut().read_to_string().unwrap();
    (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
