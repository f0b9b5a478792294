//! The command line: arguments, commands, and every error that they can end with.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod error;
