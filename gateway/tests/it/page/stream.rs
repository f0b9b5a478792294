//! A client that follows the log.

use routegen_gateway::Gateway;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use super::SECRET;

pub(super) struct Stream {
    reader: BufReader<TcpStream>,
    last_id: String,
}

impl Stream {
    pub(super) async fn open(gateway: &Gateway, query: &str) -> Self {
        let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
        let (host, key) = (gateway.address(), super::secret(gateway));
        let head =
            format!("GET /_routegen/page/log{query} HTTP/1.1\r\nhost: {host}\r\n{SECRET}: {key}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        Self { reader: BufReader::new(stream), last_id: String::new() }
    }

    pub(super) async fn status(&mut self) -> u16 {
        self.line().await.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Reads the headers and the first event.
    pub(super) async fn hello(&mut self) {
        assert_eq!(self.status().await, 200);
        while self.line().await != "event: hello" {}
    }

    /// Reads the next entry.
    pub(super) async fn entry(&mut self) -> Value {
        while self.line().await != "event: entry" {}
        self.line().await.strip_prefix("id: ").unwrap().clone_into(&mut self.last_id);
        let data = self.line().await;
        serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap()
    }

    pub(super) fn last_id(&self) -> &str {
        &self.last_id
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.reader.read_line(&mut line).await.unwrap(), 0, "the stream ended");
        line.trim_end_matches(['\r', '\n']).to_owned()
    }
}
