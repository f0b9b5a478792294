//! Clients that request a lot and read none of it.

use std::{net::SocketAddr, time::Duration};

use routegen_spec::limits::ANSWER_BYTES;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

use super::ground::Ground;
use crate::client::request;

const CLIENTS: usize = 4;

/// How long the gateway keeps an unread answer. On a very busy machine, it may take longer to notice.
const GATEWAYS_PATIENCE: Duration = Duration::from_secs(30);
const SLACK: Duration = Duration::from_secs(10);

/// Their answers are on the way, and others are served meanwhile.
pub async fn round(ground: &Ground) -> Vec<TcpStream> {
    let address = ground.address();
    let order =
        request("POST /worker").body("text/plain", format!("sized {ANSWER_BYTES}")).bytes("localhost");
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = connect(address).await;
        client.write_all(&order).await.unwrap();
        client.readable().await.unwrap();
        clients.push(client);
    }
    assert_eq!(request("GET /open").send(address).await.status, 200);
    assert_eq!(request("POST /worker").body("text/plain", "tell").send(address).await.status, 200);
    clients
}

/// The gateway has given up on them: what they can still read is not the whole answer.
pub async fn are_left(clients: Vec<TcpStream>) {
    tokio::time::sleep(GATEWAYS_PATIENCE + SLACK).await;
    for mut client in clients {
        let mut begun = Vec::new();
        let _ = client.read_to_end(&mut begun).await;
        assert!(begun.len() < ANSWER_BYTES, "the answer was kept");
    }
}

/// A client whose receive buffer is too small for an answer.
async fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    socket.connect(address).await.unwrap()
}
