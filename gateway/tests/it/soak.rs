//! Runs one round of each part of [the soak](routegen_gateway_tests::soak).

use routegen_gateway_tests::soak::{bad_tokens, failing, ground::Ground, idle, unread, vanishing};

use crate::requirement;

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
