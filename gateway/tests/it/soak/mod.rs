//! What a gateway has to stand: functions that fail in every way, clients that vanish or dawdle, floods of bad tokens.
//!
//! Each part is a file with one function: a round of it, in which every request has to be answered as its kind deserves.
//! The tests run one round; `just soak` runs all parts at once for as long as is asked ([`long`]). After either, every process
//! that the gateway started is reaped.

mod bad_tokens;
mod connection;
mod failing;
mod ground;
mod idle;
mod long;
mod unread;
mod vanishing;

use crate::requirement;
use ground::Ground;

#[tokio::test]
async fn functions_that_fail_at_once_fail_their_own_requests_and_no_others() {
    let ground = Ground::start().await;
    failing::round(&ground).await;
    assert_eq!(ground.end().await.count(500), failing::FAIL);
}

#[tokio::test]
async fn clients_that_vanish_at_any_moment_cost_no_process() {
    let ground = Ground::start().await;
    vanishing::round(&ground).await;
    ground.end().await;
}

#[tokio::test]
async fn beside_clients_that_read_nothing_of_their_answers_others_are_served() {
    let ground = Ground::start().await;
    let _clients = unread::round(&ground).await;
    ground.end().await;
}

#[tokio::test]
async fn a_flood_of_bad_tokens_is_refused_and_fetches_no_keys() {
    let ground = Ground::start().await;
    bad_tokens::round(&ground, 0).await;
    assert_eq!(ground.end().await.count(401), bad_tokens::REFUSED);
}

#[tokio::test]
async fn behind_a_thousand_idle_and_some_slow_connections_others_are_served_and_then_they_are() {
    if requirement::or_skip(&idle::descriptors()).is_none() {
        return;
    }
    let ground = Ground::start().await;
    idle::round(&ground).await;
    ground.end().await;
}
