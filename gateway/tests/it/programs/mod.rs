//! Functions that are programs: started, watched, killed and reaped as in Lambda.

mod replaced;
#[cfg(target_os = "linux")]
mod strangers;

use std::{sync::Arc, time::Duration};

use routegen_gateway::{Api, Function, Gateway, GatewayBuilder, Observation, Program, RequestLog};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};

use crate::{
    client::{Response, request},
    functions::{LONG, SHORT, api, exists, met, ordered, program, route},
};

struct Observed {
    gateway: Gateway,
    observations: UnboundedReceiver<Observation>,
}

impl Observed {
    async fn start(api: Api) -> Self {
        Self::start_with(Gateway::builder(api)).await
    }

    async fn start_with(builder: GatewayBuilder) -> Self {
        let (sender, observations) = unbounded_channel();
        let observe = move |observation| drop(sender.send(observation));
        Self { gateway: builder.observe(observe).start().await.unwrap(), observations }
    }

    async fn send(&self, order: &str) -> Response {
        ordered(order).send(self.gateway.address()).await
    }

    async fn next<T>(&mut self, mut wanted: impl FnMut(Observation) -> Option<T>) -> T {
        loop {
            let observation = self.observations.recv().await.expect("the gateway is there");
            if let Some(found) = wanted(observation) {
                return found;
            }
        }
    }

    async fn request_log(&mut self) -> RequestLog {
        self.next(|observation| if let Observation::Request(log) = observation { Some(*log) } else { None })
            .await
    }

    async fn process_ended(&mut self) -> (u32, String) {
        let ended = |observation| match observation {
            Observation::ProcessEnded { process, reason, .. } => Some((process, reason)),
            _ => None,
        };
        self.next(ended).await
    }
}

const TOO_LARGE: &str = "the function's answer has 6291557 bytes, and Lambda takes 6291556; a body in base64 counts as it is \
                         sent, a third larger than it is";

fn failed(response: &Response) {
    assert_eq!(response.status, 500, "{response:?}");
    assert_eq!(response.json(), json!({ "message": "Internal Server Error" }));
}

