//! The command line as its users run it: one binary for all integration tests, so that it links once.
//!
//! The example is packaged once, by the first test that asks for it. Projects made by tests share the target
//! directory, so that their dependencies are compiled once as well.

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
