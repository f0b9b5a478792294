//! What API Gateway does, case by case and each with its source: an API, a request, and the answer.
//!
//! The gateway must do all of it. A test of the command line sends the same requests to `MiniStack`, an
//! emulator of AWS, for an API that emitted Terraform has created there. If its answer differs, the row
//! says how and why.
//!
//! [A] stands for AWS's documentation, [T] for AWS's Lambda Test Tool, which imitates what its authors
//! observed (aws/aws-lambda-dotnet, Tools/LambdaTestTool-v2), [3] for reports of others, and [?] for no
//! known source.

pub mod cors;
pub mod events;
pub mod jwt;
pub mod limits;
pub mod responses;
pub mod routes;
pub mod setup;

use routegen_gateway::Gateway;
use serde_json::{Value, json};

use crate::client::{Request, Response, request};

/// A case with everything that is known about it.
pub struct Row {
    pub case: &'static str,
    pub source: &'static str,
    pub request: Request,
    status: u16,
    /// What the answer must contain: headers, its JSON body, or fields of the event.
    expected: Vec<Expected>,
    pub ministack: Ministack,
}

enum Expected {
    Body(Value),
    Text(&'static str),
    Header(&'static str, String),
    Headers(&'static str, &'static [&'static str]),
    NoHeader(&'static str),
    Event(&'static str, Value),
    /// A value that differs each time.
    Like(&'static str, fn(&Value) -> bool),
    NoField(&'static str),
}

use Expected::{Body, Event, Header, Headers, Like, NoField, NoHeader, Text};

/// `MiniStack`'s behaviour in a case.
pub enum Ministack {
    /// It answers as the row says, except for these differences.
    Asked(Vec<Difference>),
    /// It cannot be tested, for this reason.
    NotAsked(&'static str),
}

/// A part of an answer that differs from its row.
#[derive(Clone, Copy)]
pub struct Difference {
    /// `status`, `body`, the name of a header, or a pointer into the event. If the status differs, the rest
    /// is not compared.
    pub at: &'static str,
    /// The actual value, in the form of [`Row::differences`].
    pub found: &'static str,
    pub why: &'static str,
}

/// What the rows need to know about the place of an API.
pub struct Place<'a> {
    /// The `host` of requests.
    pub host: String,
    /// The same in events.
    pub domain: String,
    pub account: &'static str,
    pub api: String,
    /// The gateway whose local issuer's tokens the API accepts.
    pub issuer: &'a Gateway,
    /// The key that it publishes.
    pub key: Value,
}

/// The public key of a gateway's local issuer, as it publishes it.
pub async fn published_key(issuer: &Gateway) -> Value {
    let keys = request("GET /_routegen/issuer/.well-known/jwks.json").send(issuer.address()).await;
    keys.json()["keys"][0].clone()
}

impl Row {
    /// Records how `MiniStack` differs from the row: where, its value, and why.
    fn ministack(self, at: &'static str, found: &'static str, why: &'static str) -> Self {
        self.known(Difference { at, found, why })
    }

    fn known(mut self, difference: Difference) -> Self {
        if let Ministack::Asked(known) = &mut self.ministack {
            if difference.at == "status" {
                known.clear();
            }
            known.push(difference);
        }
        self
    }

    /// Records that `MiniStack` cannot be tested.
    fn not_of_ministack(mut self, why: &'static str) -> Self {
        self.ministack = Ministack::NotAsked(why);
        self
    }

    /// The differences between an answer and the row, with the actual values.
    pub fn differences(&self, response: &Response) -> Vec<(&'static str, String)> {
        if response.status != self.status {
            return vec![("status", response.status.to_string())];
        }
        let id = response.header("apigw-requestid").unwrap_or_default();
        let id = (id.len() != 16).then(|| ("apigw-requestid", id.to_owned()));
        id.into_iter()
            .chain(self.expected.iter().filter_map(|expected| expected.difference(response)))
            .collect()
    }
}

impl Expected {
    fn difference(&self, response: &Response) -> Option<(&'static str, String)> {
        let event = |pointer: &str| -> Option<Value> {
            let event: Value = serde_json::from_slice(&response.body).ok()?;
            event.pointer(pointer).cloned()
        };
        let shown =
            |found: Option<Value>| found.map_or_else(|| NOTHING.to_owned(), |value| value.to_string());
        let body = || ("body", String::from_utf8_lossy(&response.body).into_owned());
        let header = |name: &'static str| match response.all(name).as_slice() {
            [] => (name, NOTHING.to_owned()),
            values => (name, values.join(" and ")),
        };
        match self {
            Body(json) => (serde_json::from_slice(&response.body).ok().as_ref() != Some(json)).then(body),
            Text(text) => (response.body != text.as_bytes()).then(body),
            Header(name, value) => (response.all(name) != [value]).then(|| header(name)),
            Headers(name, values) => (response.all(name) != *values).then(|| header(name)),
            NoHeader(name) => (!response.all(name).is_empty()).then(|| header(name)),
            Event(pointer, value) => {
                let found = event(pointer);
                (found.as_ref() != Some(value)).then(|| (*pointer, shown(found)))
            }
            Like(pointer, is_like) => {
                let found = event(pointer);
                (!found.as_ref().is_some_and(is_like)).then(|| (*pointer, shown(found)))
            }
            NoField(pointer) => event(pointer).map(|found| (*pointer, found.to_string())),
        }
    }
}

/// The text for a header or field that is missing.
const NOTHING: &str = "nothing";

fn row(
    case: &'static str,
    source: &'static str,
    request: Request,
    status: u16,
    expected: Vec<Expected>,
) -> Row {
    Row { case, source, request, status, expected, ministack: Ministack::Asked(Vec::new()) }
}

fn message(text: &str) -> Expected {
    Body(json!({ "message": text }))
}

fn header(name: &'static str, value: &str) -> Expected {
    Header(name, value.to_owned())
}
