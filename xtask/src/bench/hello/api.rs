//! The Lambda Runtime API, as little of it as a benchmark needs: one function, one event again and again.
//!
//! In: how many events. Out: the moment of the first request for an event, and word that all have been answered. It
//! refuses nothing that Lambda would refuse; what a program says that is no answer ends the benchmark.

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

/// More than a program under valgrind takes for all of its events.
const PATIENCE: Duration = Duration::from_mins(5);

/// A running Runtime API.
pub(super) struct Api {
    pub(super) address: SocketAddr,
    moments: Receiver<Result<Instant, String>>,
}

impl Api {
    /// Starts one that gives out so many events.
    pub(super) fn start(events: usize) -> Result<Self, Failed> {
        let failed = |error| Failed(format!("no Runtime API: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (sender, moments) = channel();
        let events = Arc::new(Mutex::new(Events { left: events, asked: false, moments: sender }));
        // A client may open a connection whenever the one that it has is not free yet. The thread waits for more of them
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

    /// When the program asked for its first event.
    pub(super) fn first_next(&self) -> Result<Instant, Failed> {
        self.moment()
    }

    /// Waits until the program has answered all events, and asks for one more.
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

/// What is left to do, whatever connection it comes by.
struct Events {
    left: usize,
    /// Whether the program has asked for an event yet.
    asked: bool,
    moments: Sender<Result<Instant, String>>,
}

impl Events {
    /// Whether there is an event for the program, which has asked for one.
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

    /// Nobody listens any more when the benchmark has ended.
    fn send(&self, moment: Result<Instant, String>) {
        let _ = self.moments.send(moment);
    }
}

/// Serves one connection to its end.
fn serve(stream: TcpStream, events: &Mutex<Events>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some(line) = read(&mut reader)? {
        let now = Instant::now();
        if line.contains("/invocation/next ") {
            if !events.lock().unwrap_or_else(PoisonError::into_inner).next(now) {
                // The program waits for an event until it is ended.
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

/// Reads one request, and returns its first line; `None` where the connection ends.
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

/// The answer to a request for an event.
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
