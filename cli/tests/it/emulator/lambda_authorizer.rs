//! `MiniStack` asks a Lambda authorizer, as API Gateway does: who may pass, what the handler learns of the caller, and that
//! one function answers the routes of its group.

use serde_json::Value;

use super::{
    agent,
    ministack::{answer, api_host, start},
    python::python,
};
use crate::{fixture::scratch, petshop::petshop, terraform::tool::terraform_with_provider};

/// The keys that the authorizer knows, as its function is told them.
const SETTINGS: &str =
    "  functions = { api_key = { environment = { KEYS = \"k1=acme k2=globex k9=?\" } } }\n";

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

    // Without the identity source nobody is asked.
    assert_eq!(call("GET", "/pets", None, "").0, 401);
    assert_eq!(call("POST", "/pets", None, "a cat").0, 401);
    // The authorizer says no.
    assert_eq!(call("GET", "/pets", Some("k3"), "").0, 403);
    assert_eq!(call("GET", "/pets/7", Some("k3"), "").0, 403);
    // It fails, which lets nobody pass either.
    assert_eq!(call("GET", "/pets", Some("k9"), "").0, 500);
    // It says yes, and who it is; three routes of one function, each its own handler.
    assert_eq!(call("GET", "/pets", Some("k1"), ""), text(200, "the pets of acme"));
    assert_eq!(call("GET", "/pets", Some("k2"), ""), text(200, "the pets of globex"));
    assert_eq!(call("POST", "/pets", Some("k2"), "a cat"), text(200, "a cat, a new pet of globex"));
    assert_eq!(call("GET", "/pets/7", Some("k1"), ""), text(200, "pet number 7"));
    // Open, by two routes of one handler.
    for path in ["/hello", "/welcome"] {
        assert_eq!(call("GET", path, None, ""), text(200, "good morning, and welcome to the shop"));
    }

    root.destroy();
}
