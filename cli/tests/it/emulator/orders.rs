//! The example `orders` on `MiniStack`, which runs its functions under their own policies: a client's order
//! goes through the queue into the table, a message that cannot be processed becomes a dead letter, and an
//! event, the table's stream and a schedule each reach their function.

use std::time::Instant;

use serde_json::{Value, json};
use ureq::http::Request;

use super::{
    Emulator, PATIENCE, agent,
    ministack::{Client, answer, environment, start_with},
    python::python,
    set,
};
use crate::{
    fixture::{repository, routegen, scratch, succeed},
    terraform::tool::terraform_with_provider,
};

/// The differences for the emulator: requests to it do not use TLS, which the policies of the queues would
/// refuse there too; it runs a schedule for a past time as soon as the schedule is enabled; and it does not
/// replace the scheduler's placeholders.
const OF_THE_EMULATOR: &str = r#"
locals {
  schedule_input = jsonencode({ scheduledTime = "2100-01-01T00:00:00Z", scheduleArn = "arn", executionId = "id", attemptNumber = "1" })
}

resource "aws_sqs_queue" "this" {
  policy = null
}

resource "aws_sqs_queue" "dead_letters" {
  policy = null
}

resource "aws_sqs_queue" "failures" {
  policy = null
}

resource "aws_scheduler_schedule" "this" {
  schedule_expression = "at(2026-01-01T00:00:00)"
}
"#;

/// The timeout also determines how long a failed message is hidden.
const FUNCTIONS: &str =
    "  functions = { accept_order = { timeout = 1 }, expire_orders = { event_source_enabled = SWITCHED } }\n";

const OUTPUTS: &str = "output \"queues\" {\n  value = module.api.queues\n}\n";

#[test]
fn an_order_goes_through_the_queue_into_the_table_and_events_reach_their_functions() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("ministack-orders");
    let own = folder.join("own");
    let artifacts = folder.join("zips");
    let module = own.to_string();
    succeed(&mut routegen(&["package", "-p", "orders", "--out", artifacts.as_str(), "--tf-out", &module]));
    for file in ["main.tf", "variables.tf"] {
        std::fs::copy(repository().join("examples/orders/terraform").join(file), own.join(file)).unwrap();
    }
    std::fs::write(own.join("terraform.tfvars"), "artifacts_dir = \"../lambda\"\n").unwrap();
    std::fs::write(own.join("outputs.tf"), OUTPUTS).unwrap();
    std::fs::write(own.join("routegen/emulator_override.tf"), OF_THE_EMULATOR).unwrap();

    let emulator = start_with(python, &folder, &[("AUTH", "true")]);
    let settings = |is_on: &str| {
        let functions = FUNCTIONS.replace("SWITCHED", is_on);
        format!("  cognito_deletion_protection = false\n{}{functions}", environment(&emulator))
    };
    let root = emulator.root_of(terraform, (&own, &artifacts), &folder, &settings("false"));
    root.apply();

    let outputs = root.outputs();
    let client = Client::of_module(&outputs, &emulator);
    let (reader, writer) = (client.token("orders/read"), client.token("orders/write"));
    let place = |item: &str, quantity: u32| {
        let order = json!({ "item": item, "quantity": quantity }).to_string();
        let (status, receipt) = client.call("POST", "/orders", Some(&writer), Some(&order));
        assert_eq!(status, 202, "{receipt}");
        receipt["id"].as_str().unwrap().to_owned()
    };
    let get = |path: &str| client.call("GET", path, Some(&reader), None);
    let order = |id: &str| get(&format!("/orders/{id}"));
    let is = |id: &str, status: &str| order(id).1["status"] == status;

    // Through the API and the queue into the table; and a second order, which gets no further events.
    let [paid, unpaid] = ["pen", "cup"].map(|item| place(item, 2));
    until("the orders are accepted", || is(&paid, "accepted") && is(&unpaid, "accepted"));
    assert_eq!(order(&paid).1["item"], "pen");

    // The table's stream reaches its function.
    let ordered = |item: &str| get(&format!("/totals/{item}")).1["ordered"].clone();
    until("the pens are counted", || ordered("pen") == 2);

    // Three at once, one of which cannot be delivered: the other two are processed, and it is received as
    // often as the code declares.
    let queues = &outputs["queues"]["value"]["orders"];
    let placed = |id: &str, quantity: u32| {
        let order = json!({ "item": "ink", "quantity": quantity });
        let body = json!({ "id": id, "order": order, "placed_at": 4_000_000_000_u32 }).to_string();
        json!({ "Id": id, "MessageBody": body })
    };
    let batch = [placed("before", 3), placed("poisoned", 1_001), placed("after", 4)];
    emulator.ask(
        "sqs",
        "AmazonSQS.SendMessageBatch",
        &json!({ "QueueUrl": queues["url"], "Entries": batch }),
    );
    let dead = || {
        let asked = json!({
            "QueueUrl": queues["dead_letter_url"], "MaxNumberOfMessages": 10, "WaitTimeSeconds": 5,
            "MessageSystemAttributeNames": ["ApproximateReceiveCount"],
        });
        emulator.ask("sqs", "AmazonSQS.ReceiveMessage", &asked)["Messages"].clone()
    };
    let mut messages = Value::Null;
    until("a message is dead", || {
        messages = dead();
        messages.is_array()
    });
    let [message] = messages.as_array().unwrap().as_slice() else { panic!("{messages}") };
    assert!(message["Body"].as_str().unwrap().contains("poisoned"), "{message}");
    assert!(is("before", "accepted") && is("after", "accepted"));
    until("the ink is counted", || ordered("ink") == 7);
    let attributes = json!({ "QueueUrl": queues["url"], "AttributeNames": ["All"] });
    let left = emulator.ask("sqs", "AmazonSQS.GetQueueAttributes", &attributes)["Attributes"].clone();
    let left = [&left["ApproximateNumberOfMessages"], &left["ApproximateNumberOfMessagesNotVisible"]];
    assert_eq!(left, ["0", "0"], "what was done is in the queue again");

    // An event of another service.
    let detail = json!({ "order_id": paid }).to_string();
    let entry = json!({ "Source": "payments", "DetailType": "Payment Received", "Detail": detail });
    emulator.ask("events", "AWSEvents.PutEvents", &json!({ "Entries": [entry] }));
    until("an order is paid", || is(&paid, "paid"));

    // The schedule, by whose time enough has passed.
    assert!(is(&unpaid, "accepted"), "the schedule was switched off");
    set(&folder.join("terraform"), &settings("true"));
    root.apply();
    until("an order has expired", || is(&unpaid, "expired"));
    assert!(is(&paid, "paid"));

    root.destroy();
}

/// Repeats a check until it succeeds. Each response takes the emulator a function's process, or some seconds
/// of waiting for messages.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
    }
}

impl Emulator {
    /// Calls an operation of a service with a JSON protocol.
    fn ask(&self, service: &str, target: &str, body: &Value) -> Value {
        let request = Request::builder().method("POST").uri(format!("{}/", self.address));
        let request =
            request.header("X-Amz-Target", target).header("Content-Type", "application/x-amz-json-1.0");
        let request = request.header(
            "Authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
            ),
        );
        let (status, answered) = answer(agent().run(request.body(body.to_string()).unwrap()));
        assert_eq!(status, 200, "{target}: {answered}");
        answered
    }
}
