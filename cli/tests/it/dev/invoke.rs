//! The output of functions that hang or fail; and calls of consumers, with and without a server.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::server::{PATIENCE, Server};
use crate::fixture::{Project, fail, succeed};

const SOURCE: &str = r#"
use routegen::{
    Change, Event, Init, Message, Path, Problem, Res, Resource, Scheduled, event, Error, queue, route, schedule,
    stream,
};

#[route(GET, "/hang/{port}", auth = "none", timeout = 30)]
async fn hang(Path(port): Path<u16>) {
    eprintln!("it hangs, and asks {}", std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap());
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    std::io::Read::read_exact(&mut stream, &mut [0]).unwrap();
}

#[route(GET, "/panics", auth = "none")]
async fn panics() {
    panic!("on purpose");
}

#[route(GET, "/fails", auth = "none")]
async fn fails() -> Result<(), Problem> {
    Err("on purpose")?
}

#[route(GET, "/ends", auth = "none")]
async fn ends() {
    std::process::exit(3);
}

struct Broken;

impl Resource for Broken {
    async fn init(_: &Init) -> Result<Self, Error> {
        Err("on purpose")?
    }
}

#[route(GET, "/broken", auth = "none")]
async fn broken(_: Res<Broken>) {}

struct Table(String);

impl Resource for Table {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self(std::env::var("INVOKE_TABLE")?))
    }
}

#[route(GET, "/asks", auth = "none", env = ["INVOKE_TABLE"])]
async fn asks(table: Res<Table>) -> String {
    table.0.clone()
}

#[route(GET, "/forgets", auth = "none")]
async fn forgets(table: Res<Table>) -> String {
    table.0.clone()
}

#[derive(serde::Deserialize)]
struct Order {
    item: String,
}

#[queue(orders, receives = 2)]
async fn on_order(order: Message<Order>) -> Result<(), Error> {
    eprintln!("an order of {}", order.body.item);
    if order.body.item == "poison" { Err("on purpose".into()) } else { Ok(()) }
}

#[derive(serde::Deserialize)]
struct Paid {
    id: u32,
}

#[event(source = "shop", detail_type = "Paid")]
async fn paid(paid: Event<Paid>) {
    eprintln!("paid: {}", paid.detail.id);
}

#[schedule("rate(1 hour)")]
async fn expire(_: Scheduled) {
    eprintln!("expired");
}

#[derive(serde::Deserialize)]
struct Item {
    id: String,
}

#[stream(items_table)]
async fn changed(change: Change<Item>) -> Result<(), Error> {
    eprintln!("changed: {}", change.new.ok_or("no image")?.id);
    Ok(())
}

/// As an SDK would be told.
#[route(GET, "/queue", auth = "none", env = ["ORDERS"])]
async fn where_orders_go() -> String {
    ["ORDERS", "AWS_ENDPOINT_URL_SQS"].map(|name| std::env::var(name).unwrap_or_default()).join(" ")
}
"#;

/// The IPv4 and IPv6 addresses on which a process listens.
#[cfg(target_os = "linux")]
fn listening(process: u32) -> Vec<String> {
    let folder = std::path::PathBuf::from(format!("/proc/{process}"));
    let descriptors = std::fs::read_dir(folder.join("fd")).unwrap();
    let open: Vec<String> = descriptors
        .filter_map(|entry| Some(std::fs::read_link(entry.unwrap().path()).ok()?.to_str()?.to_owned()))
        .collect();
    let mut listening = Vec::new();
    for table in ["net/tcp", "net/tcp6"] {
        // The kernel may have no IPv6.
        for row in std::fs::read_to_string(folder.join(table)).unwrap_or_default().lines().skip(1) {
            let words: Vec<&str> = row.split_whitespace().collect();
            if words[3] != "0A" || !open.contains(&format!("socket:[{}]", words[9])) {
                continue;
            }
            let (ip, port) = words[1].split_once(':').unwrap();
            let port = u16::from_str_radix(port, 16).unwrap();
            listening.push(match u32::from_str_radix(ip, 16) {
                Ok(ip) => format!("{}:{port}", std::net::Ipv4Addr::from(ip.to_ne_bytes())),
                Err(_) => format!("[{ip}]:{port}"),
            });
        }
    }
    listening
}

