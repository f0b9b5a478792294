//! Builds the user's libraries with cargo, and links small programs to them with rustc.
//!
//! For cargo this is an ordinary build: libraries of the user's own workspace, with the user's lock file,
//! profiles, configuration and patches. The path prefixes are remapped, so that artifacts contain no paths of
//! this machine. The output is therefore kept in a separate folder inside the target directory.

mod backend;
mod configuration;
mod definitions;
mod error;
mod flags;
mod libraries;
mod link;
mod mode;
mod profile;
mod record;
pub(crate) mod wrapper;

pub(crate) use self::{
    backend::Backend,
    error::Error,
    libraries::{Libraries, build},
    link::{Link, Linked, Own, link, link_together, with_symbols},
    mode::Mode,
};
