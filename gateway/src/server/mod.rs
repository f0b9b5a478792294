//! The HTTP server: connections with their limits, and the handling of their requests.
//!
//! Bounded are the number of connections, the time for a request's headers and for its body, the size of
//! both, the size of a body that is discarded, and the time for which a client may leave its answer unread.

mod answer;
mod body;
mod handle;
mod head;
mod own;
mod seen;
mod shared;
mod tls;
mod unready;

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_io_timeout::TimeoutWriter;

pub(crate) use body::Room;
use head::{Heads, Turns};
pub(crate) use shared::Shared;
pub use tls::{Tls, TlsError};
pub use unready::Unready;

/// The maximum number of connections. Further ones wait to be accepted.
const CONNECTIONS: usize = 4_096;

/// How long a client may take for the headers of a request, and how long a connection may be idle before
/// them.
const HEADER_TIME: Duration = Duration::from_secs(30);

/// How long a client may leave an answer unread, which is kept in memory meanwhile.
const READING_TIME: Duration = Duration::from_secs(30);

/// How much a connection reads ahead: more than API Gateway allows for headers. Beyond this, hyper itself
/// answers.
const BUFFER_BYTES: usize = 64 * 1024;

/// API Gateway limits the size of headers, not their number; this many would exceed the size.
const HEADERS: usize = 1_024;

/// Serves connections until `stop` changes or its sender is dropped.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        tokio::select! {
            _ = stop.changed() => break,
            _ = connections.join_next(), if connections.len() >= CONNECTIONS => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS => {
                match accepted {
                    Ok((stream, client)) => {
                        // A listener on IPv6 shows IPv4 clients as `::ffff:…`, which deny lists do not
                        // contain.
                        let client = SocketAddr::new(client.ip().to_canonical(), client.port());
                        let shared = shared.clone();
                        connections.spawn(async move { connection(stream, shared, client).await });
                    }
                    // A broken connection, or a lack of file descriptors, which passes.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        }
    }
    shared.closing.store(true, Ordering::Relaxed);
    connections.shutdown().await;
}

/// Serves one in-process connection until `stop` changes or its sender is dropped.
pub(crate) async fn serve_one(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
) {
    let client = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    tokio::select! {
        _ = stop.changed() => shared.closing.store(true, Ordering::Relaxed),
        () = talk(stream, shared.clone(), client) => {}
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, client: SocketAddr) {
    let _ = stream.set_nodelay(true);
    match &shared.tls {
        None => talk(stream, shared, client).await,
        Some(tls) => {
            // It is not the gateway's error if a client does not speak TLS or does not trust the
            // certificate.
            if let Ok(stream) = tls.accept(stream).await {
                talk(stream, shared.clone(), client).await;
            }
        }
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>, client: SocketAddr) {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(READING_TIME));
    let turns = Arc::new(Turns::default());
    let stream = Heads::new(Box::pin(stream), turns.clone());
    let service = service_fn(|request| {
        turns.next();
        let (shared, turns) = (shared.clone(), &turns);
        async move {
            let response = shared.answer(client, request).await;
            turns.next();
            Ok::<_, Infallible>(response)
        }
    });
    // It is not the gateway's error if a client does not speak HTTP or disconnects.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(BUFFER_BYTES)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
        time::Instant,
    };

    use routegen_spec::{Auth, Method};
    use serde_json::json;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::{Api, Function, Route};

    /// The buffer between a client and the gateway, in each direction.
    const ON_THE_WAY: usize = 64 * 1024;

    fn connect(api: &Api) -> (DuplexStream, JoinHandle<()>) {
        let (client, server) = duplex(ON_THE_WAY);
        let address = "127.0.0.1:9".parse().unwrap();
        (client, tokio::spawn(talk(server, Shared::for_tests(api), address)))
    }

    /// What a client gets, and when, if it sends these bytes and nothing more to a gateway without routes.
    async fn sent(bytes: &[u8]) -> (String, Duration) {
        let started = Instant::now();
        let (mut client, serving) = connect(&Api::new());
        client.write_all(bytes).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        serving.await.unwrap();
        (answer, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_end_its_headers_is_left() {
        for begun in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: "] {
            let (answer, after) = sent(begun.as_bytes()).await;
            assert!(
                !answer.contains("200") && after >= HEADER_TIME && after < HEADER_TIME * 2,
                "{after:?}: {answer}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_end_its_body_is_told() {
        let head = "POST /_routegen/oauth2/token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nx";
        let (answer, _) = sent(head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_come_of_a_refused_body_is_not_waited_for_long() {
        let head = "POST /nothing HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nx";
        let (answer, after) = sent(head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("connection: close"), "{answer}");
        assert!(after >= body::AWAY_TIME && after < body::AWAY_TIME * 2, "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_body_that_is_far_too_large_is_not_read_away() {
        let length = body::AWAY_BYTES + 1;
        let head = format!("POST /nothing HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\nx");
        let (answer, after) = sent(head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("connection: close"), "{answer}");
        assert_eq!(after, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn headers_beyond_the_buffer_are_refused_without_being_kept() {
        let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}", "x".repeat(BUFFER_BYTES));
        let (answer, _) = sent(&head.as_bytes()[..BUFFER_BYTES]).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }

    /// The size of the answer to `GET /large`: several buffers.
    const LARGE: usize = 8 * ON_THE_WAY;

    async fn ask_for_much() -> (DuplexStream, JoinHandle<()>) {
        let large = Function::in_process(async |_| Ok(json!("x".repeat(LARGE))));
        let route = Route::new(Method::Get, "/large".parse().unwrap(), Auth::None, "large");
        let (mut client, serving) = connect(&Api::new().function("large", large).route(route));
        let request = "GET /large HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        client.write_all(request.as_bytes()).await.unwrap();
        (client, serving)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_of_its_answer_is_left() {
        let started = Instant::now();
        let (mut client, serving) = ask_for_much().await;
        tokio::time::timeout(READING_TIME * 2, serving).await.expect("it is left").unwrap();
        let after = started.elapsed();
        assert!(after >= READING_TIME, "{after:?}");
        let mut begun = Vec::new();
        client.read_to_end(&mut begun).await.unwrap();
        assert!(begun.len() <= ON_THE_WAY);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_slowly_gets_its_answer() {
        let (mut client, serving) = ask_for_much().await;
        let (mut part, mut answer) = (vec![0; ON_THE_WAY / 2], Vec::new());
        loop {
            tokio::time::sleep(READING_TIME * 9 / 10).await;
            match client.read(&mut part).await.unwrap() {
                0 => break,
                length => answer.extend_from_slice(&part[..length]),
            }
        }
        assert!(answer.starts_with(b"HTTP/1.1 200") && answer.len() > LARGE);
        serving.await.unwrap();
    }
}