#[test]
fn the_log_is_told_while_the_function_runs_and_only_a_function_without_an_answer_fails() {
    let project = Project::new("dev-invoke-hang", SOURCE);
    let serde = "[dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n";
    project.write("Cargo.toml", &project.manifest().replace("[dependencies]\n", serde));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let path = format!("/hang/{}", listener.local_addr().unwrap().port());
    let hang = || {
        let mut command = project.routegen(&["invoke", "hang", "--path", &path]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut invoke = hang();
    let mut talk = BufReader::new(invoke.stderr.take().unwrap()).lines();
    let said = talk.find_map(|line| Some(line.unwrap().split_once("it hangs, and asks ")?.1.to_owned()));
    let runtime_api = said.expect("it said nothing");
    // The function has printed it, and continues only now.
    let (mut function, _) = listener.accept().unwrap();
    #[cfg(target_os = "linux")]
    assert_eq!(listening(invoke.id()), [runtime_api], "nobody else can have the function called");
    function.set_read_timeout(Some(PATIENCE)).unwrap();
    function.write_all(b"!").unwrap();
    let mut answer = String::new();
    invoke.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    assert!(invoke.wait().unwrap().success(), "it was told after its end");
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["statusCode"], 200);

    // Ctrl-C ends a function that hangs.
    let mut invoke = hang();
    let (mut function, _) = listener.accept().unwrap();
    function.set_read_timeout(Some(PATIENCE)).unwrap();
    succeed(Command::new("kill").args(["-INT", &invoke.id().to_string()]));
    assert_eq!(function.read(&mut [0]).unwrap_or_default(), 0);
    assert_eq!(invoke.wait().unwrap().code(), Some(130));

    // For Lambda these invocations succeeded, with a response.
    for name in ["panics", "fails"] {
        let answer: Value = serde_json::from_str(&succeed(&mut project.routegen(&["invoke", name]))).unwrap();
        assert_eq!(answer["statusCode"], 500, "{name}");
    }
    assert!(fail(&mut project.routegen(&["invoke", "ends"])).contains("RG0082"));

    // A function creates its own resources, from its own variables, and not those of other functions.
    let talk = fail(&mut project.routegen(&["invoke", "broken"]));
    assert!(talk.contains("RG0082") && talk.contains("on purpose"), "{talk}");
    let with_table = |name| {
        let mut command = project.routegen(&["invoke", name]);
        command.env("INVOKE_TABLE", "pens");
        command
    };
    let answer: Value = serde_json::from_str(&succeed(&mut with_table("asks"))).unwrap();
    assert_eq!(answer["body"], "pens");
    let talk = fail(&mut with_table("forgets"));
    assert!(talk.contains("RG0082") && talk.contains("environment variable not found"), "{talk}");

    // A request that the gateway refuses has another error than a request without a route.
    let long = format!("/panics?{}", "x".repeat(10_240));
    for (what, code, reason) in [
        (["--header", "host: api.example"], "RG0085", "`api.example`"),
        (["--path", &long], "RG0085", "431"),
        (["--header", "Content-Length: 7"], "RG0085", "content-length"),
        (["--path", "/other"], "RG0083", "GET /panics"),
        (["--path", "/_routegen"], "RG0083", "GET /panics"),
    ] {
        let talk = fail(project.routegen(&["invoke", "panics"]).args(what));
        assert!(talk.contains(code) && talk.contains(reason), "{what:?}: {talk}");
    }
    let talk = fail(&mut project.routegen(&["invoke", "hang"]));
    assert!(talk.contains("RG0083") && talk.contains("`--path`"), "{talk}");

    calls_consumers(&project);
    serves_consumers(&project);
}

fn calls_consumers(project: &Project) {
    let invoke = |words: &[&str]| {
        let mut args = vec!["invoke"];
        args.extend(words);
        project.routegen(&args)
    };
    let done = succeed(&mut invoke(&["on-order", "--message", r#"{"item":"pen"}"#]));
    assert_eq!(done, "1 message done\n");
    let output = invoke(&["on_order", "--message", r#"{"item":"poison"}"#]).output().unwrap();
    let (said, talk) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{talk}");
    assert!(said.starts_with("1 of 1 message failed:\n  "), "{said}");
    assert!(talk.contains("RG0091") && talk.contains("an order of poison"), "{talk}");
    // Programs get what the function returned.
    let output = invoke(&["on-order", "--message", "no json", "--format", "json"]).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["batchItemFailures"][0]["itemIdentifier"].is_string(), "{answer}");
    for words in
        [&["paid", "--message", r#"{"id":7}"#][..], &["changed", "--message", r#"{"id":"7"}"#], &["expire"]]
    {
        succeed(&mut invoke(words));
    }
    let event = project.root.join("event.json");
    let record = serde_json::json!({ "messageId": "m1", "body": "{\"item\":\"pen\"}", "eventSourceARN": "arn:aws:sqs:eu-central-1:1:q",
        "receiptHandle": "r", "eventSource": "aws:sqs", "messageAttributes": {}, "attributes": { "ApproximateReceiveCount": "1" } });
    std::fs::write(&event, serde_json::json!({ "Records": [record, record] }).to_string()).unwrap();
    assert_eq!(succeed(&mut invoke(&["on-order", "--event", event.as_str()])), "2 messages done\n");
    for (words, reason) in [
        (&["on-order"][..], "--message"),
        (&["on-order", "--path", "/a"], "queue orders"),
        (&["expire", "--message", "{}"], "without a message"),
        (&["paid", "--message", "[]"], "JSON object"),
        (&["fails", "--message", "{}"], "called by requests"),
    ] {
        let talk = fail(&mut invoke(words));
        assert!(talk.contains("RG0092") && talk.contains(reason), "{words:?}: {talk}");
    }
}

/// Runs the commands of the guide, which users copy.
fn serves_consumers(project: &Project) {
    let server = Server::start(&mut project.routegen(&["dev", "--port", "0", "--format", "json"]));
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/dev.md")).unwrap();
    let commands =
        page.lines().filter(|line| line.starts_with("curl ") && line.contains("/_routegen/events"));
    let commands: Vec<String> =
        commands.map(|line| line.replace("http://127.0.0.1:9000", &server.url)).collect();
    assert_eq!(commands.len(), 7, "{commands:#?}");
    for command in &commands {
        let answer = succeed(Command::new("sh").args(["-c", &format!("{command} -sS --fail-with-body")]));
        serde_json::from_str::<Value>(&answer).unwrap_or_else(|_| panic!("{command}: {answer}"));
    }
    let listed: Value = serde_json::from_str(&server.get("/_routegen/events", &[]).body).unwrap();
    assert_eq!(listed["consumers"].as_array().unwrap().len(), 4);
    assert_eq!(server.ready["consumers"].as_array().unwrap().len(), 4);
    let url = format!("{}/_routegen/sqs", server.url);
    assert_eq!(server.get("/queue", &[]).body, format!("{url}/000000000000/orders {url}"));
    server.post("/_routegen/events/queues/orders", &[], r#"{"item":"poison"}"#);
    let failed =
        server.entry(|entry| entry["type"] == "delivery" && entry["failed"] != serde_json::json!([]));
    assert_eq!((&failed["function"], &failed["attempt"]), (&"on-order".into(), &1.into()));
    let dead = server.entry(|entry| entry["what"]["kind"] == "dead_letter");
    assert_eq!((&dead["at"], &dead["what"]["receives"]), (&"orders".into(), &2.into()));
    server.stop();
}
