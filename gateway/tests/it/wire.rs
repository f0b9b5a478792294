//! HTTP/1.1 as clients send it, byte by byte: bodies of every kind, refused ones too, and the state of the
//! connection afterwards.

use routegen_gateway::{
    Api, Cors, Function, Gateway, IamKey, JwtAuthorizer, LambdaAuthorizer, LocalIssuer, Route,
};
use routegen_spec::{Auth, Method, Throttle};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use crate::{
    client::{Response, request},
    requirement::or_skip,
};

const MB: usize = 1024 * 1024;

async fn start() -> Gateway {
    let echo = Function::in_process(async |invocation| {
        Ok(json!({ "statusCode": 200, "body": invocation.event()?.to_string() }))
    });
    let route = |path: &str| Route::new(Method::Any, path.parse().unwrap(), Auth::None, "echo");
    let seldom = route("/seldom").throttle(Throttle::new(1, 1));
    let api = Api::new().function("echo", echo).route(route("/")).route(seldom).cors(Cors::origins(["*"]));
    Gateway::builder(api).start().await.unwrap()
}

/// A client that sends everything before it reads anything.
struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(gateway: &Gateway) -> Self {
        Self(BufReader::new(TcpStream::connect(gateway.address()).await.unwrap()))
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// The next answer, whose length is known.
    async fn response(&mut self) -> Response {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).await.unwrap(), 0, "the connection was closed: {head:?}");
        }
        let mut response = Response::parse(head.as_bytes());
        let length = response.header("content-length").map_or(0, |length| length.parse().unwrap());
        response.body = vec![0; length];
        self.0.read_exact(&mut response.body).await.unwrap();
        response
    }

    /// Whether the gateway has closed the connection, and no unread answer is left.
    async fn is_closed(&mut self) -> bool {
        self.0.read_to_end(&mut Vec::new()).await.unwrap() == 0
    }
}

fn head(line: &str, headers: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let chunk = |chunk: &[u8]| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat();
    let chunks: Vec<u8> = body.chunks(MB).flat_map(chunk).collect();
    [&chunks[..], b"0\r\n\r\n"].concat()
}

#[tokio::test]
async fn a_refused_upload_is_answered_after_it_was_sent_and_the_connection_goes_on() {
    let gateway = start().await;
    request("GET /seldom").send(gateway.address()).await;
    let mut client = Client::connect(&gateway).await;
    for (case, line, headers, megabytes, status) in [
        ("no route", "POST /nothing", "", 9, 404),
        ("too much", "POST /", "", 12, 413),
        ("headers that are too large", "POST /", &*format!("x: {}\r\n", "x".repeat(10_240)), 9, 431),
        ("two hosts", "POST /", "host: evil.test\r\n", 9, 400),
        ("none of the gateway's own paths", "POST /_routegen/nothing", "", 0, 404),
        ("too much for them", "POST /_routegen/nothing", "", 1, 413),
        ("a preflight", "OPTIONS /", "origin: null\r\naccess-control-request-method: GET\r\n", 9, 204),
        ("too often", "POST /seldom", "", 9, 429),
    ] {
        let body = vec![b'a'; megabytes * MB];
        client.send(head(line, &format!("{headers}content-length: {}\r\n", body.len()))).await;
        client.send(&body).await;
        let response = client.response().await;
        assert_eq!((response.status, response.header("connection")), (status, None), "{case}");
    }
    client.send(head("POST /", "transfer-encoding: chunked\r\n")).await;
    client.send(chunked(&vec![b'a'; 11 * MB])).await;
    assert_eq!(client.response().await.status, 413);
    client.send(head("GET /", "")).await;
    assert_eq!(client.response().await.status, 200);
}

#[tokio::test]
async fn a_body_in_chunks_is_one_body() {
    let gateway = start().await;
    let mut client = Client::connect(&gateway).await;
    client.send(head("POST /", "content-type: text/plain\r\ntransfer-encoding: chunked\r\n")).await;
    for part in ["4\r\none \r\n", "3;extension=1\r\ntwo\r\n0\r\n", "trailer: 1\r\n\r\n"] {
        client.send(part).await;
    }
    let event = client.response().await.json();
    assert_eq!((&event["body"], &event["headers"]["content-length"]), (&json!("one two"), &json!("7")));
    for left_out in ["transfer-encoding", "trailer"] {
        assert_eq!(event["headers"].get(left_out), None, "{left_out}");
    }
}

