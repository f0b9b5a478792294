//! Builds the user's libraries with cargo, and links small programs to them with rustc.
//!
//! cargo sees nothing unusual: it builds libraries of the user's own workspace, with the user's lock file, profiles,
//! configuration and patches. A folder of its own inside the target directory keeps apart what is built with the
//! path prefixes remapped, so that the paths of this machine are in no artifact.

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
