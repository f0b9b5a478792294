//! All functions of a test, invoked by name as Lambda would.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use routegen::{
    AuthorizerRequest, Claims, Decision, Error, Init, Path, Res, Resource, authorizer, route, testing,
};
use serde_json::{Value, json};

struct Greeting(&'static str);

impl Resource for Greeting {
    async fn init(_: &Init) -> Result<Self, Error> {
        Err("there is no greeting".into())
    }
}

#[route(GET, "/greet/{name}", auth = "api_key", lambda = "greeter", timeout = 5)]
async fn greet(Path(name): Path<String>, greeting: Res<Greeting>) -> String {
    format!("{}, {name}", greeting.0)
}

#[route(GET, "/who", auth = "api_key", lambda = "greeter")]
async fn who(caller: Claims<Value>) -> String {
    caller["tenant"].as_str().unwrap_or_default().to_owned()
}

#[route(DELETE, "/all", auth = "none")]
async fn delete_all() -> String {
    panic!("never")
}

#[authorizer(identity_sources = ["$request.header.x-api-key"])]
async fn api_key(request: AuthorizerRequest) -> Decision<Value> {
    Decision::from((request.identity() == Some("k1")).then(|| json!({ "tenant": "acme" })))
}

fn event(key: &str, path: &str, more: &Value) -> String {
    let (method, _) = key.split_once(' ').unwrap();
    let mut event = json!({
        "version": "2.0", "routeKey": key, "rawPath": path, "rawQueryString": "", "headers": {}, "isBase64Encoded": false,
        "requestContext": { "routeKey": key, "stage": "$default", "http": { "method": method, "path": path } },
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event.to_string()
}

#[tokio::test]
async fn a_function_answers_for_the_route_that_the_event_names() {
    let functions = testing::functions().with(Greeting("Hello"));
    let greet = event("GET /greet/{name}", "/greet/ann", &json!({ "pathParameters": { "name": "ann" } }));
    let answer = functions.invoke("greeter", greet).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("Hello, ann")));
    let mut who: Value = serde_json::from_str(&event("GET /who", "/who", &json!({}))).unwrap();
    who["requestContext"]["authorizer"] = json!({ "lambda": { "tenant": "acme" } });
    assert_eq!(functions.invoke("greeter", who.to_string()).await.unwrap()["body"], "acme");
    let other = functions.invoke("greeter", event("GET /other", "/other", &json!({}))).await.unwrap();
    assert_eq!(other["statusCode"], 500);
    let panicked = functions.invoke("delete-all", event("DELETE /all", "/all", &json!({}))).await.unwrap();
    assert_eq!(panicked["statusCode"], 500);
}

#[tokio::test]
async fn an_authorizer_is_a_function_too() {
    let ask = async |key: &str| {
        let more = json!({ "type": "REQUEST", "identitySource": [key], "routeArn": "arn:aws:execute-api" });
        testing::functions().invoke("api-key", event("GET /who", "/who", &more)).await.unwrap()
    };
    assert_eq!(ask("k1").await, json!({ "isAuthorized": true, "context": { "tenant": "acme" } }));
    assert_eq!(ask("k2").await["isAuthorized"], false);
}

#[tokio::test]
async fn what_cannot_be_invoked_says_why() {
    let functions = testing::functions();
    let refused =
        async |function: &str, event: &str| functions.invoke(function, event).await.unwrap_err().to_string();
    let known = "there is no function `greet`, but `delete-all`, `greeter`, `api-key`";
    assert_eq!(refused("greet", "{}").await, known);
    let unmade = refused("greeter", &event("GET /who", "/who", &json!({}))).await;
    assert!(unmade.contains("Greeting"), "{unmade}");
    assert!(!refused("delete-all", "{}").await.is_empty());
    assert!(!refused("delete-all", "{").await.is_empty());
}

#[test]
fn the_manifest_is_what_the_attributes_say() {
    let manifest = testing::functions().manifest();
    let routes: Vec<_> = manifest.routes.iter().map(|route| route.route_key().to_string()).collect();
    assert_eq!(routes, ["DELETE /all", "GET /greet/{name}", "GET /who"]);
    assert_eq!(manifest.authorizers.len(), 1);
}
