//! A minimal Lambda Runtime API for benchmarks: one function that gets the same event repeatedly.
//!
//! In: the number of events. Out: the time of the first request for an event, and a signal when all events
//! have been answered. It checks no more than Lambda does; an invalid response ends the benchmark.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use crate::step::Failed;

/// Longer than a program under valgrind takes for all of its events.
const PATIENCE: Duration = Duration::from_mins(5);

/// A running Runtime API.
pub(super) struct Api {
    pub(super) address: SocketAddr,
    moments: Receiver<Result<Instant, String>>,
}

impl Api {
    /// Starts a Runtime API that sends this number of events.
    pub(super) fn start(events: usize) -> Result<Self, Failed> {
        let failed = |error| Failed(format!("no Runtime API: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (sender, moments) = channel();
        let events = Arc::new(Mutex::new(Events { left: events, asked: false, moments: sender }));
        // A client may open another connection if its own is not free yet. The thread accepts connections
        // until the benchmark ends.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let events = Arc::clone(&events);
                thread::spawn(move || {
                    if let Err(error) = serve(stream, &events) {
                        events.lock().unwrap_or_else(PoisonError::into_inner).send(Err(error.to_string()));
                    }
                });
            }
        });
        Ok(Self { address, moments })
    }

    /// When the program requested its first event.
    pub(super) fn first_next(&self) -> Result<Instant, Failed> {
        self.moment()
    }

    /// Waits until the program has answered all events and requests another one.
    pub(super) fn answered(&self) -> Result<(), Failed> {
        self.moment().map(|_| ())
    }

    fn moment(&self) -> Result<Instant, Failed> {
        let moment = self.moments.recv_timeout(PATIENCE);
        moment
            .map_err(|error| error.to_string())
            .flatten()
            .map_err(|error| Failed(format!("the program: {error}")))
    }
}

/// The remaining events, whichever connection requests them.
struct Events {
    left: usize,
    /// Whether the program has requested an event yet.
    asked: bool,
    moments: Sender<Result<Instant, String>>,
}

impl Events {
    /// Whether there is an event for the program, which has requested one.
    fn next(&mut self, now: Instant) -> bool {
        if !self.asked {
            self.asked = true;
            self.send(Ok(now));
        }
        let more = self.left > 0;
        if more {
            self.left -= 1;
        } else {
            self.send(Ok(now));
        }
        more
    }

    /// After the benchmark has ended, no one listens any more.
    fn send(&self, moment: Result<Instant, String>) {
        let _ = self.moments.send(moment);
    }
}

/// Serves one connection until it ends.
fn serve(stream: TcpStream, events: &Mutex<Events>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some(line) = read(&mut reader)? {
        let now = Instant::now();
        if line.contains("/invocation/next ") {
            if !events.lock().unwrap_or_else(PoisonError::into_inner).next(now) {
                // The program waits for an event until it is killed.
                return std::io::copy(&mut reader, &mut std::io::sink()).map(|_| ());
            }
            writer.write_all(next().as_bytes())?;
        } else if line.contains("/response ") {
            writer.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
        } else {
            return Err(std::io::Error::other(format!("it answered with {line}")));
        }
    }
    Ok(())
}

/// Reads one request, and returns its first line; `None` at the end of the connection.
fn read(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(first.trim_end().to_owned()))
}

/// The response to a request for an event.
fn next() -> String {
    let event = include_str!("event.json").trim_end();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
         lambda-runtime-deadline-ms: 4102444800000\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:hello\r\n\
         lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n\r\n{event}",
        event.len()
    )
}
