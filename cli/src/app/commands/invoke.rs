//! `routegen invoke`: calls one function, with a given event or with the event that a request becomes.
//!
//! A request goes through a gateway of its own, which has only the function's routes and whose authorizers
//! let everyone pass. So the event is API Gateway's in every field, and the caller's identity is what the
//! command line says. That gateway listens nowhere: only this command has a connection to it.
//!
//! A consumer is also called with a given event, or with the event that its source would make of a message.

use std::{fmt, io::Read as _, sync::Arc, thread};

use camino::Utf8Path;
use http_body_util::Full;
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1,
    header::{ACCEPT, AUTHORIZATION, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use routegen_apigw::consumer::Answered;
use routegen_gateway::{
    Api, Consumer, Function as Served, Gateway, JwtAuthorizer, LambdaAuthorizer, Observation, RequestLog,
    Route,
};
use routegen_spec::{Auth, Method, RouteSpec, TriggerKind, printable};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::{
    sync::{Notify, mpsc::UnboundedReceiver},
    task::JoinSet,
};

use super::runnable::{For, Runnable, chain, refused, runtime, warn_of_missing};
use crate::{
    app::{args::InvokeArgs, error::Error},
    check::Function,
    dev::{self, DevFolder, LogLine, Variables},
    output::printer::Printer,
    project::workspace::Workspace,
    support::{self, interrupt, json},
};

pub(super) fn run(args: &InvokeArgs, workspace: &Workspace, printer: &Printer) -> Result<(), Error> {
    let event = args.event.as_deref().map(read_event).transpose()?;
    let place = DevFolder::of(workspace)?;
    let run_folder = place.run_folder()?;
    let purpose = For::Functions(std::slice::from_ref(&args.function));
    let runnable = Runnable::make(workspace, &args.running, &purpose, run_folder.path(), &printer.hushed())?;
    let call = Invocation::new(args, &runnable, workspace, printer)?;
    warn_of_missing([call.function], &call.variables, printer);
    if call.function.kind.is_event_source() {
        let event = call.event_of_a_consumer(event)?;
        let outcome = call.answered(&event, call.with_event(&place, &event)?)?;
        printer.outcome(&outcome)?;
        return call.failures(&outcome);
    }
    if args.message.is_some() {
        return Err(call.no_such_call(
            "it is called by requests, not by messages".to_owned(),
            "remove `--message`; `--path` and `--body` set the request",
        ));
    }
    let answer = match event {
        Some(event) => call.with_event(&place, &event),
        None => call.with_request(&place),
    };
    Ok(printer.outcome(&Outcome::of(answer?))?)
}

/// The port in the URLs of requests and in the issuer of tokens.
const PORT: u16 = 80;

/// The user agent of requests, unless a header sets it.
const AGENT: &str = concat!("routegen/", env!("CARGO_PKG_VERSION"));

/// The authorizer that lets everyone pass. No other function can have this name, because names contain no
/// spaces.
const PASS: &str = "let pass";

/// What the function answered.
struct Outcome {
    answer: Value,
    /// For a consumer of records: their noun, their ids, and the indices of those that failed.
    batch: Option<(&'static str, Vec<String>, Vec<usize>)>,
}

impl Outcome {
    fn of(answer: Value) -> Self {
        Self { answer, batch: None }
    }
}

impl Serialize for Outcome {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.answer.serialize(serializer)
    }
}

/// People get JSON too: the body alone does not show the whole response. What became of a batch's records is
/// text.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((word, ids, failed)) = &self.batch else { return f.write_str(&json::text(&self.answer)) };
        let ending = if ids.len() == 1 { "" } else { "s" };
        if failed.is_empty() {
            return writeln!(f, "{} {word}{ending} done", ids.len());
        }
        writeln!(f, "{} of {} {word}{ending} failed:", failed.len(), ids.len())?;
        failed.iter().filter_map(|at| ids.get(*at)).try_for_each(|id| writeln!(f, "  {}", printable(id)))
    }
}

/// The noun for the records of an event, and the ids by which a function reports failures.
fn records(kind: TriggerKind, event: &Value) -> Option<(&'static str, Vec<String>)> {
    let (word, id) = kind.record()?;
    let records = event.get("Records").and_then(Value::as_array).into_iter().flatten();
    let id = |record: &Value| record.pointer(id).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some((word, records.map(id).collect()))
}

