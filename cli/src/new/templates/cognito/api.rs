//! The API over HTTP, as clients use it: the local gateway checks tokens and scopes as API Gateway does, and calls the
//! handlers in this process.

// An integration test names its own crate, or its routes are not linked.
use @crate@ as _;

use reqwest::Client;
use routegen::testing;
use routegen_gateway::{Api, Gateway, LocalIssuer};
use serde_json::{Value, json};

/// The API on a free port, until it is dropped.
async fn start() -> Gateway {
    let functions = testing::functions();
    let manifest = functions.manifest();
    let api = Api::in_process(&manifest, move |name, event| functions.invoke(name, event));
    let gateway = Gateway::builder(api).local_issuer(LocalIssuer::new());
    gateway.start().await.expect("a free port")
}

#[tokio::test]
async fn what_is_created_is_listed() {
    let api = start().await;
    let token = api.token().scopes(["items/read", "items/write"]).mint();
    let pen = json!({ "name": "pen", "description": "blue" });

    let create = Client::new().post(format!("{}/items/create", api.url()));
    let created = create.bearer_auth(&token).json(&pen).send().await.unwrap();
    assert_eq!(created.status(), 201);

    let list = Client::new().get(format!("{}/items?limit=5", api.url()));
    let listed = list.bearer_auth(&token).send().await.unwrap();
    assert_eq!(listed.status(), 200);
    assert_eq!(listed.json::<Value>().await.unwrap(), json!([pen]));
}

#[tokio::test]
async fn only_a_token_with_the_scope_gets_in() {
    let api = start().await;
    let get = async |token: &str| {
        let request = Client::new().get(format!("{}/items", api.url()));
        request.bearer_auth(token).send().await.unwrap().status()
    };
    let reader = || api.token().scopes(["items/read"]);
    assert_eq!(get(&reader().mint()).await, 200);
    assert_eq!(get(&reader().expired().mint()).await, 401);
    assert_eq!(get(&reader().forged().mint()).await, 401);

    let writer = api.token().scopes(["items/write"]).mint();
    assert_eq!(get(&writer).await, 403);
}
