//! Clients that disconnect in the middle of a request, while they wait for a process, while the function
//! works, and in the middle of the answer.

use std::net::SocketAddr;

use routegen_spec::limits::ANSWER_BYTES;
use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use super::{connection::Connection, ground::Ground};
use crate::{client::request, functions::met};

/// The function has one process, which is the same before and after.
pub async fn round(ground: &Ground) {
    let address = ground.address();
    let before = process(address).await;

    for begun in [
        "POST /single HTT",
        "POST /single HTTP/1.1\r\nhost: localhost\r\nx-half: ",
        "POST /single HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\r\nte",
    ] {
        Connection::open(address).await.send(begun).await;
    }

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut working = Connection::open(address).await;
    working.send(&order(&format!("meet {}", listener.local_addr().unwrap()))).await;
    let (mut function, worker) = met(&listener).await;
    assert_eq!(Value::from(worker), before);
    // These wait for the process, and some of them only for as long as sending takes.
    for _ in 0..8 {
        Connection::open(address).await.send(&order("tell")).await;
    }
    let waiting = tokio::spawn(request("POST /single").body("text/plain", "tell").send(address));
    drop(working);
    function.write_all(b"!").await.unwrap();
    assert_eq!(waiting.await.unwrap().status, 200);

    let mut reading = Connection::open(address).await;
    reading.send(&order(&format!("sized {ANSWER_BYTES}"))).await;
    reading.leave_in_the_answer().await;

    assert_eq!(process(address).await, before);
}

fn order(order: &str) -> String {
    let length = order.len();
    format!(
        "POST /single HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n\
         {order}"
    )
}

async fn process(address: SocketAddr) -> Value {
    let told = request("POST /single").body("text/plain", "tell").send(address).await;
    assert_eq!(told.status, 200);
    told.json()["process"].clone()
}