#[tokio::test]
async fn a_program_has_lambdas_variables_and_its_own_and_no_others() {
    let own = program().env("TABLE", "items").env("AWS_REGION", "not this one").handler("items.get");
    let mut observed =
        Observed::start(api(Function::program(own).timeout(LONG)).region("eu-central-1")).await;
    let told = observed.send("tell").await.json();
    let variables = &told["variables"];
    for (name, value) in [
        ("TABLE", "items"),
        ("_HANDLER", "items.get"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_LAMBDA_FUNCTION_NAME", "worker"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/worker"),
        ("TZ", ":UTC"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    assert!(variables["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap().starts_with("127.0.0.1:"));
    assert_eq!(variables["LAMBDA_TASK_ROOT"], told["folder"]);
    for name in ["HOME", "CARGO_MANIFEST_DIR", "AWS_LAMBDA_MAX_CONCURRENCY", "AWS_ACCESS_KEY_ID"] {
        assert_eq!(variables.get(name), None, "{name}");
    }

    let header = |name: &str| told["headers"][name].as_str().unwrap().to_owned();
    assert_eq!(
        header("lambda-runtime-invoked-function-arn"),
        "arn:aws:lambda:eu-central-1:123456789012:function:worker"
    );
    assert_eq!(header("lambda-runtime-aws-request-id").len(), 36);
    assert!(header("lambda-runtime-trace-id").starts_with("Root=1-"));
    let deadline = Duration::from_millis(header("lambda-runtime-deadline-ms").parse().unwrap());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!(deadline > now && deadline < now + LONG + SHORT);

    let first = observed.request_log().await;
    assert!(first.cold_start && first.status == 200 && first.function.as_deref() == Some("worker"));
    let again = observed.send("tell").await.json();
    assert_eq!(again["process"], told["process"]);
    let line = |observation| match observation {
        Observation::Log { function, invocation, line } if line.starts_with("told ") => {
            Some((function, invocation, line))
        }
        _ => None,
    };
    let (function, invocation, line) = observed.next(line).await;
    assert_eq!(&*function, "worker");
    assert_eq!(
        invocation,
        Some(again["headers"]["lambda-runtime-aws-request-id"].as_str().unwrap().to_owned())
    );
    let second = observed.request_log().await;
    assert!(!second.cold_start);
    assert_eq!(line, format!("told \"{}\"", second.request_id));
}

#[tokio::test]
async fn a_line_that_comes_after_the_answer_is_still_the_invocations() {
    let mut observed = Observed::start(api(Function::program(program()).timeout(LONG))).await;
    let told = observed.send("tell").await.json();
    let late = |observation| match observation {
        Observation::Log { invocation, line, .. } if line == "answered with status 202" => Some(invocation),
        _ => None,
    };
    let invocation = observed.next(late).await;
    assert_eq!(invocation.as_deref(), told["headers"]["lambda-runtime-aws-request-id"].as_str());
}

#[tokio::test]
async fn a_function_that_fails_answers_the_next_time() {
    let mut observed = Observed::start(api(Function::program(program().instances(1)).timeout(LONG))).await;
    for (order, why, ends) in [
        ("error", "Whatever: it went wrong", false),
        ("huge", TOO_LARGE, false),
        ("crash", "the function's process ended: exit status: 7", true),
    ] {
        failed(&observed.send(order).await);
        if ends {
            assert_eq!(observed.process_ended().await.1, why);
        }
        let log = observed.request_log().await;
        assert_eq!(log.error.as_deref(), Some(why), "{order}");
        assert_eq!(observed.send("tell").await.status, 200, "after {order}");
        assert_eq!(observed.request_log().await.cold_start, ends, "after {order}");
    }
}

/// The answers are documented in `routegen_apigw::response`, and the sizes, which come from Lambda's own
/// messages, in `routegen_spec::limits`.
#[tokio::test]
async fn an_answer_is_passed_on_whatever_it_is_up_to_its_limit() {
    let mut observed = Observed::start(api(Function::program(program().instances(1)).timeout(LONG))).await;
    for (order, body) in [
        ("raw Hello", "Hello"),
        ("raw <html>", "<html>"),
        ("raw {\"statusCode\":", "{\"statusCode\":"),
        // A buffered answer is not a stream.
        ("buffered \"text\"", "text"),
    ] {
        let response = observed.send(order).await;
        let seen = (response.status, response.header("content-type"), response.body.as_slice());
        assert_eq!(seen, (200, Some("application/json"), body.as_bytes()), "{order}");
        observed.request_log().await;
    }
    for bytes in [6_291_500, 6_291_556] {
        let response = observed.send(&format!("sized {bytes}")).await;
        assert_eq!((response.status, response.body.len()), (200, bytes - 2));
        observed.request_log().await;
    }
    failed(&observed.send("streaming {}").await);
    let error = observed.request_log().await.error;
    assert_eq!(
        error.as_deref(),
        Some("Runtime.StreamingNotSupported: an HTTP API has no streamed responses")
    );
}

/// Like `InvalidStateTransition` of aws/aws-lambda-runtime-interface-emulator.
#[tokio::test]
async fn an_invocation_is_answered_once_also_where_its_answer_was_too_large() {
    let mut observed = Observed::start(api(Function::program(program().instances(1)).timeout(LONG))).await;
    for (order, status) in [("again {}", 200), ("again large", 500)] {
        assert_eq!(observed.send(order).await.status, status);
        for path in ["response", "error"] {
            let line = |observation| match observation {
                Observation::Log { line, .. } if line.contains("again: ") => Some(line),
                _ => None,
            };
            assert_eq!(observed.next(line).await, format!("{path} again: 403"));
        }
    }
}

#[tokio::test]
async fn a_line_that_is_not_ended_is_told_with_its_invocation() {
    let mut observed = Observed::start(api(Function::program(program().instances(1)).timeout(LONG))).await;
    for word in ["one", "two"] {
        assert_eq!(observed.send(&format!("begin {word}")).await.status, 200);
        // The request may be reported before the line or after it.
        let (mut of_request, mut of_line) = (None, None);
        while of_request.is_none() || of_line.is_none() {
            match observed.next(Some).await {
                Observation::Request(log) => of_request = log.invocation,
                Observation::Log { invocation, line, .. } if line.starts_with("begun") => {
                    assert_eq!(line, format!("begun {word}"));
                    of_line = invocation;
                }
                _ => {}
            }
        }
        assert_eq!(of_request, of_line);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_function_takes_out_of_its_group_ends_with_it() {
    let observed = Observed::start(api(Function::program(program()).timeout(LONG))).await;
    let left = observed.send("leave").await.json();
    for process in ["session", "daemon"] {
        assert!(runs(&left[process]), "{process}");
    }
    observed.gateway.shutdown().await;
    for process in ["session", "daemon"] {
        // It is killed, and its parent reaps it; otherwise this loop does not end.
        while runs(&left[process]) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_ended_and_started_again() {
    let mut observed = Observed::start(api(Function::program(program().instances(1)).timeout(SHORT))).await;
    failed(&observed.send("hang").await);
    let (process, reason) = observed.process_ended().await;
    assert!(!exists(&process.into()), "{reason}");
    assert_eq!(observed.request_log().await.error.as_deref(), Some("the function timed out after 100ms"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_function_that_uses_more_memory_than_it_has_is_ended() {
    let hungry = Function::program(program().memory(128)).timeout(LONG);
    let mut observed = Observed::start(api(hungry)).await;
    failed(&observed.send("eat 200").await);
    let error = observed.request_log().await.error;
    assert_eq!(error.as_deref(), Some("the function used more than its 128 MB of memory"));
}

#[tokio::test]
async fn a_function_that_cannot_start_fails_its_request_and_no_other() {
    let start = |how: &str| program().env("START", how).init_timeout(LONG);
    let missing = Program::new("/nowhere/bootstrap");
    for (program, why) in [
        (start("exit"), "the function could not be started: exit status: 3"),
        (start("error"), "the function could not be started: Runtime.NoTable: there is no table"),
        (
            start("hang").init_timeout(SHORT),
            "the function could not be started: it did not ask for an event within 100ms",
        ),
        (
            missing,
            "the function could not be started: /nowhere/bootstrap: No such file or directory (os error 2)",
        ),
    ] {
        let mut observed = Observed::start(api(Function::program(program).timeout(LONG))).await;
        // Each request is a new attempt.
        for _ in 0..2 {
            failed(&observed.send("tell").await);
            assert_eq!(observed.request_log().await.error.as_deref(), Some(why));
        }
    }
}

#[tokio::test]
async fn the_client_hears_after_the_integrations_time_and_the_function_goes_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let builder = Gateway::builder(api(Function::program(program().instances(1)).timeout(LONG)));
    let observed = Observed::start_with(builder.integration_timeout(SHORT)).await;
    // The cold start is not part of this test.
    observed.gateway.invoke("worker", &json!({})).await.unwrap();
    let order = format!("meet {}", listener.local_addr().unwrap());
    let (slow, (mut stream, process)) = tokio::join!(observed.send(&order), met(&listener));
    assert_eq!(slow.status, 503);
    assert_eq!(slow.json(), json!({ "message": "Service Unavailable" }));
    assert!(exists(&process.into()));
    stream.write_all(b"!").await.unwrap();
}

#[tokio::test]
async fn a_request_whose_client_goes_is_told_with_what_was_known_of_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut observed = Observed::start(api(Function::program(program()).timeout(LONG))).await;
    let order = format!("meet {}", listener.local_addr().unwrap());
    tokio::select! {
        response = observed.send(&order) => panic!("{response:?}"),
        _ = met(&listener) => {}
    }
    let log = observed.request_log().await;
    assert_eq!((log.status, log.error.as_deref()), (499, Some("the client went before the answer")));
    assert_eq!((log.method.as_str(), log.path.as_str()), ("POST", "/"));
    assert_eq!((log.route_key.as_deref(), log.function.as_deref()), (Some("POST /"), Some("worker")));
    assert!(log.invocation.is_some() && log.event.is_some() && log.answer.is_none());
}

#[tokio::test]
async fn a_function_that_nobody_waits_for_goes_on_until_the_api_is_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = api(Function::program(program().instances(1)).timeout(LONG));
    let mut observed = Observed::start(api.clone()).await;
    let order = format!("meet {}", listener.local_addr().unwrap());
    let leave = async |observed: &mut Observed| {
        let met = tokio::select! {
            response = observed.send(&order) => panic!("{response:?}"),
            met = met(&listener) => met,
        };
        assert_eq!(observed.request_log().await.status, 499);
        met
    };
    let (mut stream, process) = leave(&mut observed).await;
    stream.write_all(b"!").await.unwrap();
    assert_eq!(observed.send("tell").await.json()["process"], process, "it went on");
    assert_eq!(observed.request_log().await.status, 200);

    let (_stream, process) = leave(&mut observed).await;
    observed.gateway.replace(&api).unwrap();
    assert_eq!(observed.process_ended().await, (process, "the gateway is shutting down".to_owned()));
}

#[tokio::test]
async fn a_request_that_a_shutdown_cuts_off_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut observed = Observed::start(api(Function::program(program()).timeout(LONG))).await;
    let order = ordered(&format!("meet {}", listener.local_addr().unwrap()));
    let mut stream = TcpStream::connect(observed.gateway.address()).await.unwrap();
    stream.write_all(&order.bytes("localhost")).await.unwrap();
    met(&listener).await;
    let other = Gateway::builder(Api::new()).start().await.unwrap();
    std::mem::replace(&mut observed.gateway, other).shutdown().await;
    let log = observed.request_log().await;
    assert_eq!(
        (log.status, log.error.as_deref()),
        (499, Some("the gateway was shut down before the answer"))
    );
}

#[tokio::test]
async fn as_many_processes_run_at_once_as_may_and_what_comes_later_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gateway =
        Arc::new(Observed::start(api(Function::program(program().instances(2)).timeout(LONG))).await.gateway);
    let order = format!("meet {}", listener.local_addr().unwrap());
    let send = || {
        let (address, order) = (gateway.address(), order.clone());
        tokio::spawn(request("POST /").body("text/plain", order).send(address))
    };
    let requests = [send(), send(), send()];
    let (mut first, one) = met(&listener).await;
    let (mut second, two) = met(&listener).await;
    assert_ne!(one, two);
    // The third one gets the first process that becomes free.
    first.write_all(b"!").await.unwrap();
    let (mut third, three) = met(&listener).await;
    assert_eq!(three, one);
    for stream in [&mut second, &mut third] {
        stream.write_all(b"!").await.unwrap();
    }
    for request in requests {
        assert_eq!(request.await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn one_process_serves_several_functions_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = Api::new()
        .process("dev", program().instances(1).concurrency(2))
        .function("one", Function::served_by("dev").timeout(LONG))
        .function("two", Function::served_by("dev").timeout(LONG))
        .route(route("/one", "one"))
        .route(route("/two", "two"));
    let gateway = Gateway::builder(api).start().await.unwrap();
    let order = format!("meet {}", listener.local_addr().unwrap());
    let send = |path: &str| {
        tokio::spawn(
            request(&format!("POST {path}")).body("text/plain", order.clone()).send(gateway.address()),
        )
    };
    let requests = [send("/one"), send("/two")];
    let (mut first, one) = met(&listener).await;
    let (mut second, two) = met(&listener).await;
    assert_eq!(one, two);
    for stream in [&mut first, &mut second] {
        stream.write_all(b"!").await.unwrap();
    }
    for request in requests {
        assert_eq!(request.await.unwrap().status, 200);
    }
    for name in ["one", "two"] {
        let told =
            request(&format!("POST /{name}")).body("text/plain", "tell").send(gateway.address()).await.json();
        let arn = told["headers"]["lambda-runtime-invoked-function-arn"].as_str().unwrap();
        assert!(arn.ends_with(&format!(":function:{name}")), "{arn}");
        assert_eq!(told["variables"]["AWS_LAMBDA_FUNCTION_NAME"], "dev");
    }
}

#[tokio::test]
async fn a_shutdown_leaves_no_process_behind() {
    let observed = Observed::start(api(Function::program(program()).timeout(LONG))).await;
    let child = observed.send("breed").await.json()["child"].clone();
    let process = observed.send("tell").await.json()["process"].clone();
    assert!(exists(&process) && exists(&child));
    observed.gateway.shutdown().await;
    assert!(!exists(&process));
    // It was killed with its parent, and its new parent reaps it; otherwise this loop does not end.
    while runs(&child) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_gateway_that_is_dropped_ends_its_processes() {
    let mut observed = Observed::start(api(Function::program(program()).timeout(LONG))).await;
    let process = observed.send("tell").await.json()["process"].clone();
    let other = Gateway::builder(Api::new()).start().await.unwrap();
    drop(std::mem::replace(&mut observed.gateway, other));
    let (ended, reason) = observed.process_ended().await;
    assert_eq!((Value::from(ended), reason.as_str()), (process.clone(), "the gateway is shutting down"));
    assert!(!exists(&process));
}

#[test]
fn a_runtime_that_ends_before_the_gateway_leaves_no_process_behind() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (gateway, process) = runtime.block_on(async {
        let observed = Observed::start(api(Function::program(program()).timeout(LONG))).await;
        let process = observed.send("tell").await.json()["process"].clone();
        (observed.gateway, process)
    });
    assert!(exists(&process));
    drop(runtime);
    assert!(!exists(&process));
    drop(gateway);
}

/// Whether a process exists and is not a zombie.
fn runs(process: &Value) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    status.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

#[tokio::test]
async fn the_runtime_api_is_for_runtimes() {
    let gateway = Gateway::builder(api(Function::program(program()).timeout(LONG))).start().await.unwrap();
    let tell = request("POST /").body("text/plain", "tell").send(gateway.address()).await.json();
    let address = tell["variables"]["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap().parse().unwrap();
    let next = || request("GET /2018-06-01/runtime/invocation/next");
    for (case, request, status) in [
        ("a page with a name of its own", next().header("host", "evil.test"), 403),
        ("a page of another origin", next().header("origin", "http://evil.test"), 403),
        ("a page's fetch", next().header("sec-fetch-site", "same-origin"), 403),
        ("an extension", request("POST /2020-01-01/extension/register"), 404),
        ("another version", request("GET /2015-03-31/runtime/invocation/next"), 404),
        (
            "an unknown invocation",
            request("POST /2018-06-01/runtime/invocation/x/response").body("a/b", "{}"),
            400,
        ),
        ("an unknown invocation's error", request("POST /2018-06-01/runtime/invocation/x/error"), 400),
        ("an unknown operation", request("DELETE /2018-06-01/runtime/invocation/next"), 404),
    ] {
        assert_eq!(request.send(address).await.status, status, "{case}");
    }
    let twice = request("POST /").body("text/plain", "twice").send(gateway.address()).await;
    assert_eq!(twice.json(), json!({ "second": 403 }), "no second event before the first one's answer");
}

#[tokio::test]
async fn a_function_is_invoked_without_a_request() {
    let gateway = Gateway::builder(api(Function::program(program()).timeout(LONG))).start().await.unwrap();
    let answer = gateway.invoke("worker", &json!({ "body": "nothing" })).await.unwrap();
    assert_eq!(answer, json!({ "unknown": "nothing" }));
    let unknown = gateway.invoke("other", &json!({})).await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no function `other`");
}
