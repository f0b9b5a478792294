//! The answer to clients before there is an API.
//!
//! In: listeners, and the reason. Out: 503 for every request, until it ends; a gateway can then use the
//! listeners.

use std::{convert::Infallible, io, net, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    task::JoinSet,
};

use super::{HEADER_TIME, Tls};

/// Answers every request with 503 and the reason, until it is ended or dropped.
#[derive(Debug)]
pub struct Unready(JoinSet<()>);

impl Unready {
    /// Answers on these listeners, on the current async runtime.
    ///
    /// # Errors
    ///
    /// If the system has no more file descriptors.
    pub fn start(listeners: &[net::TcpListener], tls: Option<&Tls>, reason: &str) -> io::Result<Self> {
        let body = Bytes::from(serde_json::json!({ "message": reason }).to_string());
        let mut serving = JoinSet::new();
        for listener in listeners {
            let listener = listener.try_clone()?;
            listener.set_nonblocking(true)?;
            serving.spawn(serve(TcpListener::from_std(listener)?, tls.cloned(), body.clone()));
        }
        Ok(Self(serving))
    }

    /// Ends it. It then accepts no more connections.
    pub async fn end(mut self) {
        self.0.shutdown().await;
    }
}

async fn serve(listener: TcpListener, tls: Option<Tls>, body: Bytes) {
    let (mut connections, tls) = (JoinSet::new(), Arc::new(tls));
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            continue;
        };
        let (tls, body) = (tls.clone(), body.clone());
        connections.spawn(async move {
            match &*tls {
                None => talk(stream, body).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        talk(stream, body).await;
                    }
                }
            }
        });
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, body: Bytes) {
    let service = service_fn(|_: Request<Incoming>| {
        let mut response = Response::new(Full::new(body.clone()));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        async move { Ok::<_, Infallible>(response) }
    });
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
