//! A running `routegen dev`, and a client for it.

use std::{
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::Value;
use wait_timeout::ChildExt as _;

use crate::fixture::succeed;

/// Longer than a first build takes, shorter than a person would wait.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

pub(crate) struct Server {
    process: Child,
    /// The first line of its stdout.
    pub(crate) ready: Value,
    pub(crate) url: String,
    entries: Receiver<String>,
    talk: Receiver<String>,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Server {
    /// Starts a server whose stdout is JSON, and waits until it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let entries = lines(process.stdout.take().unwrap());
        Self::started(process, entries)
    }

    /// The same, but stdout is only read to the end of the first line, and then held open.
    pub(crate) fn start_and_read_no_more(command: &mut Command) -> (Self, impl Read + use<>) {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let (sender, entries) = mpsc::channel();
        let (back, held) = mpsc::channel();
        thread::spawn(move || {
            let mut first = String::new();
            if stdout.read_line(&mut first).is_ok_and(|bytes| bytes > 0) {
                let _ = sender.send(first);
            }
            let _ = back.send(stdout);
        });
        let server = Self::started(process, entries);
        (server, held.recv().unwrap())
    }

    fn started(mut process: Child, entries: Receiver<String>) -> Self {
        let talk = lines(process.stderr.take().unwrap());
        let Ok(ready) = entries.recv_timeout(PATIENCE) else {
            panic!("it ended: {}", talk.iter().collect::<Vec<_>>().join("\n"));
        };
        let ready: Value = serde_json::from_str(&ready).unwrap();
        let url = ready["url"].as_str().unwrap().to_owned();
        Self { process, ready, url, entries, talk }
    }

    pub(crate) fn port(&self) -> String {
        self.url.rsplit(':').next().unwrap().to_owned()
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        ask(&self.url, "GET", path, headers, "")
    }

    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        ask(&self.url, "POST", path, headers, body)
    }

    pub(crate) fn put(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        ask(&self.url, "PUT", path, headers, body)
    }

    /// The next line on stderr that contains this text.
    #[track_caller]
    pub(crate) fn heard(&self, text: &str) -> String {
        self.heard_after(text).0
    }

    /// The same, with the lines before it.
    #[track_caller]
    pub(crate) fn heard_after(&self, text: &str) -> (String, Vec<String>) {
        let mut before = Vec::new();
        loop {
            match self.talk.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return (line, before),
                Ok(line) => before.push(line),
                Err(error) => panic!("it said no {text} ({error}): {}", before.join("\n")),
            }
        }
    }

    /// The next entry of its log for which the predicate holds.
    #[track_caller]
    pub(crate) fn entry(&self, is: impl Fn(&Value) -> bool) -> Value {
        serde_json::from_str(&self.line_of(is)).unwrap()
    }

    /// The same, as printed.
    #[track_caller]
    pub(crate) fn line_of(&self, is: impl Fn(&Value) -> bool) -> String {
        let mut lines = std::iter::from_fn(|| self.entries.recv_timeout(PATIENCE).ok());
        lines.find(|line| is(&serde_json::from_str(line).unwrap())).expect("it said nothing of it")
    }

    /// Sends a signal only to the server itself.
    pub(crate) fn signal(&self, signal: &str) {
        succeed(Command::new("kill").args([signal, &self.process.id().to_string()]));
    }

    /// Waits until it ends.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.process.wait_timeout(PATIENCE).unwrap().expect("it should end")
    }

    /// Ends it like Ctrl-C, and waits for it.
    pub(crate) fn stop(mut self) {
        self.signal("-INT");
        let status = self.process.wait_timeout(PATIENCE).unwrap().expect("it should end");
        assert!(status.success(), "{status:?} {}", self.talk.iter().collect::<Vec<_>>().join("\n"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a request to a server, from any thread.
pub(crate) fn ask(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
    let agent = ureq::Agent::new_with_config(config.build());
    let mut response = agent.run(request.body(body.to_owned()).unwrap()).unwrap();
    let text = response.body_mut().read_to_string().unwrap();
    Response { status: response.status().as_u16(), headers: response.headers().clone(), body: text }
}

/// The lines of a pipe, which is read to its end even if no one wants them.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}
