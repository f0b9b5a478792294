//! The program of the functions that tests start: it speaks the Runtime API and does what the body of each
//! event orders.
//!
//! It uses no runtime library, so that it can do what runtime clients never do.

#![allow(
    clippy::exit,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::zombie_processes,
    reason = "a function may exit, panic, print, and leave processes behind"
)]

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Command, exit},
};

use serde_json::{Value, json};

fn main() {
    let client = Client { address: env::var("AWS_LAMBDA_RUNTIME_API").expect("a gateway starts it") };
    match env::var("START").as_deref() {
        Ok("exit") => exit(3),
        Ok("error") => {
            let error = json!({ "errorType": "Runtime.NoTable", "errorMessage": "there is no table" });
            client.send("POST", "init/error", &error.to_string());
            exit(1);
        }
        Ok("hang") => hang(),
        #[cfg(target_os = "linux")]
        Ok("another user") => routegen_gateway_tests::stranger::go_on("START"),
        _ => {}
    }
    let loops = env::var("AWS_LAMBDA_MAX_CONCURRENCY").map_or(1, |loops| loops.parse().unwrap());
    std::thread::scope(|scope| {
        for _ in 0..loops {
            scope.spawn(|| serve(&client));
        }
    });
}

fn serve(client: &Client) {
    loop {
        let next = client.send("GET", "invocation/next", "");
        let id = next.header("lambda-runtime-aws-request-id").to_owned();
        let event: Value = serde_json::from_str(&next.body).unwrap();
        let order = event["body"].as_str().unwrap_or_default();
        let (order, argument) = order.split_once(' ').unwrap_or((order, ""));
        let answer = match order {
            _ if event["type"] == "REQUEST" => {
                println!("asked about {}", event["routeKey"]);
                json!({ "isAuthorized": true })
            }
            "tell" => tell(&next, &event),
            "crash" => exit(7),
            "hang" => hang(),
            "error" => {
                let error = json!({ "errorType": "Whatever", "errorMessage": "it went wrong" });
                let status =
                    client.send("POST", &format!("invocation/{id}/error"), &error.to_string()).status;
                assert_eq!(status, 202);
                continue;
            }
            "huge" => json!({ "body": "x".repeat(6 * 1024 * 1024 + 100 - 10) }),
            "raw" | "buffered" | "streaming" | "again" => {
                let large = "x".repeat(6_291_557);
                let argument = if argument == "large" { &large } else { argument };
                let response = format!("invocation/{id}/response");
                let mode = format!("lambda-runtime-function-response-mode: {order}\r\n");
                let mode = if matches!(order, "buffered" | "streaming") { &*mode } else { "" };
                client.send_with("POST", &response, mode, argument);
                if order == "again" {
                    for path in ["response", "error"] {
                        let sent = client.send("POST", &format!("invocation/{id}/{path}"), "{}");
                        println!("{path} again: {}", sent.status);
                    }
                }
                continue;
            }
            "begin" => {
                print!("begun {argument}");
                std::io::stdout().flush().unwrap();
                client.send("POST", &format!("invocation/{id}/response"), "{}");
                continue;
            }
            // A text of this size with its quotation marks.
            "sized" => Value::from("x".repeat(argument.parse::<usize>().unwrap() - 2)),
            "eat" => {
                let eaten = vec![1_u8; argument.parse::<usize>().unwrap() * 1024 * 1024];
                wait_for("", eaten.len())
            }
            "meet" => wait_for(argument, 0),
            "announce" => {
                println!("announced");
                wait_for(argument, 0)
            }
            "breed" => {
                let child = Command::new("sleep").arg("1000").spawn().unwrap();
                json!({ "child": child.id() })
            }
            "leave" => {
                // A new session, and a daemon, whose parent has exited.
                let session = Command::new("setsid").args(["sleep", "1000"]).spawn().unwrap();
                let daemon =
                    Command::new("setsid").args(["sh", "-c", "sleep 1000 >&- 2>&- & echo $!"]).output();
                let daemon = String::from_utf8(daemon.unwrap().stdout).unwrap();
                json!({ "session": session.id(), "daemon": daemon.trim().parse::<u32>().unwrap() })
            }
            "twice" => json!({ "second": client.send("GET", "invocation/next", "").status }),
            order => json!({ "unknown": order }),
        };
        let sent = client.send("POST", &format!("invocation/{id}/response"), &answer.to_string());
        println!("answered with status {}", sent.status);
    }
}

fn tell(next: &Answer, event: &Value) -> Value {
    println!("told {}", event["requestContext"]["requestId"]);
    let variables: Value =
        env::vars().map(|(name, value)| (name, Value::from(value))).collect::<serde_json::Map<_, _>>().into();
    json!({
        "variables": variables,
        "folder": env::current_dir().unwrap(),
        "process": std::process::id(),
        "headers": next.headers.iter().cloned().map(|(name, value)| (name, Value::from(value)))
            .collect::<serde_json::Map<_, _>>(),
    })
}

/// Connects to the test, and waits for its signal.
fn wait_for(address: &str, held: usize) -> Value {
    if address.is_empty() {
        assert_ne!(held, 1);
        hang();
    }
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&std::process::id().to_be_bytes()).unwrap();
    let mut word = [0];
    stream.read_exact(&mut word).unwrap();
    json!({ "process": std::process::id(), "version": env::var("VERSION").ok() })
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

struct Client {
    address: String,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(known, _)| known == name).unwrap().1
    }
}

impl Client {
    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send_with(method, path, "", body)
    }

    fn send_with(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (address, length) = (&self.address, body.len());
        let head = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: {address}\r\n\
             content-length: {length}\r\nconnection: close\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // An answer that is too large is refused before it was read.
        let _ = stream.write_all(body.as_bytes());
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let header = |line: &String| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines[1..].iter().map(header).collect();
        let mut body = String::new();
        let _ = reader.read_to_string(&mut body);
        Answer { status, headers, body }
    }
}
