//! The routes of a package: read from the registry, and compared with the compiled symbols and with the
//! source files.

mod error;
pub(crate) mod registry;
pub(crate) mod symbols;
pub(crate) mod uncompiled;

pub(crate) use self::error::Error;
