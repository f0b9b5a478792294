//! A function's whole life under a Runtime API of the test's own: its responses, and its log.
//!
//! In: events. Out: what arrives at the Runtime API, and the lines of the log. The functions are a program of
//! this package, whose argument selects one.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

/// What a process did with its events.
struct Life {
    /// The Runtime API's path without the request's id, and the body.
    told: Vec<(String, Value)>,
    log: Vec<Value>,
}

/// Starts the function of this name, and gives it these events.
fn live(name: &str, events: &[Value]) -> Life {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_test-serve"))
        .arg(name)
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr().unwrap().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "things")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env_remove("AWS_LAMBDA_LOG_LEVEL")
        .env_remove("RUST_LOG")
        .env_remove("POWERTOOLS_METRICS_NAMESPACE")
        .env_remove("POWERTOOLS_SERVICE_NAME")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let lines = BufReader::new(stderr).lines().map(Result::unwrap);
        lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
    });
    let told = converse(&listener, events);
    child.wait().unwrap();
    Life { told, log: log.join().unwrap() }
}

/// Plays the Runtime API, which hangs up when it has no more events. A connection has one request: a function with
/// several threads may open another one before the last is free again, and would wait for this thread forever.
fn converse(listener: &TcpListener, events: &[Value]) -> Vec<(String, Value)> {
    let mut told = Vec::new();
    let mut next = events.iter().enumerate();
    loop {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let Some((path, body)) = request(&mut stream) else { continue };
        if path.ends_with("/next") {
            let Some((id, event)) = next.next() else { return told };
            let event = event.to_string();
            let id = format!(
                "lambda-runtime-aws-request-id: request-{id}\r\nlambda-runtime-deadline-ms: 9999999999999\r\n"
            );
            respond(stream.get_mut(), "200 OK", &id, &event);
        } else {
            let path = path.rsplit('/').next().unwrap().to_owned();
            told.push((path, serde_json::from_slice(&body).unwrap()));
            respond(stream.get_mut(), "202 Accepted", "", "{}");
        }
    }
}

fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).unwrap() == 0 {
            return None;
        }
    }
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |n| n.trim().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    Some((head.split(' ').nth(1).unwrap().to_owned(), body))
}

fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{body}").unwrap();
}

fn event(key: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": key, "rawPath": "/a", "rawQueryString": "", "headers": {},
        "requestContext": { "http": { "method": "GET", "path": "/a" }, "routeKey": key, "stage": "$default" },
        "isBase64Encoded": false,
    })
}

#[test]
fn a_group_answers_by_the_route_key_with_resources_that_are_made_once() {
    let life = live("group", &[event("POST /a"), event("GET /a"), event("GET /b"), event("$default")]);
    let told: Vec<_> =
        life.told.iter().map(|(path, body)| format!("{path} {}", body["statusCode"])).collect();
    assert_eq!(told, ["response 200", "response 200", "response 500", "response 200"]);
    assert!(
        life.told.iter().all(|(_, body)| body["body"] == "0" || body["statusCode"] == 500),
        "{:?}",
        life.told
    );
    assert_eq!(
        lines(&life.log),
        [
            "INFO made in things: null null",
            "INFO called in things: \"POST /a\" \"request-0\"",
            "INFO called in things: \"GET /a\" \"request-1\"",
            "ERROR the event is for `GET /b`, a route that this function does not have in things: null \"request-2\"",
            "INFO called in things: \"$default\" \"request-3\"",
        ]
    );
}

#[test]
fn metrics_are_written_at_the_end_of_their_invocation() {
    let life = live("group", &[event("POST /a"), event("GET /b"), event("GET /a")]);
    let metrics = life.log.iter().filter(|line| line.get("_aws").is_some());
    let metrics: Vec<_> = metrics
        .map(|line| {
            assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["function", "route"]]));
            json!([line["function"], line["route"], line["requestId"], line["Calls"]])
        })
        .collect();
    let expected =
        [json!(["things", "POST /a", "request-0", 1.0]), json!(["things", "GET /a", "request-2", 1.0])];
    assert_eq!(metrics, expected);
}

