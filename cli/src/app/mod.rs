//! The command line: its arguments, its commands, and every error that they can return.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod error;
