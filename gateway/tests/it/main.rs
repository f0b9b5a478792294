//! The gateway from outside: over HTTP, with functions of this process and with programs.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod client;
mod conformance;
