//! A proxy in front of an emulator, `proxy.py`: it records every call of Terraform's provider, fails calls on
//! request, and refuses what API Gateway refuses but the emulator accepts.

use camino::Utf8Path;
use serde_json::{Value, json};

use super::{Emulator, PATIENCE, agent, python::Python};
use crate::{fixture::repository, terraform::process::Process};

/// A call, whether or not the response was an error.
pub(super) struct Call {
    /// IAM's name for it, or its method and path; see `proxy.py`.
    pub(super) operation: String,
    pub(super) path: String,
    /// The request body, for IAM, Cognito, `CloudWatch` Logs, SQS, `EventBridge` and its scheduler; null for
    /// others.
    pub(super) sent: Value,
    /// The operation in AWS's own model, if `api_models.py` supports its protocol.
    pub(super) model: Option<String>,
    /// What that model does not allow.
    pub(super) wrong: Vec<String>,
}

/// How often the provider makes one call: once, plus the configured retries.
const ATTEMPTS: usize = 4;

/// An emulator behind the proxy. As an [`Emulator`], it has the proxy's address.
pub(super) struct Proxy {
    pub(super) emulator: Emulator,
    _behind: Emulator,
}

impl Proxy {
    pub(super) fn start(python: &Python, folder: &Utf8Path, behind: Emulator) -> Self {
        let port_file = folder.join("proxy.port");
        let script = repository().join("cli/tests/it/emulator/proxy.py");
        let command = python.server_script(
            &script,
            &[behind.address.trim_start_matches("http://"), port_file.as_str()],
            folder,
        );
        let mut process = Process::start(command, folder.join("proxy"));
        let deadline = std::time::Instant::now() + PATIENCE;
        let port = loop {
            if let Ok(port) = std::fs::read_to_string(&port_file) {
                break port;
            }
            let ended = process.ended(std::time::Duration::from_millis(50));
            assert!(ended.is_none() && std::time::Instant::now() < deadline, "see {}.err", process.log());
        };
        let address = format!("http://127.0.0.1:{port}");
        let emulator = Emulator::at(address, process, &folder.join("proxy.config"));
        Self { emulator, _behind: behind }
    }

    /// From now on, once a call that matches `create` has succeeded, calls that match `then` fail, as often
    /// as the provider retries one. Both are regular expressions for operations; in `then`, ` | ` may add one
    /// for the request body, or ` @ ` one for the path. An empty `create` applies at once. Earlier faults are
    /// removed.
    pub(super) fn fail_after(&self, faults: &[(&str, &str)]) {
        let fault = |(create, then): &(&str, &str)| {
            let (then, body) = then.split_once(" | ").unwrap_or((then, ""));
            let (operation, path) = then.split_once(" @ ").unwrap_or((then, ""));
            let after: Vec<_> = [create].into_iter().filter(|create| !create.is_empty()).collect();
            json!({ "after": after, "operation": operation, "path": path, "body": body, "times": ATTEMPTS })
        };
        let faults: Vec<_> = faults.iter().map(fault).collect();
        self.set(&faults.into());
    }

    /// The first call that matches this operation fails, including its retries, and so do the calls after it,
    /// until [`Self::fail_nothing`].
    pub(super) fn fail(&self, operation: &str) {
        self.set(&json!([{ "operation": operation, "times": ATTEMPTS }]));
    }

    /// Stops failing calls. Checks that the expected ones have failed.
    #[track_caller]
    pub(super) fn fail_nothing(&self) {
        assert_eq!(self.not_failed(), [""; 0]);
        self.set(&json!([]));
    }

    fn set(&self, faults: &Value) {
        let url = format!("{}/_proxy/faults", self.emulator.address);
        agent().put(url).send(faults.to_string()).unwrap();
    }

    /// The faults that have not occurred.
    pub(super) fn not_failed(&self) -> Vec<String> {
        let faults = self.get("faults");
        let faults = faults.as_array().unwrap().iter().filter(|fault| fault["hits"] == 0);
        faults.map(|fault| fault["operation"].as_str().unwrap().to_owned()).collect()
    }

    /// The calls so far.
    pub(super) fn calls(&self) -> Vec<Call> {
        let calls = self.get("calls");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let calls = calls.as_array().unwrap().iter();
        let call = |call: &Value| Call {
            operation: text(&call["operation"]),
            path: text(&call["path"]),
            sent: call["sent"].clone(),
            model: call["model"].as_str().map(str::to_owned),
            wrong: call["wrong"].as_array().unwrap().iter().map(text).collect(),
        };
        calls.map(call).collect()
    }

    fn get(&self, what: &str) -> Value {
        let url = format!("{}/_proxy/{what}", self.emulator.address);
        let text = agent().get(url).call().unwrap().body_mut().with_config().limit(u64::MAX).read_to_string();
        serde_json::from_str(&text.unwrap()).unwrap()
    }
}
