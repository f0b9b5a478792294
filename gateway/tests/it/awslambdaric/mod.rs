//! A runtime client that routegen did not make: `awslambdaric`, with which Lambda itself runs Python.

use std::{path::Path, process::Command, sync::LazyLock, time::Duration};

use routegen_gateway::{Api, Function, Gateway, Observation, Program, RequestLog, Route};
use routegen_spec::{Auth, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::{
    client::{Response, request},
    requirement::or_skip,
};

/// The variable with the interpreter; `cargo xtask test` installs one that has the client.
const PYTHON: &str = "ROUTEGEN_TEST_PYTHON";

/// Longer than any of these handlers takes.
const TIMEOUT: Duration = Duration::from_secs(40);

/// The interpreter, if it has the client.
fn python() -> Option<&'static str> {
    static FOUND: LazyLock<Result<String, String>> = LazyLock::new(|| {
        let path = std::env::var(PYTHON).map_err(|_| {
            format!("{PYTHON} names no Python with awslambdaric; `cargo xtask test` makes one and names it")
        })?;
        let import = Command::new(&path).args(["-c", "import awslambdaric"]).output();
        let import = import.map_err(|error| format!("{path} cannot be run ({error})"))?;
        if import.status.success() { Ok(path) } else { Err(format!("{path} lacks awslambdaric")) }
    });
    or_skip(&FOUND).map(String::as_str)
}

/// A gateway with one function, a Python handler.
struct Served {
    gateway: Gateway,
    observations: UnboundedReceiver<Observation>,
}

impl Served {
    async fn start(python: &str, handlers: &Path, handler: &str) -> Self {
        let program = Program::new(python).argument("-m").argument("awslambdaric").argument(handler);
        let program = program.handler(handler).task_root(handlers).instances(1).memory(512);
        let api = Api::new()
            .region("eu-central-1")
            .function("worker", Function::program(program).timeout(TIMEOUT))
            .route(Route::new(Method::Post, "/{name}".parse().unwrap(), Auth::None, "worker"));
        let (sender, observations) = unbounded_channel();
        let observe = move |observation| drop(sender.send(observation));
        Self { gateway: Gateway::builder(api).observe(observe).start().await.unwrap(), observations }
    }

    async fn post(&self) -> Response {
        let request = request("POST /Zo%C3%AB?a=1")
            .header("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793");
        request.body("text/plain", "grüße").send(self.gateway.address()).await
    }

    /// The log of the next request.
    async fn request_log(&mut self) -> RequestLog {
        loop {
            if let Observation::Request(log) = self.observations.recv().await.unwrap() {
                return *log;
            }
        }
    }

    /// The first line that the function writes, with its invocation, and the log of the request, in
    /// whichever order they come.
    async fn line_and_request_log(&mut self) -> ((Option<String>, String), RequestLog) {
        let (mut first, mut request) = (None, None);
        loop {
            match self.observations.recv().await.unwrap() {
                Observation::Log { invocation, line, .. } => first = first.or(Some((invocation, line))),
                Observation::Request(log) => request = Some(log),
                _ => {}
            }
            match (first.take(), request.take()) {
                (Some(line), Some(log)) => return (line, *log),
                (line, log) => (first, request) = (line, log),
            }
        }
    }
}

/// A folder that contains the handlers.
fn handlers() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_handlers(folder.path());
    folder
}

fn write_handlers(folder: &Path) {
    std::fs::write(folder.join("handlers.py"), include_str!("handlers.py")).unwrap();
}

fn failed(response: &Response) {
    assert_eq!(response.status, 500, "{response:?}");
    assert_eq!(response.json(), json!({ "message": "Internal Server Error" }));
}

#[tokio::test]
async fn it_learns_all_that_lambda_tells_and_its_answer_is_the_response() {
    let Some(python) = python() else { return };
    let folder = handlers();
    let mut served = Served::start(python, folder.path(), "handlers.tell").await;
    let first = served.post().await;
    assert_eq!((first.status, first.header("x-runtime")), (201, Some("awslambdaric")), "{first:?}");
    let told = first.json();
    for (name, value) in [
        ("arn", json!("arn:aws:lambda:eu-central-1:123456789012:function:worker")),
        ("function", json!("worker")),
        ("version", json!("$LATEST")),
        ("memory", json!("512")),
        ("log_group", json!("/aws/lambda/worker")),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    assert_eq!(told["event"]["pathParameters"], json!({ "name": "Zoë" }));
    assert_eq!(told["event"]["body"], "grüße");
    // The event contains only the root; the environment also has the sampling decision.
    let root = told["event"]["headers"]["x-amzn-trace-id"].as_str().unwrap();
    assert_eq!(told["trace"], format!("{root};Sampled=0"));
    let remaining = Duration::from_millis(told["remaining_ms"].as_u64().unwrap());
    assert!(!remaining.is_zero() && remaining <= TIMEOUT, "{remaining:?}");

    let (line, log) = served.line_and_request_log().await;
    assert!(log.cold_start);
    let id = told["request_id"].as_str().unwrap();
    assert_eq!(log.invocation.as_deref(), Some(id));
    assert_eq!(line, (Some(id.to_owned()), format!("told {id}")));

    let second = served.post().await.json();
    assert_eq!(second["process"], told["process"], "it goes on with the next event");
    assert_ne!(second["request_id"], told["request_id"]);
}

#[tokio::test]
async fn what_it_raises_is_a_500_that_only_the_observer_learns_the_reason_of() {
    let Some(python) = python() else { return };
    let folder = handlers();
    for (handler, why) in [
        ("handlers.fail", "LookupError: there is no such item"),
        ("handlers.unspeakable", "Runtime.MarshalError: Unable to marshal response: "),
    ] {
        let mut served = Served::start(python, folder.path(), handler).await;
        for cold_start in [true, false] {
            failed(&served.post().await);
            let log = served.request_log().await;
            let error = log.error.unwrap();
            assert!(error.starts_with(why), "{handler}: {error}");
            assert_eq!(log.cold_start, cold_start, "{handler}: the process goes on");
        }
    }
}

#[tokio::test]
async fn a_process_that_ends_is_started_again_by_the_next_request() {
    let Some(python) = python() else { return };
    let folder = handlers();
    let mut served = Served::start(python, folder.path(), "handlers.leave").await;
    for _ in 0..2 {
        failed(&served.post().await);
        let log = served.request_log().await;
        assert_eq!(log.error.as_deref(), Some("the function's process ended: exit status: 3"));
        assert!(log.cold_start);
    }
}

#[tokio::test]
async fn a_handler_that_cannot_be_imported_fails_its_request_and_the_next_one_tries_again() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(python, folder.path(), "handlers.tell").await;
    for _ in 0..2 {
        failed(&served.post().await);
        let log = served.request_log().await;
        assert_eq!(
            log.error.as_deref(),
            Some(
                "the function could not be started: Runtime.ImportModuleError: \
                 Unable to import module 'handlers': No module named 'handlers'"
            )
        );
    }
    write_handlers(folder.path());
    let response = served.post().await;
    assert_eq!(response.status, 201, "{response:?}");
    assert_ne!(response.json()["request_id"], Value::Null);
}