/// Sends a request. The gateway logs its response.
async fn send(gateway: &Gateway, request: Request<Full<Bytes>>) -> Result<(), Error> {
    let failed = |error: hyper::Error| dev::Error::Request { reason: chain(&error) };
    let (mut sender, connection) = http1::handshake(TokioIo::new(gateway.connect())).await.map_err(failed)?;
    // Dropped at the end of this function, even if the user does not wait for the response.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    sender.send_request(request).await.map(drop).map_err(|error| failed(error).into())
}

fn read_event(path: &Utf8Path) -> Result<Value, Error> {
    let bytes = if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| support::Error::io("read", path, error))?;
    let not = |reason: String| dev::Error::NotAnEvent { path: path.to_owned(), reason };
    let text = text_of(&bytes).ok_or_else(|| not("it is not text".to_owned()))?;
    serde_json::from_str(&text).map_err(|error| not(error.to_string()).into())
}

/// Decodes text that is UTF-8, or UTF-16 in either byte order, with or without the byte order mark that some
/// editors and PowerShell write.
fn text_of(bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, []) = bytes.as_chunks::<2>() else { return None };
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        bytes => String::from_utf8(bytes.to_vec()).ok(),
    }
}

struct Invocation<'a> {
    args: &'a InvokeArgs,
    runnable: &'a Runnable,
    function: &'a Function,
    routes: Vec<&'a RouteSpec>,
    variables: Variables,
    root: &'a Utf8Path,
    printer: &'a Printer,
}

impl<'a> Invocation<'a> {
    fn new(
        args: &'a InvokeArgs,
        runnable: &'a Runnable,
        workspace: &'a Workspace,
        printer: &'a Printer,
    ) -> Result<Self, Error> {
        let manifest = &runnable.manifest;
        let function = manifest.function_named(&args.function)?;
        let of_function = manifest.routes.iter().filter(|route| route.function == function.key);
        let routes = of_function.map(|route| &route.spec).collect();
        let variables = Variables::read(&args.running.env, &args.running.env_files())?;
        Ok(Self { args, runnable, function, routes, variables, root: &workspace.package_root, printer })
    }

