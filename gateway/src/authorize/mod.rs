//! Who may call: what the authorizer of a route says of a request.
//!
//! In: a request that a route was found for. Out: who calls, or the refusal with what the log says of it.

mod decider;
mod decision_cache;
mod iam;
mod jwt;
mod lambda;
mod refused;

pub(crate) use decider::Decider;
pub(crate) use iam::IamVerifier;
pub(crate) use jwt::{JwtVerifier, KeySource, RemoteKeys};
pub(crate) use lambda::LambdaDecider;
pub(crate) use refused::Refused;
