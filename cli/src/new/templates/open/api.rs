//! The API over HTTP, as clients use it: the local gateway routes as API Gateway does, and calls the handler in this
//! process.

// An integration test names its own crate, or its routes are not linked.
use @crate@ as _;

use routegen::testing;
use routegen_gateway::{Api, Gateway};

/// The API on a free port, until it is dropped.
async fn start() -> Gateway {
    let functions = testing::functions();
    let manifest = functions.manifest();
    let api = Api::in_process(&manifest, move |name, event| functions.invoke(name, event));
    Gateway::builder(api).start().await.expect("a free port")
}

#[tokio::test]
async fn everyone_is_greeted_by_name() {
    let api = start().await;
    let url = format!("{}/hello/Ada", api.url());
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "Hello, Ada!\n");
}

#[tokio::test]
async fn there_is_no_other_route() {
    let api = start().await;
    let url = format!("{}/hello", api.url());
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 404);
}
