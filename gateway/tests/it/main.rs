//! The gateway from outside: over HTTP, with functions of this process and with programs.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod authorizers;
mod awslambdaric;
mod client;
mod conformance;
mod in_memory;
mod issuer;
mod page;
mod programs;
mod refusals;
#[path = "../../../cli/tests/it/terraform/requirement.rs"]
mod requirement;
mod soak;
mod tls;
mod wire;
