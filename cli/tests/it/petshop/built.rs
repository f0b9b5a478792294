//! The artifacts of groups and authorizers, and their responses.

use serde_json::{Value, json};

use super::petshop;
use crate::{
    fixture::{complaint, scratch, succeed, unpack},
    runtime_api::{Environment, event},
};

/// The event that API Gateway sends to an authorizer with payload format 2.0 for a request with this key.
fn question(key: &str) -> Value {
    json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:eu-central-1:123456789012:r3pmxmplak/$default/GET/pets",
        "identitySource": [key],
        "routeKey": "GET /pets",
        "rawPath": "/pets",
        "rawQueryString": "",
        "headers": { "host": "api.example.com", "x-api-key": key },
        "requestContext": event("GET", "/pets", "", None)["requestContext"].clone(),
    })
}

/// An event for a route behind the authorizer, which has admitted `tenant`.
fn of_tenant(tenant: &str, mut event: Value) -> Value {
    event["requestContext"]["authorizer"] = json!({ "lambda": { "tenant": tenant } });
    event
}

fn environment(function: &str, variables: &[(&str, &str)]) -> Environment {
    let zip = petshop().artifacts.join(format!("{function}.zip"));
    Environment::start(&unpack(&zip, &scratch(&format!("petshop-{function}"))), variables)
}

#[test]
fn routes_of_a_group_are_answered_by_one_process_each_by_its_own_handler() {
    let pets = environment("pets", &[]);
    let list = of_tenant("acme", event("GET", "/pets", "", None));
    let create = of_tenant("acme", event("POST", "/pets", "", Some("a cat")));
    let mut get = event("GET", "/pets/7", "", None);
    get["routeKey"] = "GET /pets/{id}".into();
    get["requestContext"]["routeKey"] = "GET /pets/{id}".into();
    get["pathParameters"] = json!({ "id": "7" });
    for _ in 0..2 {
        assert_eq!(pets.invoke(&list)["body"], "the pets of acme");
        assert_eq!(pets.invoke(&create)["body"], "a cat, a new pet of acme");
        assert_eq!(pets.invoke(&get)["body"], "pet number 7");
    }
    pets.end();
}

#[test]
fn several_routes_of_a_handler_are_one_function() {
    let hello = environment("hello", &[]);
    for path in ["/hello", "/welcome"] {
        assert_eq!(
            hello.invoke(&event("GET", path, "", None))["body"],
            "good morning, and welcome to the shop"
        );
    }
    hello.end();
    assert!(!petshop().artifacts.join("welcome.zip").exists());
}

#[test]
fn an_authorizer_lets_pass_with_a_context_or_does_not() {
    let api_key = environment("api-key", &[("KEYS", "k1=acme k2=globex")]);
    let allowed = |tenant| json!({ "isAuthorized": true, "context": { "tenant": tenant } });
    assert_eq!(api_key.invoke(&question("k1")), allowed("acme"));
    assert_eq!(api_key.invoke(&question("k2")), allowed("globex"));
    assert_eq!(api_key.invoke(&question("k3"))["isAuthorized"], false);
    api_key.end();
}

#[test]
fn an_artifact_has_the_code_of_its_own_function_only() {
    let texts = [
        ("pets", "the pets of "),
        ("pets", "a new pet of "),
        ("pets", "pet number "),
        ("hello", "good morning, and welcome to the shop"),
        ("api-key", "KEYS"),
    ];
    for function in ["pets", "hello", "api-key"] {
        let zip = petshop().artifacts.join(format!("{function}.zip"));
        let program = std::fs::read(unpack(&zip, &scratch(&format!("petshop-code-{function}")))).unwrap();
        let has = |text: &str| program.windows(text.len()).any(|window| window == text.as_bytes());
        for (owner, text) in texts {
            assert_eq!(has(text), owner == function, "{text:?} in {function}");
        }
    }
}

#[test]
fn the_listing_says_which_routes_a_function_answers_and_which_is_an_authorizer() {
    let listing = std::fs::read_to_string(petshop().artifacts.join("artifacts.json")).unwrap();
    let listing: Value = serde_json::from_str(&listing).unwrap();
    let functions: Vec<_> = listing["functions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|function| {
            (function["key"].as_str().unwrap(), function["kind"].as_str().unwrap(), &function["routes"])
        })
        .collect();
    assert_eq!(
        functions,
        [
            ("api_key", "authorizer", &json!([])),
            ("delete_pet", "routes", &json!(["DELETE /pets/{id}"])),
            ("hello", "routes", &json!(["GET /hello", "GET /welcome"])),
            ("pets", "routes", &json!(["POST /pets", "GET /pets/{id}", "GET /pets"])),
        ]
    );
}

#[test]
fn the_routes_are_listed_with_their_functions_and_the_authorizers_below() {
    insta::assert_snapshot!(succeed(&mut petshop().project.routegen(&["routes"])));
    let json = succeed(&mut petshop().project.routegen(&["routes", "--format", "json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    let get_pet = &json["routes"][2];
    assert_eq!((&get_pet["name"], &get_pet["deprecated"]), (&json!("get_pet"), &json!(true)));
    assert_eq!(get_pet["lambda"], "pets");
    assert_eq!(json["routes"][0]["tags"], json!(["pets"]));
}

#[test]
fn what_has_been_packaged_is_told_by_function() {
    let rows: Vec<_> = petshop().summary.lines().filter(|line| line.ends_with("new")).collect();
    let columns = |row: &&str| {
        let columns: Vec<_> = row.split("  ").map(str::trim).filter(|column| !column.is_empty()).collect();
        columns[..4].join(" | ")
    };
    assert_eq!(
        rows.iter().map(columns).collect::<Vec<_>>(),
        [
            "api-key | (authorizer) | 128 MB | 9 s",
            "delete-pet | DELETE /pets/{id} | 128 MB | 10 s",
            "hello | GET /hello, GET /welcome | 128 MB | 10 s",
            "pets | POST /pets, GET /pets/{id}, GET /pets | 256 MB | 20 s",
        ]
    );
}

#[test]
fn an_artifact_tells_its_routes_or_that_it_is_an_authorizer() {
    let inspect = |function: &str| {
        let zip = petshop().artifacts.join(format!("{function}.zip"));
        succeed(&mut petshop().project.routegen(&["inspect", zip.as_str()]))
    };
    let lines = |function: &str, of: &str| {
        let lines = inspect(function).lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
        lines
            .into_iter()
            .filter_map(|line| line.strip_prefix(of).map(|rest| rest.trim().to_owned()))
            .collect()
    };
    let [routes, authorizer]: [Vec<String>; 2] = [lines("pets", "route "), lines("api-key", "answers")];
    assert_eq!(routes, ["POST /pets", "GET /pets/{id}", "GET /pets"]);
    assert_eq!(authorizer, ["API Gateway, as an authorizer"]);
    assert_eq!(lines("api-key", "route "), [""; 0]);
}

#[test]
fn only_takes_the_name_of_a_route_of_the_function() {
    let out = scratch("petshop-only");
    let build = |only: &str| {
        let args = ["build", "--only", only, "--out", out.as_str()];
        succeed(&mut petshop().project.routegen(&args));
    };
    build("get-pet");
    assert!(out.join("pets.zip").exists() && !out.join("api-key.zip").exists());
    build("api_key");
    assert!(out.join("api-key.zip").exists() && !out.join("hello.zip").exists());
    let unknown = complaint(&petshop().project, &["build", "--only", "forgotten", "--out", out.as_str()]);
    assert!(unknown.contains("there is no function `forgotten`"), "{unknown}");
}
