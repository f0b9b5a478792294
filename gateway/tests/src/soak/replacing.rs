//! Replaces the API again and again, while clients send requests all the time.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use routegen_gateway::Gateway;
use tokio::{sync::mpsc::unbounded_channel, task::JoinSet};

use crate::functions::{api, ordered, version};

const CLIENTS: usize = 4;
const REQUESTS: usize = 20;

/// Clients notice nothing but the new answers.
pub async fn round() {
    let gateway = Gateway::builder(api(version("0"))).start().await.unwrap();
    let in_place = Arc::new(AtomicUsize::new(0));
    let (answered, mut answers) = unbounded_channel();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (address, in_place, answered) = (gateway.address(), in_place.clone(), answered.clone());
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
            gateway.replace(&api(version(&count.to_string()))).unwrap();
            in_place.store(count, Ordering::SeqCst);
        }
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    assert_eq!(count, CLIENTS * REQUESTS);
    let told = ordered("tell").send(gateway.address()).await.json();
    assert_eq!(told["variables"]["VERSION"], count.to_string());
    gateway.shutdown().await;
}
