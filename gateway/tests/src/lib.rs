//! The basis of tests: an HTTP client that hides nothing, the functions that tests start, what API Gateway
//! does case by case, and the soak of a gateway.
//!
//! It is only for tests, so everything unexpected panics.

#![allow(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should, and its reader has the source"
)]

pub mod client;
pub mod conformance;
pub mod functions;
pub mod requirement;
pub mod soak;
#[cfg(target_os = "linux")]
pub mod stranger;
