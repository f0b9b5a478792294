//! Floods of forged, guessed and foreign tokens, with a valid one among them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use tokio::task::JoinSet;

use super::ground::Ground;
use crate::client::request;

/// The number of concurrent clients, and of tokens of each kind.
const CLIENTS: usize = 8;
const TOKENS: usize = 8;

/// Kinds of tokens that have never been sent before.
const KINDS: usize = 5;

/// How many requests of a round are answered with 401. The forged token is sent again and again.
pub const REFUSED: usize = CLIENTS * TOKENS * (KINDS + 1);

/// The bad ones are refused, and the good one passes. `number` makes the tokens of each round different.
pub async fn round(ground: &Ground, number: usize) {
    let good = ground.token().mint();
    let forged = ground.token().forged().mint();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (address, good, forged) = (ground.address(), good.clone(), forged.clone());
        clients.spawn(async move {
            let get = async |token: &str| request("GET /closed").bearer(token).send(address).await.status;
            for token in 0..TOKENS {
                let seed = (number * CLIENTS + client) * TOKENS + token;
                for (kind, token) in bad(&good, seed) {
                    assert_eq!(get(&token).await, 401, "{kind}");
                }
                assert_eq!(get(&forged).await, 401);
                assert_eq!(get(&good).await, 200);
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
}

/// Tokens that no other seed gives.
fn bad(good: &str, seed: usize) -> [(&'static str, String); KINDS] {
    let rest = good.split_once('.').unwrap().1;
    let with = |algorithm: &str, key: &str| {
        let header = json!({ "alg": algorithm, "kid": key }).to_string();
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
    };
    let noise = noise(seed);
    [
        ("a kid that nobody has", with("RS256", &format!("forged-{seed}"))),
        ("signed by nobody", with("none", &format!("none-{seed}"))),
        ("signed by a secret", with("HS256", &format!("hmac-{seed}"))),
        ("the form of a token", format!("{0}.{0}.{0}", URL_SAFE_NO_PAD.encode(&noise))),
        ("noise", URL_SAFE_NO_PAD.encode(&noise)),
    ]
}

/// Bytes that are different for each seed (xorshift).
fn noise(seed: usize) -> Vec<u8> {
    let mut state = seed as u64 + 0x9e37_79b9_7f4a_7c15;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next).take(64).flatten().collect()
}
