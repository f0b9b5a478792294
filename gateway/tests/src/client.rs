//! A client that sends exactly what a test specifies, and returns exactly what comes back.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// `GET /items`, with a `host` and nothing else.
pub fn request(line: &str) -> Request {
    Request { line: line.to_owned(), headers: Vec::new(), body: Vec::new() }
}

impl Request {
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    #[must_use]
    pub fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", kind)
    }

    pub async fn send(self, address: SocketAddr) -> Response {
        self.send_for(&address.to_string(), address).await
    }

    /// Sends it to the server at this address with this `host`, unless the request has its own.
    pub async fn send_for(self, host: &str, address: SocketAddr) -> Response {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The server may answer and close the connection before it has read everything.
        let _ = stream.write_all(&self.bytes(host)).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        Response::parse(&bytes)
    }

    /// The bytes that are sent to a server with this `host`.
    pub fn bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} HTTP/1.1\r\n", self.line);
        let mut add = |name: &str, value: &str| head.extend([name, ": ", value, "\r\n"]);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            add("host", host);
        }
        for (name, value) in &self.headers {
            add(name, value);
        }
        if !self.body.is_empty() && !self.headers.iter().any(|(name, _)| name == "content-length") {
            add("content-length", &self.body.len().to_string());
        }
        head += "connection: close\r\n\r\n";
        [head.as_bytes(), &self.body].concat()
    }
}

#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no response: {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        Self { status, headers: lines.map(header).collect(), body: bytes[end + 4..].to_vec() }
    }

    /// All values of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The only value of a header, if there is one.
    pub fn header(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() <= 1, "{name}: {all:?}");
        all.first().copied()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
