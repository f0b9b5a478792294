//! The service in one process: clients call its API over HTTP with tokens, and the local gateway delivers messages as SQS does.

// An integration test names its own crate, or its functions are not linked.
use @crate@::Order;

use reqwest::Client;
use routegen::testing;
use routegen_gateway::{Api, Gateway, LocalIssuer};
use routegen_sqs::Queue;
use serde_json::json;

/// The API on a free port, until it is dropped, and what it sends to the queue.
async fn start() -> (Gateway, Queue<Order>) {
    let sent = Queue::recording();
    let functions = testing::functions().with(sent.clone());
    let manifest = functions.manifest();
    let api = Api::in_process(&manifest, move |name, event| functions.invoke(name, event));
    let gateway = Gateway::builder(api).local_issuer(LocalIssuer::new());
    (gateway.start().await.expect("a free port"), sent)
}

#[tokio::test]
async fn an_order_is_sent_to_the_queue() {
    let (api, sent) = start().await;
    let token = api.token().scopes(["orders/write"]).mint();
    let post = async |quantity: u32| {
        let request = Client::new().post(format!("{}/orders", api.url()));
        let order = json!({ "item": "pen", "quantity": quantity });
        request
            .bearer_auth(&token)
            .json(&order)
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(post(2).await, 202);
    assert_eq!(post(0).await, 422);
    let sent = sent.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].json::<Order>().quantity, 2);
}

#[tokio::test]
async fn an_order_that_nobody_can_deliver_fails_and_its_neighbours_do_not() {
    let functions = testing::functions();
    let order = |id: &str, quantity: u32| {
        let body = json!({ "item": "pen", "quantity": quantity }).to_string();
        json!({ "messageId": id, "body": body })
    };
    let event = json!({ "Records": [order("a", 2), order("b", 5000), order("c", 1)] });
    let answer = functions
        .invoke("on-order", event.to_string())
        .await
        .unwrap();
    assert_eq!(
        answer,
        json!({ "batchItemFailures": [{ "itemIdentifier": "b" }] })
    );
}
