//! Tests the gateway from outside: over HTTP, with functions in this process and with programs.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

mod authorizers;
mod awslambdaric;
mod conformance;
mod events;
mod in_memory;
mod issuer;
mod page;
mod programs;
mod refusals;
mod soak;
mod tls;
mod wire;

#[cfg(target_os = "linux")]
use routegen_gateway_tests::stranger;
use routegen_gateway_tests::{client, functions, requirement};
