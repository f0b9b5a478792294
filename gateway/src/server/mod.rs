//! The HTTP server: connections with their limits, and what answers their requests.
//!
//! Bounded are the connections, the time for a request's headers and for its body, and the size of both.

mod handle;
mod host;

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

pub(crate) use handle::Shared;
pub(crate) use host::{Hosts, is_loopback};

/// Connections at once. Further ones wait to be accepted.
const CONNECTIONS: usize = 4_096;

/// How long a client may take for the headers of a request, and a connection may be idle before them.
const HEADER_TIME: Duration = Duration::from_secs(30);

/// What a connection reads ahead, more than API Gateway allows for headers: beyond this hyper answers by itself.
const BUFFER_BYTES: usize = 64 * 1024;

/// API Gateway counts the bytes of headers, not the headers; so many do not fit.
const HEADERS: usize = 1_024;

/// Serves connections until the other side of `stop` says so, or is gone.
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
                        let shared = shared.clone();
                        connections.spawn(async move { connection(stream, shared, client).await });
                    }
                    // A connection that broke, or a want of file descriptors, which passes.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, client: std::net::SocketAddr) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(shared.answer(client, request).await) }
    });
    // A client that speaks no HTTP, or goes, is no error of the gateway's.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(BUFFER_BYTES)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
