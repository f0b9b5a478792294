//! The command line as users run it. There is one binary for all integration tests, so that it links only
//! once.
//!
//! The example is packaged once, by the first test that needs it. Projects in tests share the target
//! directory, so that their dependencies are also compiled only once.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that fails should stop and say why")]

mod artifacts;
mod backend;
mod clients;
mod commands;
mod contract;
mod dev;
mod diff;
mod emulator;
mod fixture;
mod folders;
mod inspect;
mod interruptions;
mod new;
mod packing;
mod petshop;
mod projects;
mod readme;
mod registry;
mod runtime_api;
mod terraform;
mod versions;
mod wheel;

use routegen_gateway_tests::requirement;
