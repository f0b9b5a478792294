//! What API Gateway's HTTP APIs do, and Lambda behind them and behind event sources, as functions without I/O.
//!
//! In: requests, routes, tokens' claims, functions' answers. Out: which route takes a request, the event that its function gets, the
//! response that an answer stands for, and what is refused, with the words that clients read. Nothing is sent, started, read or kept
//! here, and no signature is checked.
//!
//! The local gateway serves by these rules, and the features `router` and `testing` of the crate `routegen` make events by them.
//! `tests/golden` holds them to events that AWS published or others captured. Where a rule is not documented, its place says who
//! reported it. AWS's numbers are in [`routegen_spec::limits`].
//!
//! The crate is for these crates of one version; its interface changes with them.

pub mod authorizer;
pub mod claims;
pub mod consumer;
pub mod cors;
pub mod event;
pub mod host;
pub mod identity;
mod query;
mod refusal;
pub mod response;
pub mod routing;
mod stage;

pub use query::QueryParameters;
pub use refusal::Refusal;
pub use stage::{ACCOUNT_ID, API_ID, ApiStage, REGION};
