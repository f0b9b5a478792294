//! How fast the gateway is: requests to a route with a JWT authorizer, answered by a program over the Runtime API.
//!
//! `cargo run --release -p routegen-gateway --example throughput` measures with a small runtime client of its own, which is this
//! program; `… -- lambda/get-items/bootstrap /items` with an artifact, which must answer `GET /items` with 200. The load comes
//! from threads of the same machine.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it prints what it measures, and stops where it cannot"
)]

use std::{
    env,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use routegen_gateway::{Api, Function, Gateway, JwtAuthorizer, LocalIssuer, Program, Route};
use routegen_spec::{Auth, Method};

const TIME: Duration = Duration::from_secs(5);

fn main() {
    if let Ok(address) = env::var("AWS_LAMBDA_RUNTIME_API") {
        return answer(&address);
    }
    let mut arguments = env::args().skip(1);
    let program = arguments.next().map_or_else(|| env::current_exe().unwrap(), Into::into);
    let path = arguments.next().unwrap_or_else(|| "/items".to_owned());
    // One thread is as fast as several where the functions and the load take the others, and spends less on waking up.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let auth = Auth::Authorizer("cognito".to_owned());
    let route = Route::new(Method::Get, path.parse().unwrap(), auth, "function");
    let api = Api::new()
        .function("function", Function::program(Program::new(program).instances(2)))
        .authorizer("cognito", JwtAuthorizer::local())
        .route(route.scopes(["items/read".parse().unwrap()]));
    let gateway = runtime.block_on(Gateway::builder(api).local_issuer(LocalIssuer::new()).start()).unwrap();
    let token = gateway.token().scopes(["items/read"]).mint();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n");
    let address = gateway.address();
    let (done, finished) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        for connections in [1, 32] {
            measure(address, &request, connections);
        }
        done.send(()).unwrap();
    });
    runtime.block_on(async {
        finished.await.unwrap();
        gateway.shutdown().await;
    });
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    }
}

fn measure(address: SocketAddr, request: &str, connections: usize) {
    let end = Instant::now() + TIME;
    let mut times: Vec<Duration> = thread::scope(|scope| {
        let clients: Vec<_> = (0..connections).map(|_| scope.spawn(|| load(address, request, end))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    times.sort_unstable();
    let at = |part: usize| times[times.len() * part / 100];
    println!(
        "{connections:>2} connections: {:>6} requests/s, p50 {:?}, p99 {:?}",
        times.len() as u64 / TIME.as_secs(),
        at(50),
        at(99)
    );
}

fn load(address: SocketAddr, request: &str, end: Instant) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut times, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    while Instant::now() < end {
        let started = Instant::now();
        stream.write_all(request.as_bytes()).unwrap();
        let message = message(&mut stream, &mut buffer);
        assert!(message.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(message));
        times.push(started.elapsed());
    }
    times
}

/// The runtime client: one connection, one event after the other.
fn answer(address: &str) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let body = r#"{"statusCode":200,"headers":{"content-type":"application/json"},"body":"[]"}"#;
    let mut buffer = [0; 16 * 1024];
    loop {
        stream.write_all(next.as_bytes()).unwrap();
        let event = String::from_utf8_lossy(message(&mut stream, &mut buffer)).into_owned();
        let (_, id) = event.split_once("lambda-runtime-aws-request-id: ").unwrap();
        let response = format!(
            "POST /2018-06-01/runtime/invocation/{}/response HTTP/1.1\r\nhost: {address}\r\n\
             content-length: {}\r\n\r\n{body}",
            &id[..36],
            body.len()
        );
        stream.write_all(response.as_bytes()).unwrap();
        message(&mut stream, &mut buffer);
    }
}

/// One whole message with a `content-length`.
fn message<'a>(stream: &mut TcpStream, buffer: &'a mut [u8]) -> &'a [u8] {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).unwrap();
        assert!(read > 0, "the other side closed the connection");
        filled += read;
        let text = std::str::from_utf8(&buffer[..filled]).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.split_once("content-length: ").unwrap().1.split("\r\n").next().unwrap();
        if body.len() >= length.parse().unwrap() {
            return &buffer[..filled];
        }
    }
}
