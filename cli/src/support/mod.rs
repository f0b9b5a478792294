//! What every room may use and what itself uses no room: files, hashes, JSON, Ctrl-C, times.

mod error;
pub(crate) mod files;
pub(crate) mod hash;
pub(crate) mod interrupt;
pub(crate) mod json;
pub(crate) mod timings;

pub(crate) use self::error::Error;