#[test]
fn the_function_of_one_route_does_not_ask_for_the_key() {
    let life = live("single", &[event("GET /renamed")]);
    assert_eq!(life.told[0].1["body"], "0");
    assert_eq!(
        lines(&life.log),
        ["INFO made in things: \"GET /a\" null", "INFO called in things: \"GET /a\" \"request-0\""]
    );
}

#[test]
fn what_the_crate_log_records_is_in_the_log_as_events_are() {
    let life = live("records", &[event("GET /a")]);
    assert_eq!(lines(&life.log), ["ERROR a record of log in things: \"GET /a\" \"request-0\""]);
}

#[test]
fn work_after_the_response_is_done_before_the_next_event() {
    let life = live("flushing", &[event("GET /a"), event("GET /a")]);
    let told: Vec<_> = life.told.iter().map(|(path, body)| format!("{path} {}", body["body"])).collect();
    assert_eq!(told, ["response \"0\"", "response \"1\""]);
    let lines = lines(&life.log);
    let said: Vec<&str> = lines.iter().map(|line| line.split(" in things").next().unwrap()).collect();
    let of_each = [
        "INFO called",
        "ERROR panicked: on purpose",
        "ERROR work after the response panicked",
        "INFO flushed",
    ];
    assert_eq!(said, [of_each, of_each].concat());
    assert!(lines[3].ends_with("\"request-0\"") && lines[7].ends_with("\"request-1\""), "{lines:?}");
}

#[test]
fn a_function_has_several_threads_where_it_asks_for_them_and_the_log_says_how() {
    let life = live("threads", &[event("GET /a")]);
    assert_eq!((&life.told[0].1["statusCode"], &life.told[0].1["body"]), (&json!(200), &json!("blocked")));
    let life = live("blocking", &[event("GET /a")]);
    assert_eq!(life.told[0].1["statusCode"], 500);
    let lines = lines(&life.log);
    assert!(lines[0].starts_with("ERROR panicked: can call blocking only when"), "{lines:?}");
    assert!(lines[0].contains("`multi_thread = true` in `#[route]`"), "{lines:?}");
}

/// Level, message, function, route key and request of every line that comes from this program or the runtime.
fn lines(log: &[Value]) -> Vec<String> {
    let ours = log
        .iter()
        .filter(|line| ["test_serve", "routegen"].contains(&line["target"].as_str().unwrap_or_default()));
    let ours =
        ours.filter(|line| !line["message"].as_str().unwrap().starts_with("the Lambda Runtime API failed"));
    ours.map(|line| {
        format!(
            "{} {} in {}: {} {}",
            line["level"].as_str().unwrap(),
            line["message"].as_str().unwrap(),
            line["function"].as_str().unwrap(),
            line["routeKey"],
            line["requestId"],
        )
    })
    .collect()
}

/// A request of a Lambda authorizer, with this query.
fn asked(query: &str) -> Value {
    json!({
        "version": "2.0", "type": "REQUEST", "routeKey": "GET /a/{b}", "rawPath": "/a/x", "rawQueryString": query,
        "routeArn": "arn:aws:execute-api:us-east-1:123456789012:api/$default/GET/a/x",
        "identitySource": ["secret"], "headers": { "x-api-key": "secret" }, "pathParameters": { "b": "x" },
        "requestContext": {
            "apiId": "api", "http": { "method": "GET", "path": "/a/x", "sourceIp": "192.0.2.1" }, "routeKey": "GET /a/{b}",
            "stage": "$default", "requestId": "r",
        },
    })
}

