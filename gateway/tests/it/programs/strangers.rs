//! Connections of another user to a function's Runtime API. Only Linux identifies the owner of a
//! connection.

use std::{net::SocketAddr, process::Command, sync::LazyLock};

use routegen_gateway::{Function, Gateway, Observation};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use super::Observed;
use crate::{
    functions::{LONG, api, met, ordered, program},
    requirement::or_skip,
    stranger::{ADDRESS, BECOME, REQUEST, THEN},
};

/// What a refused client gets.
const NOTHING: &str = "closed after 0 bytes";

/// The program that continues as the other user.
fn stranger() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_test-stranger"));
    command.env(BECOME, "");
    command
}

/// Whether this test can become another user.
fn may_be_another() -> bool {
    static MAY: LazyLock<Result<(), String>> = LazyLock::new(|| match stranger().output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("no process of another user ends well: {output:?}")),
        Err(error) => Err(format!("no process of another user can be started ({error}); root may")),
    });
    or_skip(&MAY).is_some()
}

/// Sends a request as the other user, and returns its output.
async fn attack(address: &str, line: &str, body: &str, then: &str) -> String {
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let mut command = stranger();
    command.env(ADDRESS, address).env(REQUEST, request).env(THEN, then);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_steals_no_event_and_answers_none() {
    if !may_be_another() {
        return;
    }
    let mut observed = Observed::start(api(Function::program(program().instances(1)).timeout(LONG))).await;
    let told = observed.send("tell").await.json();
    let address = told["variables"]["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap();

    // The function's own client is waiting for an event too: if the other request were served, it would get
    // the next one.
    let stolen = attack(address, "GET /2018-06-01/runtime/invocation/next", "", "read").await;
    assert!(stolen.contains(NOTHING), "{stolen}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let order = format!("announce {}", listener.local_addr().unwrap());
    let (address, forged) = (address.to_owned(), json!({ "body": "forged" }).to_string());
    let gateway: SocketAddr = observed.gateway.address();
    let answer = tokio::spawn(ordered(&order).send(gateway));
    let (mut working, process) = met(&listener).await;
    // Not even a client that has the invocation's id is accepted.
    let announced = |observation| match observation {
        Observation::Log { invocation, line, .. } if line == "announced" => invocation,
        _ => None,
    };
    let id = observed.next(announced).await;
    for (operation, then) in
        [("response", "read"), ("error", "read"), ("response", "close"), ("error", "close")]
    {
        let line = format!("POST /2018-06-01/runtime/invocation/{id}/{operation}");
        let forging = attack(&address, &line, &forged, then).await;
        assert!(then == "close" || forging.contains(NOTHING), "{operation}: {forging}");
    }
    let init = attack(&address, "POST /2018-06-01/runtime/init/error", &forged, "read").await;
    assert!(init.contains(NOTHING), "{init}");
    assert!(!answer.is_finished());
    working.write_all(b"!").await.unwrap();
    let answer = answer.await.unwrap();
    assert_eq!((answer.status, &answer.json()["process"]), (200, &Value::from(process)), "{answer:?}");
    assert_eq!(observed.send("tell").await.status, 200, "its own client goes on");
}

#[tokio::test]
async fn a_program_that_goes_on_as_another_user_is_told_why_it_gets_no_event() {
    if !may_be_another() {
        return;
    }
    let program = program().env("START", "another user").init_timeout(LONG);
    let gateway = Gateway::builder(api(Function::program(program).timeout(LONG))).start().await.unwrap();
    let error = gateway.invoke("worker", &json!({})).await.unwrap_err().to_string();
    assert!(error.contains("and refused a connection of user 65534"), "{error}");
}
