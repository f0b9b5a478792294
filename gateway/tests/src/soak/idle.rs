//! A thousand idle connections, and some slow ones, while others are served.

use std::net::SocketAddr;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::task::JoinSet;

use super::{connection::Connection, ground::Ground};
use crate::client::request;

/// The numbers of idle connections, of slow ones of each kind, and of their clients.
const IDLE: usize = 1_000;
const SLOW: usize = 50;
const CLIENTS: usize = 10;

/// Both ends of a connection are in this process; the rest is for everything else, including other tests.
const DESCRIPTORS: u64 = 2 * (IDLE as u64 + 2 * SLOW as u64) + 1_000;

const GET: &str = "GET /open HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Requests, split where a slow client pauses.
const SLOWLY: [(&str, &str); 2] = [
    ("GET /open HTTP/1.1\r\nhost: localhost\r\nx-sl", "ow: yes\r\n\r\n"),
    ("GET /open HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{", "}"),
];

/// Raises the limit of descriptors to what the connections need.
pub fn descriptors() -> Result<(), String> {
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

/// Others are served meanwhile, and the idle and the slow ones in the end.
pub async fn round(ground: &Ground) {
    let address = ground.address();
    let mut openings = JoinSet::new();
    for _ in 0..CLIENTS {
        openings.spawn(open(address));
    }
    let connections = openings.join_all().await;
    for _ in 0..20 {
        assert_eq!(request("GET /open").send(address).await.status, 200);
        assert_eq!(request("POST /worker").body("text/plain", "tell").send(address).await.status, 200);
    }
    let mut endings = JoinSet::new();
    for of_one in connections {
        endings.spawn(async move {
            for (mut connection, rest) in of_one {
                connection.send(rest).await;
                connection.is_served().await;
            }
        });
    }
    while let Some(ending) = endings.join_next().await {
        ending.unwrap();
    }
}

/// The connections of one client, and what each of them has yet to send.
async fn open(address: SocketAddr) -> Vec<(Connection, &'static str)> {
    let mut connections = Vec::new();
    for number in 0..IDLE / CLIENTS {
        let mut connection = Connection::open(address).await;
        // Every other one has already been served once.
        if number % 2 == 0 {
            connection.send(GET).await;
            connection.is_served().await;
        }
        connections.push((connection, GET));
    }
    for (begin, end) in SLOWLY {
        for _ in 0..SLOW / CLIENTS {
            let mut connection = Connection::open(address).await;
            connection.send(begin).await;
            connections.push((connection, end));
        }
    }
    connections
}
