//! Who may call: the decision of a route's authorizer about a request.
//!
//! In: a request that was routed. Out: the identity of the caller, or the refusal with its reason for the
//! log.

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