#[tokio::test]
async fn a_client_that_waits_for_a_word_gets_it_where_its_body_is_wanted() {
    let gateway = start().await;
    let headers = "content-type: text/plain\r\ncontent-length: 4\r\nexpect: 100-continue\r\n";
    let mut client = Client::connect(&gateway).await;
    client.send(head("POST /", headers)).await;
    assert_eq!(client.response().await.status, 100);
    client.send("text").await;
    assert_eq!(client.response().await.json()["body"], "text");

    // The connection is in the middle of a request whose body will never be sent.
    client.send(head("POST /nothing", headers)).await;
    let refused = client.response().await;
    assert_eq!((refused.status, refused.header("connection")), (404, Some("close")));
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_caller_who_may_not_call_is_told_before_the_body_is_read() {
    let authorizer = LambdaAuthorizer::new("no").identity_sources(["$request.header.key".parse().unwrap()]);
    let route = |path: &str, auth: &str| {
        Route::new(Method::Post, path.parse().unwrap(), auth.parse().unwrap(), "echo")
    };
    let no = Function::in_process(async |invocation| {
        let declared = invocation.event()?["headers"]["content-length"].clone();
        Ok(json!({ "isAuthorized": declared == "0" }))
    });
    let api = Api::new()
        .function("echo", Function::in_process(async |invocation| invocation.event()))
        .function("no", no)
        .authorizer("cognito", JwtAuthorizer::local())
        .authorizer("own", authorizer)
        .iam_key(IamKey::new("id", "secret"))
        .route(route("/token", "cognito"))
        .route(route("/asked", "own"))
        .route(route("/signed", "iam"));
    let gateway = Gateway::builder(api).local_issuer(LocalIssuer::new()).start().await.unwrap();
    // None of these bodies is sent: a client that waits for permission gets an answer, and so does one that
    // does not declare a length.
    for (path, length, status) in [
        ("/token", "content-length: 9000000\r\n", 401),
        ("/token", "transfer-encoding: chunked\r\n", 401),
        ("/asked", "content-length: 9000000\r\n", 401),
        ("/asked", "key: k\r\ncontent-length: 9000000\r\n", 403),
        ("/asked", "key: k\r\ntransfer-encoding: chunked\r\n", 403),
        ("/token", "content-length: 12000000\r\n", 413),
        ("/signed", "content-length: 9000000\r\n", 403),
        // A signature covers the body.
        ("/signed", "authorization: AWS4-HMAC-SHA256 x\r\ncontent-length: 9000000\r\n", 100),
    ] {
        let mut client = Client::connect(&gateway).await;
        client.send(head(&format!("POST {path}"), &format!("{length}expect: 100-continue\r\n"))).await;
        assert_eq!(client.response().await.status, status, "{path} {length:?}");
    }
}

/// Deny lists contain `127.0.0.1`, but not `::ffff:127.0.0.1`.
#[tokio::test]
async fn a_client_of_ipv4_is_one_on_a_listener_of_ipv6_too() {
    let listener =
        std::net::TcpListener::bind("[::]:0").map_err(|error| format!("there is no IPv6: {error}"));
    if or_skip(&listener).is_none() {
        return;
    }
    let listener = listener.unwrap();
    let port = listener.local_addr().unwrap().port();
    let echo = Function::in_process(async |invocation| invocation.event());
    let route = Route::new(Method::Get, "/".parse().unwrap(), Auth::None, "echo");
    let api = Api::new().function("echo", echo).route(route);
    let gateway = Gateway::builder(api).listener(listener).start().await.unwrap();
    let answer = request("GET /").send_for("localhost", ([127, 0, 0, 1], port).into()).await;
    assert_eq!(answer.json()["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(answer.json()["headers"]["x-forwarded-for"], "127.0.0.1");
    gateway.shutdown().await;
}

#[tokio::test]
async fn requests_that_are_sent_without_waiting_are_answered_in_their_order() {
    let gateway = start().await;
    let mut client = Client::connect(&gateway).await;
    let body = "content-type: text/plain\r\ncontent-length: 1\r\n";
    client
        .send(format!("{}a{}{}b", head("POST /", body), head("GET /nothing", ""), head("POST /", body)))
        .await;
    assert_eq!(client.response().await.json()["body"], "a");
    assert_eq!(client.response().await.status, 404);
    assert_eq!(client.response().await.json()["body"], "b");
}

/// RFC 9112, 3.2 (hosts, authorities, fragments), 6.1 and 7.1 (codings), 6.2 (lengths); RFC 9110, 7.6.1
/// (connections).
#[tokio::test]
async fn what_is_no_request_is_refused_and_what_is_for_another_host_is_not_answered() {
    let gateway = start().await;
    let host = "host: localhost\r\n";
    for (line, headers, status) in [
        ("GET /", "", 400),
        ("GET /", "host: localhost\r\nhost: localhost\r\n", 400),
        ("GET http://localhost/", "", 400),
        ("GET http://localhost/", host, 200),
        ("GET http://localhost/", "host: evil.test\r\n", 200),
        ("GET http://evil.test/", host, 403),
        ("GET http://evil.test/_routegen", host, 403),
        ("GET http://me@localhost/", host, 400),
        ("GET ftp://localhost/", host, 400),
        ("GET /", "host: 127.0.0.1]\r\n", 403),
        ("GET /", "host: 0.0.0.0:9000\r\n", 200),
        ("GET /#a", host, 400),
        ("GET /?a=b#c", host, 400),
        ("GET /_routegen#a", host, 400),
        ("POST /", "host: localhost\r\ntransfer-encoding: gzip, chunked\r\n", 501),
        ("POST /", "host: localhost\r\ntransfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n", 501),
        ("POST /", "host: localhost\r\ntransfer-encoding: chunked, chunked\r\n", 400),
        ("POST /_routegen/x", "host: localhost\r\ntransfer-encoding: chunked, Chunked\r\n", 400),
        ("POST /", "host: localhost\r\ncontent-length: 18446744073709551615\r\n", 413),
        ("POST /", "host: localhost\r\ncontent-length: 18446744073709551616\r\n", 400),
    ] {
        let mut client = Client::connect(&gateway).await;
        let body = if headers.contains("hunked") { "0\r\n\r\n" } else { "" };
        client.send(format!("{line} HTTP/1.1\r\n{headers}\r\n{body}")).await;
        assert_eq!(client.response().await.status, status, "{line} {headers:?}");
    }
}

#[tokio::test]
async fn an_event_is_of_the_host_that_was_meant_and_without_what_is_for_the_gateway() {
    let gateway = start().await;
    let mut client = Client::connect(&gateway).await;
    let headers = "host: localhost:1\r\nconnection: x-hop, keep-alive\r\nx-hop: 1\r\nx-end: 2\r\n";
    client.send(format!("GET http://a.localhost:2/ HTTP/1.1\r\n{headers}\r\n")).await;
    let event = client.response().await.json();
    assert_eq!(event["requestContext"]["domainName"], "a.localhost");
    assert_eq!(event["headers"]["host"], "a.localhost:2");
    assert_eq!((&event["headers"]["x-hop"], &event["headers"]["x-end"]), (&Value::Null, &json!("2")));
}

#[tokio::test]
async fn a_client_of_http_1_0_is_answered_and_then_left() {
    let gateway = start().await;
    for (line, headers, status) in [("GET /", "host: localhost\r\n", 200), ("GET /", "", 403)] {
        let mut client = Client::connect(&gateway).await;
        client.send(format!("{line} HTTP/1.0\r\n{headers}\r\n")).await;
        let response = client.response().await;
        assert_eq!(response.status, status);
        if status == 200 {
            assert_eq!(response.json().pointer("/requestContext/http/method"), Some(&Value::from("GET")));
        }
        assert!(client.is_closed().await);
    }
}
