//! A thousand connections that do nothing, and some that are slow, while others are served.

use rustix::process::{Resource, getrlimit, setrlimit};

use super::{connection::Connection, ground::Ground};
use crate::client::request;

const IDLE: usize = 1_000;
const SLOW: usize = 50;

/// Both ends of a connection are in this process; the rest is for all else, other tests included.
const DESCRIPTORS: u64 = 2 * (IDLE as u64 + 2 * SLOW as u64) + 1_000;

const GET: &str = "GET /open HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Requests, and where a slow client breaks off.
const SLOWLY: [(&str, &str); 2] = [
    ("GET /open HTTP/1.1\r\nhost: localhost\r\nx-sl", "ow: yes\r\n\r\n"),
    ("GET /open HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{", "}"),
];

/// Lets this process have as many descriptors as the connections need.
pub(super) fn descriptors() -> Result<(), String> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= DESCRIPTORS) {
        return Ok(());
    }
    if let Some(most) = limit.maximum.filter(|most| *most < DESCRIPTORS) {
        return Err(format!("a process may have {most} descriptors, and {DESCRIPTORS} are needed"));
    }
    limit.current = Some(DESCRIPTORS);
    setrlimit(Resource::Nofile, limit).map_err(|error| format!("the limit of descriptors stays: {error}"))
}

/// Others are served meanwhile; and in the end the idle and the slow are, too.
pub(super) async fn round(ground: &Ground) {
    let address = ground.address();
    let mut idle = Vec::new();
    for number in 0..IDLE {
        let mut connection = Connection::open(address).await;
        // Every other one has been served once.
        if number % 2 == 0 {
            connection.send(GET).await;
            assert_eq!(connection.status().await, 200);
        }
        idle.push(connection);
    }
    let mut slow = Vec::new();
    for (begin, end) in SLOWLY {
        for _ in 0..SLOW {
            let mut connection = Connection::open(address).await;
            connection.send(begin).await;
            slow.push((connection, end));
        }
    }
    for _ in 0..20 {
        assert_eq!(request("GET /open").send(address).await.status, 200);
        assert_eq!(request("POST /worker").body("text/plain", "tell").send(address).await.status, 200);
    }
    for (mut connection, end) in slow {
        connection.send(end).await;
        assert_eq!(connection.status().await, 200);
    }
    for mut connection in idle {
        connection.send(GET).await;
        assert_eq!(connection.status().await, 200);
    }
}
