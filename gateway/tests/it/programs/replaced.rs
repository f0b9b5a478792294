//! Replacing the API while requests are in flight.

use std::sync::Arc;

use routegen_gateway::{Api, Function, LambdaAuthorizer, Route};
use routegen_gateway_tests::soak::replacing;
use routegen_spec::{Auth, Method};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpListener,
    sync::mpsc::{UnboundedSender, unbounded_channel},
};

use super::Observed;
use crate::functions::{LONG, api, exists, met, ordered, program, version};

/// A function of this version behind an authorizer that reports each request: from then on, the request
/// belongs to this API.
fn told(name: &str, begun: &UnboundedSender<()>) -> Api {
    let begun = begun.clone();
    let gate = Function::in_process(move |_| {
        begun.send(()).unwrap();
        async { Ok(json!({ "isAuthorized": true })) }
    });
    let auth = Auth::Authorizer("gate".to_owned());
    Api::new()
        .function("worker", version(name))
        .function("gate", gate)
        .authorizer("gate", LambdaAuthorizer::new("gate"))
        .route(Route::new(Method::Post, "/".parse().unwrap(), auth, "worker"))
}

#[tokio::test]
async fn what_began_before_it_ends_with_the_old_functions_and_what_came_later_with_the_new() {
    let (begun, mut begins) = unbounded_channel();
    let mut observed = Observed::start(told("old", &begun)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let order = format!("meet {}", listener.local_addr().unwrap());
    let send = || tokio::spawn(ordered(&order).send(observed.gateway.address()));

    // Two are being worked on, and two are waiting for a free process.
    let old: Vec<_> = (0..4).map(|_| send()).collect();
    for _ in &old {
        begins.recv().await.unwrap();
    }
    let mut working = vec![met(&listener).await, met(&listener).await];
    let old_processes = [working[0].1, working[1].1];

    observed.gateway.replace(&told("new", &begun)).unwrap();
    let new: Vec<_> = (0..3).map(|_| send()).collect();
    for _ in &new {
        begins.recv().await.unwrap();
    }
    for _ in 0..2 {
        let (stream, process) = met(&listener).await;
        assert!(!old_processes.contains(&process), "an old process has a new request");
        working.push((stream, process));
    }

    // The waiting ones proceed when others are done.
    for waiting in [true, true, true, false, false, false, false] {
        working.remove(0).0.write_all(b"!").await.unwrap();
        if waiting {
            working.push(met(&listener).await);
        }
    }
    for (requests, version) in [(old, "old"), (new, "new")] {
        for request in requests {
            let response = request.await.unwrap();
            assert_eq!(response.status, 200, "{response:?}");
            let body = response.json();
            assert_eq!(body["version"], version);
            let is_old = old_processes.iter().any(|process| body["process"] == *process);
            assert_eq!(is_old, version == "old");
        }
    }
    let mut ended = [observed.process_ended().await.0, observed.process_ended().await.0];
    ended.sort_unstable();
    let mut expected = old_processes;
    expected.sort_unstable();
    assert_eq!(ended, expected);
    assert!(ended.iter().all(|process| !exists(&Value::from(*process))));
}

/// Sends a message when it is dropped.
struct Going(UnboundedSender<()>);

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

#[tokio::test]
async fn what_a_program_holds_goes_after_the_last_request_that_began_with_it() {
    let (going, mut gone) = unbounded_channel();
    let held = program().instances(1).holding(Arc::new(Going(going)));
    let observed = Observed::start(api(Function::program(held).timeout(LONG))).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let order = format!("meet {}", listener.local_addr().unwrap());
    let old = tokio::spawn(ordered(&order).send(observed.gateway.address()));
    let (mut working, _) = met(&listener).await;
    for other in ["1", "2"] {
        observed.gateway.replace(&api(version(other))).unwrap();
    }
    assert!(gone.is_empty(), "a request is in flight");
    working.write_all(b"!").await.unwrap();
    assert_eq!(old.await.unwrap().status, 200);
    gone.recv().await.unwrap();
}

#[tokio::test]
async fn of_one_replacement_after_the_other_no_client_notices_but_by_the_answers() {
    replacing::round().await;
}
