//! Functions that crash, hang, fail, are slow, and answer with too much or just not too much, all at once.

use routegen_spec::limits::ANSWER_BYTES;
use tokio::{io::AsyncWriteExt as _, net::TcpListener, task::JoinSet};

use super::ground::Ground;
use crate::{client::request, functions::met};

/// How many of each kind are sent in a round.
const EACH: usize = 3;

/// How many requests of a round are answered with 500.
pub const FAIL: usize = 4 * EACH;

/// Each kind gets its own answer, while two slow functions occupy two of the four processes.
pub async fn round(ground: &Ground) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let meet = format!("meet {}", listener.local_addr().unwrap());
    let mut slow = JoinSet::new();
    let mut met_there = Vec::new();
    for _ in 0..2 {
        slow.spawn(request("POST /worker").body("text/plain", meet.clone()).send(ground.address()));
        met_there.push(met(&listener).await.0);
    }
    let (most, too_much) = (format!("sized {ANSWER_BYTES}"), format!("sized {}", ANSWER_BYTES + 1));
    let mut requests = JoinSet::new();
    for (path, order, status) in [
        ("worker", "tell", 200),
        ("worker", "crash", 500),
        ("worker", "error", 500),
        ("worker", most.as_str(), 200),
        ("worker", too_much.as_str(), 500),
        ("hasty", "hang", 500),
    ] {
        for _ in 0..EACH {
            let sent = request(&format!("POST /{path}")).body("text/plain", order).send(ground.address());
            let order = order.to_owned();
            requests.spawn(async move {
                let response = sent.await;
                assert_eq!(response.status, status, "{order}");
                if order.starts_with("sized") && status == 200 {
                    // The body is the function's text, without its quotation marks.
                    assert_eq!(response.body.len(), ANSWER_BYTES - 2);
                }
            });
        }
    }
    while let Some(request) = requests.join_next().await {
        request.unwrap();
    }
    for mut stream in met_there {
        stream.write_all(b"!").await.unwrap();
    }
    while let Some(response) = slow.join_next().await {
        assert_eq!(response.unwrap().status, 200);
    }
}
