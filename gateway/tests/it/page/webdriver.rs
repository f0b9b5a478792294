//! A headless browser, driven by chromedriver ([WebDriver]).
//!
//! Elements are searched for until they exist: the browser waits, not the test.
//!
//! [WebDriver]: https://www.w3.org/TR/webdriver2/

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, StatusCode};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustix::process::{Pid, Signal, getuid, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the browser searches for an element.
const PATIENCE_MS: u32 = 20_000;

/// The field that contains the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(super) struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    session: String,
    /// Killed before the folder is removed.
    _driver: Driver,
    _folder: TempDir,
}

/// Chromedriver, in a process group with its browser, which would otherwise outlive a failing test.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        let _ = self.0.wait();
    }
}

impl Browser {
    /// A browser for which the host name `evil.test` leads to this machine; or what the machine lacks for
    /// it.
    pub(super) async fn start() -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").env("TMPDIR", folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.process_group(0);
        let spawned = command.spawn().map_err(|error| {
            format!("chromedriver cannot be run ({error}); Debian has it in chromium-driver")
        })?;
        let mut driver = Driver(spawned);
        let mut output = BufReader::new(driver.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = output.find_map(|line| {
            line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        let port: u16 = port.ok_or("chromedriver does not say its port")?;
        // Later output must have a reader.
        std::thread::spawn(move || output.for_each(drop));
        let mut browser = Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            session: String::new(),
            _driver: driver,
            _folder: folder,
        };
        let mut arguments =
            vec!["--headless=new", "--disable-gpu", "--host-resolver-rules=MAP evil.test 127.0.0.1"];
        // `/dev/shm` is small in containers, and the sandbox does not work for root.
        arguments.push("--disable-dev-shm-usage");
        if getuid().is_root() {
            arguments.push("--no-sandbox");
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "implicit": PATIENCE_MS, "pageLoad": PATIENCE_MS, "script": PATIENCE_MS },
        } } });
        let session = browser.ask("POST /session", &wanted).await;
        let session = session.map_err(|why| format!("chromedriver starts no browser: {why}"))?;
        session["sessionId"].as_str().unwrap().clone_into(&mut browser.session);
        Ok(browser)
    }

    pub(super) async fn open(&self, url: &str) {
        self.post("url", json!({ "url": url })).await;
    }

    /// Waits for the first element that an `XPath` matches.
    pub(super) async fn find(&self, xpath: &str) -> String {
        let found = self.post("element", json!({ "using": "xpath", "value": xpath })).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    pub(super) async fn click(&self, xpath: &str) {
        let element = self.find(xpath).await;
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// Types into the field with this label.
    pub(super) async fn write(&self, label: &str, text: &str) {
        let element = self.find(&format!("//*[@id=//label[.='{label}']/@for]")).await;
        self.post(&format!("element/{element}/clear"), json!({})).await;
        self.post(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    pub(super) async fn text(&self, xpath: &str) -> String {
        let element = self.find(xpath).await;
        let command = format!("GET /session/{}/element/{element}/text", self.session);
        self.command(&command, &json!({})).await.as_str().unwrap().to_owned()
    }

    /// The result of a script, or what its promise resolves to.
    pub(super) async fn run(&self, script: &str, arguments: Value) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": arguments })).await
    }

    /// Whether the page is wider than a screen of this width. The screen is emulated, because Chromium's window
    /// is at least 500 pixels wide.
    pub(super) async fn overflows(&self, width: u32) -> bool {
        let screen = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": screen });
        self.post("goog/cdp/execute", command).await;
        let widths = self.run("return [innerWidth, document.documentElement.scrollWidth]", json!([])).await;
        assert_eq!(widths[0], width);
        widths[1].as_u64() > Some(width.into())
    }

    /// The browser's error messages since the last call, except those about response statuses.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let entries = self.post("se/log", json!({ "type": "browser" })).await;
        let entries = entries.as_array().unwrap().iter();
        let message = |entry: &Value| entry["message"].as_str().unwrap().to_owned();
        entries
            .map(message)
            .filter(|text| !text.contains("the server responded with a status of 40"))
            .collect()
    }

    pub(super) async fn close(self) {
        self.command(&format!("DELETE /session/{}", self.session), &json!({})).await;
    }

    async fn post(&self, command: &str, body: Value) -> Value {
        self.command(&format!("POST /session/{}/{command}", self.session), &body).await
    }

    async fn command(&self, line: &str, body: &Value) -> Value {
        self.ask(line, body).await.unwrap_or_else(|why| panic!("{line} {body}: {why}"))
    }

    async fn ask(&self, line: &str, body: &Value) -> Result<Value, String> {
        let (method, path) = line.split_once(' ').unwrap();
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        let response = self.client.request(request.body(Full::from(body)).unwrap()).await;
        let response = response.map_err(|error| error.to_string())?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let value = serde_json::from_slice::<Value>(&body).unwrap()["value"].take();
        if status == StatusCode::OK { Ok(value) } else { Err(value["message"].to_string()) }
    }
}
