//! What API Gateway's HTTP APIs do, and Lambda behind them and behind event sources, as functions without
//! I/O.
//!
//! In: requests, routes, claims of tokens, answers of functions. Out: which route a request selects, the
//! event that its function gets, the response that an answer becomes, and refusals with the texts that
//! clients read. Nothing is sent, started, read or stored here, and no signature is checked.
//!
//! The local gateway follows these rules, and the features `router` and `testing` of the crate `routegen`
//! use them to make events. `tests/golden` checks them against events that AWS published or others
//! captured. Where AWS does not document a rule, a comment there names the report. AWS's limits are in
//! [`routegen_spec::limits`].
//!
//! The crate is for those crates in the same version; its interface changes with them.

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
