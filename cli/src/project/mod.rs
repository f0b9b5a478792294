//! The user's project: the package and its workspace, `routegen.toml`, the architecture to build for.

pub(crate) mod cargo_options;
pub(crate) mod config;
mod error;
pub(crate) mod graph;
pub(crate) mod origin;
pub(crate) mod target;
pub(crate) mod workspace;

pub(crate) use self::error::Error;
