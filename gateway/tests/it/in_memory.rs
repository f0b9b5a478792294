//! A gateway without a listener: only its own process can connect to it.

use std::net::TcpListener;

use routegen_gateway::{Api, Function, Gateway, Route};
use routegen_spec::{Auth, Method};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::mpsc::unbounded_channel,
};

use crate::client::{Response, request};

fn api(function: Function) -> Api {
    let route = Route::new(Method::Get, "/".parse().unwrap(), Auth::None, "own");
    Api::new().function("own", function).route(route)
}

#[tokio::test]
async fn it_answers_as_over_loopback_and_takes_no_port() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let echo = Function::in_process(async |invocation| {
        Ok(json!({ "statusCode": 200, "body": invocation.event()?.to_string() }))
    });
    let gateway = Gateway::builder(api(echo)).port(address.port()).without_listener().start().await.unwrap();
    assert_eq!((gateway.address(), gateway.url()), (address, format!("http://{address}")));
    let mut responses = Vec::new();
    for host in [address.to_string(), "evil.test".to_owned()] {
        let mut connection = gateway.connect();
        connection.write_all(&request("GET /").bytes(&host)).await.unwrap();
        let mut bytes = Vec::new();
        connection.read_to_end(&mut bytes).await.unwrap();
        responses.push(Response::parse(&bytes));
    }
    assert_eq!(responses.iter().map(|response| response.status).collect::<Vec<_>>(), [200, 403]);
    let event = responses[0].json();
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    // The other listener on that port got no connection.
    taken.set_nonblocking(true).unwrap();
    assert!(taken.accept().is_err());
}

#[tokio::test]
async fn its_connections_break_off_with_it() {
    let (begun, mut begins) = unbounded_channel();
    let hang = Function::in_process(move |_| {
        begun.send(()).unwrap();
        async { std::future::pending().await }
    });
    let gateway = Gateway::builder(api(hang)).without_listener().start().await.unwrap();
    let mut connection = gateway.connect();
    connection.write_all(&request("GET /").bytes("localhost")).await.unwrap();
    begins.recv().await.unwrap();
    gateway.shutdown().await;
    assert_eq!(connection.read_to_end(&mut Vec::new()).await.unwrap_or_default(), 0);
}
