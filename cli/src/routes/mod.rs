//! The routes of a package: read from the registry, and compared with what was compiled and with what the files show.

mod error;
pub(crate) mod registry;
pub(crate) mod symbols;
pub(crate) mod uncompiled;

pub(crate) use self::error::Error;
