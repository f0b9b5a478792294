//! Another API in the place of the first, while requests are in flight.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use routegen_gateway::{Api, Function, LambdaAuthorizer, Route};
use routegen_spec::{Auth, Method};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpListener,
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::JoinSet,
};

use super::{LONG, Observed, api, exists, function::program, met, ordered};

/// A function whose answers tell its version.
fn version(version: &str) -> Function {
    Function::program(program().instances(2).env("VERSION", version)).timeout(LONG)
}

/// The same behind an authorizer that tells when a request has come as far: it has begun with this API then.
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

    // Two are worked on, and two wait for a process that is free.
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

    // Those that wait come when others are done.
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

/// Tells when it goes.
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
    one_after_the_other().await;
}

/// Clients that ask all the time, of a gateway whose API is replaced all the time.
pub(crate) async fn one_after_the_other() {
    const CLIENTS: usize = 4;
    const REQUESTS: usize = 20;
    let observed = Observed::start(api(version("0"))).await;
    let in_place = Arc::new(AtomicUsize::new(0));
    let (answered, mut answers) = unbounded_channel();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (address, in_place, answered) = (observed.gateway.address(), in_place.clone(), answered.clone());
        clients.spawn(async move {
            for _ in 0..REQUESTS {
                let least = in_place.load(Ordering::SeqCst);
                let response = ordered("tell").send(address).await;
                assert_eq!(response.status, 200, "{response:?}");
                let version = response.json()["variables"]["VERSION"].as_str().unwrap().parse().unwrap();
                assert!(least <= version, "{least} was in place, and {version} answered");
                answered.send(()).unwrap();
            }
        });
    }
    drop(answered);
    let mut count = 0;
    while answers.recv().await.is_some() {
        count += 1;
        if count % 8 == 0 {
            observed.gateway.replace(&api(version(&count.to_string()))).unwrap();
            in_place.store(count, Ordering::SeqCst);
        }
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    assert_eq!(count, CLIENTS * REQUESTS);
    let told = ordered("tell").send(observed.gateway.address()).await.json();
    assert_eq!(told["variables"]["VERSION"], count.to_string());
    observed.gateway.shutdown().await;
}