    /// The event to call a consumer with.
    fn event_of_a_consumer(&self, event: Option<Value>) -> Result<Value, Error> {
        let InvokeArgs { path, method, header, body, claim, message, .. } = self.args;
        let consumers = &self.runnable.manifest.declared.consumers;
        let spec = consumers.iter().find(|consumer| consumer.name.as_str() == self.function.key);
        let consumer = spec.map(Consumer::from);
        let source = spec.map(|consumer| consumer.consumes.described()).unwrap_or_default();
        let is_request = path.is_some() || method.is_some() || body.is_some();
        if is_request || !header.is_empty() || !claim.is_empty() {
            return Err(self.no_such_call(
                format!("it is called by `{source}`, not by requests"),
                "pass a message with `--message`, or a whole event with `--event`",
            ));
        }
        if let Some(event) = event {
            return Ok(event);
        }
        let made = consumer.map(|consumer| consumer.event(message.as_deref(), &self.variables.region()));
        match made {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.no_such_call(
                format!("`{source}` calls it, and {error}"),
                "`--message` is a message's body, or the JSON of an event's detail or of a table's new item; a schedule has none; \
                 `--event` is a whole event",
            )),
            None => Err(self.failed("the manifest has no consumer with that name".to_owned()).into()),
        }
    }

    /// What the function's return value says about the event's records.
    fn answered(&self, event: &Value, answer: Value) -> Result<Outcome, Error> {
        let Some((word, ids)) = records(self.function.kind, event) else { return Ok(Outcome::of(answer)) };
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        let failed = match Answered::read(&answer, &known) {
            Ok(Answered::Failed(places)) => places,
            Ok(_) => Vec::new(),
            Err(error) => {
                return Err(self.failed(format!("its whole batch failed, because {error}")).into());
            }
        };
        Ok(Outcome { answer, batch: Some((word, ids, failed)) })
    }

    /// The command fails if any record failed.
    fn failures(&self, outcome: &Outcome) -> Result<(), Error> {
        match &outcome.batch {
            Some((_, ids, failed)) if !failed.is_empty() => Err(dev::Error::RecordsFailed {
                function: self.function.name.clone(),
                failed: failed.len(),
                of: ids.len(),
            }
            .into()),
            _ => Ok(()),
        }
    }

    fn no_such_call(&self, reason: String, help: &'static str) -> Error {
        dev::Error::NoSuchCall { function: self.function.name.clone(), reason, help }.into()
    }

    fn with_event(&self, place: &DevFolder, event: &Value) -> Result<Value, Error> {
        self.with_gateway(place, async |gateway, _| {
            let outcome = gateway.invoke(&self.function.name, event).await;
            outcome.map_err(|error| self.failed(error.to_string()).into())
        })
    }

    fn with_request(&self, place: &DevFolder) -> Result<Value, Error> {
        // A user who named a route means that one, not another route of the same function.
        let named = |route: &&&RouteSpec| {
            [route.name.as_str(), &route.name.to_kebab_case()].contains(&self.args.function.as_str())
        };
        let first = self.routes.iter().find(named).or(self.routes.first());
        let method = match (&self.args.method, first.map(|route| route.method)) {
            (Some(method), _) => method.clone(),
            (None, None | Some(Method::Any)) => "GET".to_owned(),
            (None, Some(method)) => method.to_string(),
        };
        let path = self.args.path.clone().or_else(|| first.map(|route| route.path.to_string()));
        let path = path.unwrap_or_default();
        let not_its_route = || dev::Error::NotItsRoute {
            function: self.function.name.clone(),
            method: method.clone(),
            path: path.clone(),
            routes: self.routes.iter().map(|route| route.route_key().to_string()).collect(),
        };
        if !path.starts_with('/') || path.contains('{') {
            return Err(not_its_route().into());
        }
        self.with_gateway(place, async |gateway, seen| {
            let request = self.request(gateway, &method, &path)?;
            send(gateway, request).await?;
            // The gateway logs a request before it responds.
            match seen.try_recv() {
                Ok(RequestLog { error: Some(reason), function: Some(_), .. }) => {
                    Err(self.failed(reason).into())
                }
                Ok(RequestLog { answer: Some(answer), .. }) => serde_json::from_slice(&answer)
                    .map_err(|_| self.failed("its answer is not JSON".to_owned()).into()),
                // The gateway does not log requests for its own paths.
                Ok(RequestLog { status: 404, .. }) | Err(_) => Err(not_its_route().into()),
                Ok(RequestLog { error, status, .. }) => {
                    let refused = || format!("the gateway refused it with {status}");
                    Err(dev::Error::Request { reason: error.unwrap_or_else(refused) }.into())
                }
            }
        })
    }

    fn request(&self, gateway: &Gateway, method: &str, path: &str) -> Result<Request<Full<Bytes>>, Error> {
        let mut request = Request::builder().method(method).uri(path);
        let body = self.args.body.clone().unwrap_or_default();
        for (name, value) in &self.args.header {
            // The gateway would wait for the rest of a body that is shorter than declared.
            if name.eq_ignore_ascii_case("content-length") && value.trim().parse() != Ok(body.len()) {
                let reason =
                    format!("its `content-length` is {value}, and its body has {} bytes", body.len());
                return Err(dev::Error::Request { reason }.into());
            }
            request = request.header(name, value);
        }
        if self.asks_for_a_token() {
            let scopes = self.routes.iter().flat_map(|route| &route.scopes).map(ToString::to_string);
            let claims = self.args.claim.iter();
            let token = claims.fold(gateway.token().scopes(scopes), |token, (name, value)| {
                token.claim(name, value.clone())
            });
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.mint()));
        }
        let mut request = request
            .body(Full::new(body.into()))
            .map_err(|error| dev::Error::Request { reason: error.to_string() })?;
        let host = gateway.address().to_string();
        for (name, value) in [(HOST, host.as_str()), (ACCEPT, "*/*"), (USER_AGENT, AGENT)] {
            if let Ok(value) = value.parse() {
                request.headers_mut().entry(name).or_insert(value);
            }
        }
        Ok(request)
    }

    fn asks_for_a_token(&self) -> bool {
        let named = |route: &&RouteSpec| match &route.auth {
            Auth::Authorizer(name) => Some(name.clone()),
            _ => None,
        };
        let is_jwt = |name: String| {
            let mut authorizers = self.runnable.manifest.authorizers.iter();
            authorizers.any(|one| one.name == name && one.kind.takes_tokens())
        };
        self.routes.iter().filter_map(named).any(is_jwt)
    }

    /// Starts a gateway, and shuts it down with all its processes, even if the user does not wait for the
    /// response.
    fn with_gateway(
        &self,
        place: &DevFolder,
        work: impl AsyncFnOnce(&Gateway, &mut UnboundedReceiver<RequestLog>) -> Result<Value, Error>,
    ) -> Result<Value, Error> {
        let ended = Arc::new(Notify::new());
        let end = ended.clone();
        interrupt::on_request(move || end.notify_one())?;
        let (see, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let (say, said) = std::sync::mpsc::channel();
        let observe = move |observation| match observation {
            Observation::Request(log) => drop(see.send(*log)),
            Observation::Log { function, invocation, line } => {
                drop(say.send(LogLine::new(&function, invocation, &line)));
            }
            _ => {}
        };
        let builder = Gateway::builder(self.api()).port(PORT).without_listener();
        let builder = builder.local_issuer(place.issuer()?).observe(observe);
        thread::scope(|scope| {
            // Printed as they arrive: for a function that hangs, these lines are all there is.
            scope.spawn(move || said.into_iter().for_each(|line| self.printer.aside(&line)));
            let runtime = runtime()?;
            let gateway = runtime.block_on(builder.start()).map_err(|error| refused(&error))?;
            let processes = gateway.processes();
            interrupt::on_giving_up(move || processes.end_at_once());
            let outcome = runtime.block_on(async {
                tokio::select! {
                    outcome = work(&gateway, &mut seen) => outcome,
                    () = ended.notified() => Err(support::Error::Interrupted.into()),
                }
            });
            // The log is complete only after this. The observer goes away with the runtime.
            runtime.block_on(gateway.shutdown());
            outcome
        })
    }

    /// The function with its routes, behind authorizers that let everyone pass.
    fn api(&self) -> Api {
        let manifest = &self.runnable.manifest;
        let programs = &self.runnable.programs;
        let mut api = dev::functions(Api::new(), manifest, programs, &self.variables, None, self.root);
        for route in &self.routes {
            // No caller here could sign a request.
            let mut route = (*route).clone();
            if route.auth == Auth::Iam {
                route.auth = Auth::None;
            }
            api = api.route(Route::from(&route));
        }
        let context: Map<String, Value> = self.args.claim.iter().cloned().collect();
        api = api.function(
            PASS,
            Served::in_process(move |_| {
                let context = context.clone();
                async move { Ok(json!({ "isAuthorized": true, "context": context })) }
            }),
        );
        for authorizer in &manifest.authorizers {
            let name = authorizer.name.as_str();
            api = if authorizer.kind.takes_tokens() {
                api.authorizer(name, JwtAuthorizer::local())
            } else {
                api.authorizer(name, LambdaAuthorizer::new(PASS))
            };
        }
        api
    }

    fn failed(&self, reason: String) -> dev::Error {
        dev::Error::FunctionFailed { function: self.function.name.clone(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_batch_is_said_in_words_and_for_programs_as_it_was_answered() {
        let event = json!({ "Records": [{ "messageId": "a" }, { "messageId": "b\u{1b}" }] });
        let (word, ids) = records(TriggerKind::Queue, &event).unwrap();
        let shown = |failed: &[usize]| {
            let answer = json!({ "batchItemFailures": [] });
            Outcome { answer, batch: Some((word, ids.clone(), failed.to_vec())) }
        };
        assert_eq!(shown(&[]).to_string(), "2 messages done\n");
        assert_eq!(shown(&[1]).to_string(), "1 of 2 messages failed:\n  b\\u{1b}\n");
        assert_eq!(json::line(&shown(&[1])).trim_end(), r#"{"batchItemFailures":[]}"#);
        let change = json!({ "Records": [{ "dynamodb": { "SequenceNumber": "1" } }] });
        assert_eq!(records(TriggerKind::Stream, &change), Some(("record", vec!["1".to_owned()])));
        assert_eq!(records(TriggerKind::Event, &json!({})), None);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_an_event() {
        let text = "{\"a\":\"\u{fc}\"}";
        let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            [mark, &text.encode_utf16().flat_map(bytes).collect::<Vec<_>>()].concat()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            wide(&[0xff, 0xfe], u16::to_le_bytes),
            wide(&[0xfe, 0xff], u16::to_be_bytes),
        ] {
            assert_eq!(text_of(&bytes).as_deref(), Some(text), "{bytes:?}");
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            let event = read_event(Utf8Path::from_path(file.path()).unwrap()).unwrap();
            assert_eq!(event, json!({ "a": "\u{fc}" }));
        }
        for bytes in [&[0xff][..], &[0xff, 0xfe, 0x7b], &[0xff, 0xfe, 0, 0xdc]] {
            assert_eq!(text_of(bytes), None, "{bytes:?}");
        }
    }
}
