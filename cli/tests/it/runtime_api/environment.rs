//! A Lambda execution environment: a Runtime API on loopback, and the process that requests events from it.

use std::{
    io::Read as _,
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    routing::{get, post},
};
use camino::Utf8Path;
use serde_json::Value;
use tokio::sync::{Mutex, oneshot};

/// Longer than any response takes, shorter than a person would wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// An execution environment: a Runtime API, and the process that receives its events.
pub(crate) struct Environment {
    process: Child,
    events: tokio::sync::mpsc::UnboundedSender<String>,
    outcomes: mpsc::Receiver<(String, String)>,
    _stop: oneshot::Sender<()>,
}

struct Api {
    events: Mutex<tokio::sync::mpsc::UnboundedReceiver<String>>,
    outcomes: mpsc::Sender<(String, String)>,
}

impl Environment {
    pub(crate) fn start(bootstrap: &Utf8Path, variables: &[(&str, &str)]) -> Self {
        let (events, receiver) = tokio::sync::mpsc::unbounded_channel();
        let (sender, outcomes) = mpsc::channel();
        let (address_sender, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let api = Arc::new(Api { events: Mutex::new(receiver), outcomes: sender });
        thread::spawn(move || serve(api, &address_sender, stopped));
        let address = address.recv_timeout(PATIENCE).unwrap();
        let process = Command::new(bootstrap)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "test")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { process, events, outcomes, _stop: stop }
    }

    /// Sends the function an event, and returns the response that it posts.
    pub(crate) fn invoke(&self, event: &Value) -> Value {
        self.events.send(event.to_string()).unwrap();
        let (kind, body) = self.outcomes.recv_timeout(PATIENCE).unwrap();
        assert_eq!(kind, "response", "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Waits until the process fails on its own, and returns the reported error and its log.
    pub(crate) fn fail(mut self) -> (Value, String) {
        let (kind, body) = self.outcomes.recv_timeout(PATIENCE).unwrap();
        assert_eq!(kind, "init error", "{body}");
        assert_eq!(self.process.wait().unwrap().code(), Some(1));
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (serde_json::from_str(&body).unwrap(), log)
    }

    /// Sends the function an event that ends its process, and returns the log.
    pub(crate) fn dies_of(mut self, event: &Value) -> String {
        self.events.send(event.to_string()).unwrap();
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(!self.process.wait().unwrap().success());
        log
    }

    /// Ends the process, which must still be running, and returns its log.
    pub(crate) fn end(mut self) -> String {
        assert_eq!(self.process.try_wait().unwrap(), None, "the process did not outlive its invocations");
        self.process.kill().unwrap();
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(api: Arc<Api>, address: &mpsc::Sender<String>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        address.send(listener.local_addr().unwrap().to_string()).unwrap();
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(outcome))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(api);
        tokio::select! {
            result = axum::serve(listener, routes) => result.unwrap(),
            _ = stopped => {}
        }
    });
}

async fn next(State(api): State<Arc<Api>>) -> (HeaderMap, String) {
    let event = api.events.lock().await.recv().await.unwrap_or_default();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:test"),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
        ),
    ];
    (
        headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
        event,
    )
}

async fn outcome(State(api): State<Arc<Api>>, Path((_, outcome)): Path<(String, String)>, body: String) {
    let _ = api.outcomes.send((outcome, body));
}

async fn init_error(State(api): State<Arc<Api>>, body: String) {
    let _ = api.outcomes.send(("init error".to_owned(), body));
}
