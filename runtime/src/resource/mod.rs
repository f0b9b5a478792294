//! Things that are made once in an execution environment: clients, pools, configuration.
//!
//! In: the types that a handler takes as [`Res`]. Out: each of them, made before the first invocation, and whatever
//! they ask for themselves. It makes nothing twice, and nothing that the function's own handler does not need.

mod failure;
mod init;

pub(crate) use failure::report;
pub use init::{Init, Maker, Res, Resource};
