//! A connection that can be kept, or left at any moment.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// How long the gateway waits for a request. On a very busy machine, a test can take that long.
const GATEWAYS_PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    /// When it was opened or had its last answer.
    since: Instant,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Self {
        let since = Instant::now();
        Self { stream: BufReader::new(TcpStream::connect(address).await.unwrap()), since }
    }

    /// Sends a text, whether or not the gateway is still connected.
    pub(super) async fn send(&mut self, text: &str) {
        let _ = self.stream.write_all(text.as_bytes()).await;
    }

    /// Waits for the answer to what was sent, which is 200 unless the gateway's timeout has passed.
    pub(super) async fn is_served(&mut self) {
        let status = self.status().await;
        let may_be_left = self.since.elapsed() >= GATEWAYS_PATIENCE;
        let is_right = matches!((status, may_be_left), (Some(200), _) | (Some(408) | None, true));
        assert!(is_right, "{status:?} after {:?}", self.since.elapsed());
        self.since = Instant::now();
    }

    /// The status of the next answer, which is read to its end; `None` if the gateway has closed the
    /// connection.
    async fn status(&mut self) -> Option<u16> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                return None;
            }
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        self.stream.read_exact(&mut vec![0; length.parse().unwrap()]).await.unwrap();
        Some(head.split(' ').nth(1).unwrap().parse().unwrap())
    }

    /// Waits for the first byte, and disconnects without reading the rest.
    pub(super) async fn leave_in_the_answer(mut self) {
        self.stream.read_u8().await.unwrap();
    }
}
