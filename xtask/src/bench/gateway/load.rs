//! A load generator for a server on loopback: connections that send one request after another, and measure
//! the time of each.
//!
//! In: a request, the number of connections, and the duration. Out: requests per second and percentiles. It
//! refuses any response other than a 200 with a `content-length`. It only uses std, and so takes few
//! resources from the server, with which it shares the machine.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use crate::step::Failed;

/// Longer than any server here takes to respond. If a response takes longer, the request is lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// Larger than the head and body of any response.
const ANSWER_BYTES: usize = 16 * 1024;

/// Where requests go, and the requests that are sent in turn.
#[derive(Clone, Debug)]
pub(super) struct Request {
    address: SocketAddr,
    texts: Vec<String>,
}

/// The performance of a server with a number of connections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Figures {
    /// All responses, including those before the measurement.
    pub(super) answers: u64,
    pub(super) requests_a_second: u64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
}

impl Request {
    /// A request without a token.
    pub(super) fn get(address: SocketAddr, path: &str) -> Self {
        Self { address, texts: vec![text(address, path, "")] }
    }

    /// A request with each of these tokens in turn.
    pub(super) fn with_tokens<'a>(
        address: SocketAddr,
        path: &str,
        tokens: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let header = |token| format!("authorization: Bearer {token}\r\n");
        let texts = tokens.into_iter().map(|token| text(address, path, &header(token))).collect();
        Self { address, texts }
    }

    /// Sends the first request once, on a connection of its own.
    pub(super) fn send(&self) -> io::Result<()> {
        let first = self.texts.first().ok_or_else(|| io::Error::other("there is no token"))?;
        Connection::open(self.address)?.ask(first)
    }

    /// Sends the requests on this number of parallel connections, each of which begins with another request.
    /// Each connection warms up for a moment before its responses count.
    pub(super) fn load(&self, connections: usize, time: Duration) -> Result<Figures, Failed> {
        let began = Instant::now() + time / 5;
        let times = thread::scope(|scope| {
            let clients: Vec<_> = (0..connections)
                .map(|number| {
                    let first = self.texts.len() * number / connections;
                    scope.spawn(move || self.repeat(first, began, began + time))
                })
                .collect();
            let (mut answers, mut times) = (0, Vec::new());
            for client in clients {
                let (all, counted) = client.join().map_err(|_| io::Error::other("a client panicked"))??;
                answers += all;
                times.extend(counted);
            }
            Ok((answers, times))
        });
        let (answers, times) =
            times.map_err(|error: io::Error| Failed(format!("{}: {error}", self.address)))?;
        Figures::of(answers, times, time)
            .ok_or_else(|| Failed(format!("{} answered nothing in time", self.address)))
    }

    /// The number of responses, and the times of those whose requests were sent between two moments.
    fn repeat(&self, first: usize, from: Instant, to: Instant) -> io::Result<(u64, Vec<Duration>)> {
        let mut connection = Connection::open(self.address)?;
        let (mut answers, mut times) = (0, Vec::new());
        for text in self.texts.iter().cycle().skip(first) {
            let asked = Instant::now();
            if asked >= to {
                break;
            }
            connection.ask(text)?;
            answers += 1;
            if asked >= from {
                times.push(asked.elapsed());
            }
        }
        Ok((answers, times))
    }
}

fn text(address: SocketAddr, path: &str, authorization: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: application/json\r\n{authorization}\r\n")
}

impl Figures {
    /// `None` without any response.
    fn of(answers: u64, mut times: Vec<Duration>, time: Duration) -> Option<Self> {
        times.sort_unstable();
        let at = |percent: usize| times.get(times.len() * percent / 100).copied();
        let requests_a_second = u128::try_from(times.len()).ok()? * 1_000 / time.as_millis();
        let requests_a_second = requests_a_second.try_into().ok()?;
        Some(Self { answers, requests_a_second, p50: at(50)?, p99: at(99)? })
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; ANSWER_BYTES] })
    }

    fn ask(&mut self, request: &str) -> io::Result<()> {
        self.stream.write_all(request.as_bytes())?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            filled += read;
            let answer = String::from_utf8_lossy(&self.buffer[..filled]);
            match is_whole(&answer) {
                Ok(true) => return Ok(()),
                Ok(false) if read > 0 => {}
                _ => return Err(io::Error::other(format!("no answer with status 200: {answer:?}"))),
            }
        }
    }
}

/// Whether a response is complete.
fn is_whole(answer: &str) -> Result<bool, NoAnswer> {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return Ok(false) };
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(NoAnswer);
    }
    let mut headers = head.split("\r\n").filter_map(|line| line.split_once(": "));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length")).ok_or(NoAnswer)?;
    Ok(body.len() >= length.1.parse().map_err(|_| NoAnswer)?)
}

#[derive(Debug, Eq, PartialEq)]
struct NoAnswer;

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn an_answer_is_whole_with_its_body_and_only_with_status_200() {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        assert_eq!(is_whole("HTTP/1.1 200 OK\r\n"), Ok(false));
        assert_eq!(is_whole(head), Ok(false));
        assert_eq!(is_whole(&format!("{head}{{}}")), Ok(true));
        assert_eq!(is_whole("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"), Err(NoAnswer));
        assert_eq!(is_whole("HTTP/1.1 200 OK\r\n\r\n"), Err(NoAnswer));
    }

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let times: Vec<_> = (1..=200).rev().map(Duration::from_millis).collect();
        let figures = Figures::of(240, times, Duration::from_secs(2)).unwrap();
        assert_eq!(figures.requests_a_second, 100);
        assert_eq!((figures.p50.as_millis(), figures.p99.as_millis()), (101, 199));
        assert_eq!(Figures::of(0, Vec::new(), Duration::from_secs(2)), None);
    }

    #[test]
    fn a_server_that_refuses_is_told_with_what_it_said() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 4];
            stream.read_exact(&mut asked).unwrap();
            stream.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").unwrap();
        });
        let error = Request::with_tokens(address, "/", ["token"]).send().unwrap_err().to_string();
        assert!(error.contains("401 Unauthorized"), "{error}");
    }
}
