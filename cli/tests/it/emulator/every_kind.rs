//! A whole API with every kind of function. `MiniStack` calls the Lambda authorizer as API Gateway does, with
//! the same effects on who may call and on what the handler gets about the caller; tokens are valid for
//! another route; one function serves the routes of its group; browsers may call it. moto checks that
//! Terraform finds nothing to do after that, and removes everything.

use serde_json::Value;

use super::{
    agent,
    ministack::{Client, answer, api_host, start},
    moto,
    python::python,
};
use crate::{fixture::scratch, petshop::petshop, terraform::tool::terraform_with_provider};

/// The keys that the authorizer accepts, from its function's environment, and the origin of a page that calls
/// the API.
const SETTINGS: &str = r#"
  functions = { api_key = { environment = { KEYS = "k1=acme k2=globex k9=?" } } }
  cors      = { allow_origins = ["https://shop.example"] }
"#;

#[test]
fn an_api_of_every_kind_is_applied_needs_no_change_and_is_destroyed() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("moto-petshop");
    let emulator = moto::start(python, &folder);
    let shop = petshop();
    let settings = format!("{SETTINGS}  cognito_deletion_protection = false\n");
    let root = emulator.root_of(terraform, (&shop.terraform, &shop.artifacts), &folder, &settings);
    root.apply();
    root.assert_nothing_to_do();
    moto::destroy(&root);
}

#[test]
fn a_lambda_authorizer_lets_pass_whom_it_knows_and_the_handler_learns_who_it_is() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("lambda-authorizer");
    let emulator = start(python, &folder);
    let shop = petshop();
    let root = emulator.root_of(terraform, (&shop.terraform, &shop.artifacts), &folder, SETTINGS);
    root.apply();

    let host = api_host(&root.outputs());
    let call = |method: &str, path: &str, key: Option<&str>, body: &str| -> (u16, Value) {
        let request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", emulator.address));
        let request = request.header("Host", &host).header("Content-Type", "text/plain");
        let request = key.into_iter().fold(request, |request, key| request.header("X-Api-Key", key));
        answer(agent().run(request.body(body.to_owned()).unwrap()))
    };
    let text = |status: u16, text: &str| (status, Value::from(text));

    // Without the identity source, the authorizer is not called.
    assert_eq!(call("GET", "/pets", None, "").0, 401);
    assert_eq!(call("POST", "/pets", None, "a cat").0, 401);
    // The authorizer refuses.
    assert_eq!(call("GET", "/pets", Some("k3"), "").0, 403);
    assert_eq!(call("GET", "/pets/7", Some("k3"), "").0, 403);
    // It fails, which also lets nobody pass.
    assert_eq!(call("GET", "/pets", Some("k9"), "").0, 500);
    // It allows the request and identifies the caller; three routes of one function, each with its own
    // handler.
    assert_eq!(call("GET", "/pets", Some("k1"), ""), text(200, "the pets of acme"));
    assert_eq!(call("GET", "/pets", Some("k2"), ""), text(200, "the pets of globex"));
    assert_eq!(call("POST", "/pets", Some("k2"), "a cat"), text(200, "a cat, a new pet of globex"));
    assert_eq!(call("GET", "/pets/7", Some("k1"), ""), text(200, "pet number 7"));
    // A token with the scope, for the other route.
    let client = Client::of_module(&root.outputs(), &emulator);
    assert_eq!(client.call("DELETE", "/pets/7", None, None).0, 401);
    let token = client.token("pets/write");
    assert_eq!(client.call("DELETE", "/pets/7", Some(&token), None), text(200, "no pet 7 any more"));
    // An open handler, under two routes.
    for path in ["/hello", "/welcome"] {
        assert_eq!(call("GET", path, None, ""), text(200, "good morning, and welcome to the shop"));
    }

    // Pages of this origin may call, and no others.
    let preflight = |origin: &str| {
        let request =
            ureq::http::Request::builder().method("OPTIONS").uri(format!("{}/pets", emulator.address));
        let request = request.header("Host", &host).header("Origin", origin);
        let request = request.header("Access-Control-Request-Method", "POST").body(()).unwrap();
        let response = agent().run(request).unwrap();
        response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(preflight("https://shop.example").as_deref(), Some("https://shop.example"));
    assert_eq!(preflight("https://other.example"), None);

    root.destroy();
}