#[test]
fn an_authorizer_decides_and_its_errors_and_panics_decide_nothing() {
    let queries = ["level=0", "level=3", "level=x", "level=9", "", "level=1"];
    let life = live("authorizer", &queries.map(asked));
    let told: Vec<_> = life.told.iter().map(|(path, body)| format!("{path} {body}")).collect();
    assert_eq!(
        told,
        [
            r#"response {"isAuthorized":false}"#,
            r#"response {"context":{"level":3},"isAuthorized":true}"#,
            r#"response {"isAuthorized":false}"#,
            r#"error {"errorMessage":"the database does not answer","errorType":"Error"}"#,
            r#"error {"errorMessage":"the authorizer panicked","errorType":"Error"}"#,
            r#"response {"context":{"level":1},"isAuthorized":true}"#,
        ]
    );
    let said = |message: &str| {
        let says = |line: &&Value| line["message"].as_str().is_some_and(|text| text.contains(message));
        let entry = life.log.iter().find(says);
        let entry = entry.unwrap_or_else(|| panic!("nobody says {message}: {:?}", life.log));
        assert_eq!((&entry["authorizer"], &entry["function"]), (&json!("by_level"), &json!("things")));
        format!("{} {} {}", entry["level"].as_str().unwrap(), entry["routeKey"], entry["requestId"])
    };
    assert_eq!(said("made"), "INFO null null");
    assert_eq!(said("denied, because an argument cannot be made: 400"), r#"INFO "GET /a/{b}" "request-2""#);
    assert_eq!(said("the database does not answer"), r#"ERROR "GET /a/{b}" "request-3""#);
    assert_eq!(said("panicked: "), r#"ERROR "GET /a/{b}" "request-4""#);
    assert!(!life.log.iter().any(|line| line.to_string().contains("secret")));
}

#[test]
fn an_event_of_another_kind_is_no_decision() {
    let mut old = asked("level=1");
    old["version"] = "1.0".into();
    let life = live("authorizer", &[old, event("GET /a")]);
    let told: Vec<_> =
        life.told.iter().map(|(path, body)| format!("{path} {}", body["errorMessage"])).collect();
    assert!(
        told[0].starts_with("error \"this is an event of type REQUEST with payload format 1.0"),
        "{told:?}"
    );
    assert!(told[1].starts_with("error \"this is not an event of a Lambda authorizer"), "{told:?}");
}

/// The messages of a queue with these bodies, which are also their ids.
fn received(bodies: &[&str]) -> Value {
    let records = bodies.iter().map(|body| {
        json!({
            "messageId": format!("id-{body}"), "receiptHandle": "r", "body": body, "messageAttributes": {},
            "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1" },
            "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:numbers",
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

#[test]
fn a_consumer_names_the_messages_that_failed_and_logs_which_they_are() {
    let life = live("consumer", &[received(&["0", "1", "2", "x"]), event("GET /a"), received(&["3"])]);
    let told: Vec<_> = life.told.iter().map(|(path, body)| format!("{path} {body}")).collect();
    let failed = r#"[{"itemIdentifier":"id-0"},{"itemIdentifier":"id-1"},{"itemIdentifier":"id-x"}]"#;
    assert_eq!(told[0], format!(r#"response {{"batchItemFailures":{failed}}}"#));
    assert!(told[1].starts_with(r#"error {"errorMessage":"this is not an event of a queue: "#), "{told:?}");
    assert_eq!(told[2..], [r#"response {"batchItemFailures":[]}"#]);

    let logged: Vec<_> = life
        .log
        .iter()
        .filter(|line| ["test_serve", "routegen"].contains(&line["target"].as_str().unwrap_or_default()))
        .inspect(|line| {
            assert_eq!((&line["consumer"], &line["routeKey"]), (&json!("on_number"), &json!(null)));
        })
        .map(|line| {
            let id = line["fields"].get("id").unwrap_or(&line["spans"][0]["id"]);
            format!("{} {id} {}", line["message"].as_str().unwrap(), line["requestId"])
        })
        .collect();
    assert_eq!(logged[0], "made null null");
    assert_eq!(logged[1], r#"called "id-0" "request-0""#);
    assert_eq!(logged[2], r#"panicked: on purpose "id-0" "request-0""#);
    assert!(
        logged.contains(&r#"a message failed: the database does not answer "id-1" "request-0""#.to_owned()),
        "{logged:?}"
    );
    assert!(
        logged.iter().any(|line| line.starts_with("a message failed: the body cannot be read: ")
            && line.ends_with(r#""id-x" "request-0""#)),
        "{logged:?}"
    );

    let metrics: Vec<_> = life.log.iter().filter(|line| line.get("_aws").is_some()).collect();
    assert_eq!(metrics[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["function", "consumer"]]));
    assert_eq!(metrics[0]["consumer"], "on_number");
}
