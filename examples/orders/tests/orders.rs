//! Tests the service in one process: clients call its API over HTTP with tokens, and the local gateway
//! delivers messages, events, schedules and changes as AWS does.

#![allow(clippy::unwrap_used, reason = "it is a test")]

// An integration test must name its own crate, or its functions are not linked.
use orders as _;

use std::time::{Duration, Instant};

use orders::{NewOrder, PlacedOrder, Store};
use routegen::testing;
use routegen_gateway::{Api, Gateway, LocalIssuer};
use routegen_sqs::Queue;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The service with a store of its own, on a free port until it is dropped.
struct Service {
    gateway: Gateway,
    client: reqwest::Client,
    /// The messages that the API has sent to the queue.
    sent: Queue<PlacedOrder>,
    _folder: TempDir,
}

impl Service {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let sent = Queue::recording();
        let store = Store::on_disk(folder.path().join("orders.redb"));
        let functions = testing::functions().with(store).with(sent.clone());
        let manifest = functions.manifest();
        let api = Api::in_process(&manifest, move |function, event| functions.invoke(function, event));
        let builder = Gateway::builder(api).local_issuer(LocalIssuer::new());
        let gateway = builder.retry_after(Duration::from_millis(1)).start().await.unwrap();
        Self { gateway, client: reqwest::Client::new(), sent, _folder: folder }
    }

    /// Places an order through the API, delivers it from the queue, and returns its id.
    async fn place(&self, order: Value) -> String {
        let token = self.gateway.token().scopes(["orders/write"]).mint();
        let request = self.client.post(format!("{}/orders", self.gateway.url())).bearer_auth(token);
        let response = request.json(&order).send().await.unwrap();
        assert_eq!(response.status(), 202);
        let receipt: Value = response.json().await.unwrap();
        let sent = self.sent.sent();
        let placed: PlacedOrder = sent.last().unwrap().json();
        assert_eq!(receipt, json!({ "id": placed.id }));
        self.queue(&placed);
        placed.id
    }

    fn queue(&self, placed: &PlacedOrder) {
        let body = serde_json::to_string(placed).unwrap();
        self.gateway.send_message("orders", &body, None).unwrap();
    }

    async fn get(&self, path: &str) -> Value {
        let token = self.gateway.token().scopes(["orders/read"]).mint();
        let request = self.client.get(format!("{}{path}", self.gateway.url())).bearer_auth(token);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Waits until the response at a path has this member.
    async fn until(&self, path: &str, member: &str, value: impl Into<Value>) {
        let (value, begin) = (value.into(), Instant::now());
        loop {
            let found = self.get(path).await;
            if found[member] == value {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{path}: {found}");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn an_order_is_accepted_by_the_queues_function_and_then_paid() {
    let service = Service::start().await;
    let id = service.place(json!({ "item": "pen", "quantity": 2 })).await;
    service.until(&format!("/orders/{id}"), "status", "accepted").await;

    let paid =
        json!({ "source": "payments", "detail-type": "Payment Received", "detail": { "order_id": id } });
    assert_eq!(service.gateway.put_event(None, &paid).unwrap(), ["receive-payment"]);
    service.until(&format!("/orders/{id}"), "status", "paid").await;
}

#[tokio::test]
async fn an_order_that_nobody_can_deliver_is_a_dead_letter_and_its_neighbours_are_done() {
    let service = Service::start().await;
    service.place(json!({ "item": "pen", "quantity": 1001 })).await;
    let id = service.place(json!({ "item": "pen", "quantity": 1 })).await;
    service.until(&format!("/orders/{id}"), "status", "accepted").await;

    let events = format!("{}/_routegen/events", service.gateway.origin());
    let begin = Instant::now();
    loop {
        let seen: Value = service.client.get(&events).send().await.unwrap().json().await.unwrap();
        let queue = &seen["queues"][0];
        if queue["dead_letters"] == 1 {
            assert_eq!((&queue["name"], &queue["waiting"]), (&json!("orders"), &json!(0)));
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "{seen}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_nobody_has_paid_for_expires_after_a_day() {
    let service = Service::start().await;
    let order = NewOrder { item: "pen".to_owned(), quantity: 1 };
    service.queue(&PlacedOrder { id: "old".to_owned(), order, placed_at: 1 });
    service.until("/orders/old", "status", "accepted").await;
    let new = service.place(json!({ "item": "pen", "quantity": 1 })).await;
    service.until(&format!("/orders/{new}"), "status", "accepted").await;

    service.gateway.fire_schedule("expire-orders").unwrap();
    service.until("/orders/old", "status", "expired").await;
    assert_eq!(service.get(&format!("/orders/{new}")).await["status"], "accepted");
}

#[tokio::test]
async fn what_is_ordered_is_counted_by_the_tables_stream() {
    let service = Service::start().await;
    let streams = format!("{}/_routegen/events/streams/orders_table", service.gateway.origin());
    let change = |pk: &str, quantity: u32| {
        let order =
            json!({ "id": "a", "item": "pen", "quantity": quantity, "placed_at": 1, "status": "accepted" });
        json!({ "new": order, "keys": { "pk": pk, "sk": "a" } })
    };
    // The totals are in the same table, and must not be counted.
    for (pk, quantity) in [("order", 2), ("total", 100), ("order", 3)] {
        let told = service.client.post(&streams).json(&change(pk, quantity)).send().await.unwrap();
        assert!(told.status().is_success());
    }
    service.until("/totals/pen", "ordered", 5).await;
}

#[tokio::test]
async fn an_order_of_nothing_is_refused_with_its_problem() {
    let service = Service::start().await;
    let token = service.gateway.token().scopes(["orders/write"]).mint();
    let request = service.client.post(format!("{}/orders", service.gateway.url())).bearer_auth(token);
    let response = request.json(&json!({ "item": "pen", "quantity": 0 })).send().await.unwrap();
    assert_eq!(response.status(), 422);
    assert_eq!(response.json::<Value>().await.unwrap()["detail"], "`quantity` is 0");
    assert!(service.sent.sent().is_empty());
}
