//! What is sent to SQS, and how its responses are handled.

use std::time::Duration;

use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use routegen::QueueMessage;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{Outgoing, Queue, SendError};

#[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize)]
struct Order {
    id: usize,
}

impl QueueMessage for Order {
    const QUEUE: &'static str = "orders";
}

/// Calls an SQS that returns these responses, one for each call; returns the requests too.
async fn asked<R>(
    answers: Vec<(u16, Value)>,
    act: impl AsyncFnOnce(Queue<Order>) -> R,
) -> (R, Vec<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = async move {
        let mut asked = Vec::new();
        for (status, answer) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            let (head, body) = loop {
                let mut buffer = [0; 4096];
                let read = stream.read(&mut buffer).await.unwrap();
                bytes.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.lines().find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
                });
                if body.len() >= length.unwrap_or_default() {
                    break (head.to_owned(), body.to_owned());
                }
            };
            let target = head.lines().find_map(|line| {
                line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("x-amz-target"))
            });
            asked.push((target.unwrap().1.to_owned(), serde_json::from_str(&body).unwrap()));
            let answer = answer.to_string();
            let head = format!(
                "HTTP/1.1 {status} OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        asked
    };
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("id", "key", None, None, "test"))
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let queue = Queue::new(Client::from_conf(config), format!("http://{address}/000000000000/orders"));
    let (asked, result) = tokio::join!(server, act(queue));
    (result, asked)
}

/// SQS's response to a batch in which these failed.
fn batch_answer(sent: &[&str], failed: &[&str]) -> Value {
    let sent: Vec<Value> =
        sent.iter().map(|id| json!({ "Id": id, "MessageId": "1", "MD5OfMessageBody": "0" })).collect();
    let failed: Vec<Value> = failed
        .iter()
        .map(|id| json!({ "Id": id, "Code": "InternalError", "Message": "later", "SenderFault": false }))
        .collect();
    json!({ "Successful": sent, "Failed": failed })
}

#[tokio::test]
async fn a_message_is_sent_as_json_with_its_options() {
    let answer = json!({ "MessageId": "1", "MD5OfMessageBody": "d6df6d0b1ea06ff23b4d92e5ec8b5aae" });
    let (sent, asked) = asked(vec![(200, answer)], async |queue| {
        let order = Order { id: 7 };
        let message = Outgoing::new(&order).delay(Duration::from_mins(1)).attribute("from", "web");
        queue.send(message.group("g").deduplication_id("d")).await
    })
    .await;
    sent.unwrap();
    let [(target, body)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(target, "AmazonSQS.SendMessage");
    assert_eq!(body["MessageBody"], r#"{"id":7}"#);
    assert_eq!(
        (&body["DelaySeconds"], &body["MessageGroupId"], &body["MessageDeduplicationId"]),
        (&json!(60), &json!("g"), &json!("d"))
    );
    assert_eq!(body["MessageAttributes"], json!({ "from": { "DataType": "String", "StringValue": "web" } }));
    assert!(body["QueueUrl"].as_str().unwrap().ends_with("/000000000000/orders"));
}

#[tokio::test]
async fn a_batch_goes_in_calls_of_ten_and_the_failures_have_their_places() {
    let first: Vec<String> = (0..10).map(|id| id.to_string()).collect();
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    let answers = vec![(200, batch_answer(&first[1..], &first[..1])), (200, batch_answer(&["10"], &["11"]))];
    let (sent, asked) = asked(answers, async |queue| {
        let orders: Vec<Order> = (0..12).map(|id| Order { id }).collect();
        queue.send_batch(&orders).await
    })
    .await;
    let Err(SendError::Unsent { queue, unsent }) = sent else { panic!("{sent:?}") };
    assert_eq!(
        (queue, unsent.iter().map(|unsent| unsent.index).collect::<Vec<_>>()),
        ("orders", vec![0, 11])
    );
    assert!(unsent.iter().all(|unsent| unsent.code == "InternalError" && !unsent.is_senders_fault));
    let sizes: Vec<usize> = asked.iter().map(|(_, body)| body["Entries"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [10, 2]);
    assert_eq!(asked[1].1["Entries"][1]["MessageBody"], r#"{"id":11}"#);
}

#[tokio::test]
async fn a_refusal_names_the_queue_and_says_why() {
    let answer = json!({ "__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist." });
    let (sent, _) = asked(vec![(400, answer)], async |queue| queue.send(&Order { id: 1 }).await).await;
    let error = sent.unwrap_err().to_string();
    assert!(error.starts_with("the message could not be sent to the queue `orders`: "), "{error}");
    assert!(error.contains("does not exist"), "{error}");
}

#[tokio::test]
async fn a_recording_queue_keeps_what_it_and_its_clones_are_given() {
    let queue = Queue::<Order>::recording();
    queue.clone().send(Outgoing::new(&Order { id: 1 }).group("g")).await.unwrap();
    queue.send_batch(&[Order { id: 2 }, Order { id: 3 }]).await.unwrap();
    let sent = queue.sent();
    assert_eq!(
        sent.iter().map(crate::Sent::json::<Order>).map(|order| order.id).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!((sent[0].group.as_deref(), sent[1].group.as_deref()), (Some("g"), None));
}
