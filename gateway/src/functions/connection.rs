//! A connection to a Runtime API: who may open one, and its limits.
//!
//! Limited are the time for a request's headers once they have begun, their number and size, and how long a
//! client may leave an answer unread. The time between two requests is not limited: a function works for as
//! long as it may, and its client continues on the same connection.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};
use tokio_io_timeout::TimeoutWriter;

use super::{peer, runtime_api, state::Environment};

/// How long a client may take for the headers of a request after it has begun them.
const HEADER_TIME: Duration = Duration::from_secs(30);

/// How long a client may leave an answer unread, which is kept in memory meanwhile.
const READING_TIME: Duration = Duration::from_secs(30);

/// Clients put an error report of up to 1 MiB into a header (awslambdaric and Java's client:
/// `lambda-runtime-function-xray-error-cause`); the other headers are small.
const HEAD_BYTES: usize = 1024 * 1024 + 64 * 1024;

/// Many times the number that any client sends.
const HEADERS: usize = 100;

/// Serves a connection, if the user of this process made it.
pub(super) async fn serve(environment: Arc<Environment>, stream: TcpStream) {
    if let Err(why) = peer::check(&stream).await {
        environment.refused(why);
        return;
    }
    let _ = stream.set_nodelay(true);
    let answer = |request| {
        let environment = environment.clone();
        async move { runtime_api::answer(&environment, request).await }
    };
    talk(stream, answer).await;
}

async fn talk<A: Future<Output = Response<Full<Bytes>>>>(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: impl Fn(Request<Incoming>) -> A,
) {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(READING_TIME));
    let turns = Arc::new(Turns::default());
    let stream = Heads {
        stream: Box::pin(stream),
        turns: turns.clone(),
        begun: None,
        end: Box::pin(sleep(HEADER_TIME)),
    };
    let service = service_fn(|request| {
        turns.next();
        let answered = answer(request);
        let turns = &turns;
        async move {
            let response = answered.await;
            turns.next();
            Ok::<_, Infallible>(response)
        }
    });
    // A client that disconnects is not an error: its process is watched.
    let _ = http1::Builder::new()
        // hyper's own timeout for headers also runs before they have begun.
        .header_read_timeout(None)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Whose turn it is: even while the client has to send a head, odd while its request is being answered.
#[derive(Debug, Default)]
struct Turns(AtomicU64);

impl Turns {
    fn next(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of the turn, if it is the client's.
    fn clients(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|turn| turn.is_multiple_of(2))
    }
}

/// The bytes of a connection. Reading fails when a head has begun and is not complete in time.
struct Heads<S> {
    stream: Pin<Box<S>>,
    turns: Arc<Turns>,
    /// The turn whose head has begun.
    begun: Option<u64>,
    /// When that head must be complete.
    end: Pin<Box<Sleep>>,
}

impl<S: AsyncRead> AsyncRead for Heads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let turn = this.turns.clients();
        match this.stream.as_mut().poll_read(context, buffer) {
            Poll::Pending => {
                if turn.is_none() || this.begun != turn {
                    return Poll::Pending;
                }
                ready!(this.end.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            read @ Poll::Ready(_) => {
                if turn.is_some() && this.begun != turn && buffer.filled().len() > before {
                    this.begun = turn;
                    this.end.as_mut().reset(Instant::now() + HEADER_TIME);
                }
                read
            }
        }
    }
}

impl<S: AsyncWrite> AsyncWrite for Heads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
        task::JoinHandle,
    };

    use super::*;

    /// Longer than a function may work, and than any timeout.
    const LONG: Duration = Duration::from_hours(1);

    /// A Runtime API that answers a body with its length; at `/slow`, after a long time.
    fn connect() -> (DuplexStream, JoinHandle<()>) {
        let (client, server) = duplex(16 * 1024);
        let answer = async |request: Request<Incoming>| {
            if request.uri().path() == "/slow" {
                sleep(LONG).await;
            }
            let length = request.into_body().collect().await.unwrap().to_bytes().len();
            Response::new(Full::new(Bytes::from(format!("<{length}>"))))
        };
        (client, tokio::spawn(talk(server, answer)))
    }

    /// Reads an answer to the end of its body.
    async fn answer(client: &mut DuplexStream) -> String {
        let mut answer = Vec::new();
        while !answer.ends_with(b">") {
            answer.push(client.read_u8().await.unwrap());
        }
        String::from_utf8(answer).unwrap()
    }

    const GET: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

    #[tokio::test(start_paused = true)]
    async fn a_connection_may_wait_before_its_first_request_between_two_and_for_an_answer() {
        let (mut client, serving) = connect();
        for request in
            [GET, b"GET /slow HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: 1\r\n\r\nx", GET]
        {
            sleep(LONG).await;
            client.write_all(request).await.unwrap();
            assert!(answer(&mut client).await.starts_with("HTTP/1.1 200"));
        }
        sleep(LONG).await;
        assert!(!serving.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_has_begun_ends_in_time_or_the_connection_does() {
        for (case, first) in [("the first", false), ("a later one", true)] {
            let (mut client, serving) = connect();
            if first {
                client.write_all(GET).await.unwrap();
                answer(&mut client).await;
                sleep(LONG).await;
            }
            let begun = Instant::now();
            client.write_all(b"G").await.unwrap();
            // Bytes that arrive now and then do not prolong the timeout.
            let dripping = async {
                loop {
                    sleep(HEADER_TIME / 4).await;
                    if client.write_all(b"E").await.is_err() {
                        break;
                    }
                }
            };
            tokio::join!(dripping, async { serving.await.unwrap() });
            let after = begun.elapsed();
            assert!(after >= HEADER_TIME && after < HEADER_TIME * 2, "{case}: {after:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_head_and_a_slow_body_are_taken_within_the_time_of_a_head() {
        let (mut client, _serving) = connect();
        client.write_all(b"POST / HTTP/1.1\r\n").await.unwrap();
        sleep(HEADER_TIME * 9 / 10).await;
        client.write_all(b"content-length: 2\r\n\r\nx").await.unwrap();
        sleep(HEADER_TIME * 9 / 10).await;
        client.write_all(b"x").await.unwrap();
        assert!(answer(&mut client).await.ends_with("<2>"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_report_of_an_error_fits_into_a_header_and_more_is_refused() {
        for (bytes, status) in [(1024 * 1024, "200"), (HEAD_BYTES, "431")] {
            let (client, _serving) = connect();
            let (mut reader, mut writer) = tokio::io::split(client);
            let head = format!(
                "GET / HTTP/1.1\r\nlambda-runtime-function-xray-error-cause: {}\r\n\r\n",
                "x".repeat(bytes)
            );
            let sending = tokio::spawn(async move { drop(writer.write_all(head.as_bytes()).await) });
            let mut begin = [0; 12];
            reader.read_exact(&mut begin).await.unwrap();
            assert_eq!(begin, *format!("HTTP/1.1 {status}").as_bytes());
            sending.abort();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_of_its_answer_is_left() {
        let (mut client, server) = duplex(1024);
        let serving = tokio::spawn(talk(server, async |_: Request<Incoming>| {
            Response::new(Full::new(Bytes::from(vec![0; 1024 * 1024])))
        }));
        let started = Instant::now();
        client.write_all(GET).await.unwrap();
        serving.await.unwrap();
        assert!(started.elapsed() >= READING_TIME && started.elapsed() < READING_TIME * 2);
    }
}
