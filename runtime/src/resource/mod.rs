//! Values that are created once per execution environment: clients, pools, configuration.
//!
//! In: the types that a handler takes as [`Res`]. Out: each of them, created before the first invocation,
//! together with the resources that they need. What they declare, such as their permissions in AWS, is in the
//! registry. It creates nothing twice, and nothing that the function's own handler does not need.

mod failure;
mod grant;
mod init;
mod needs;

pub(crate) use failure::report;
pub(crate) use grant::Declaration;
#[cfg(feature = "registry")]
pub(crate) use grant::Declared;
pub use grant::{Grant, GrantValue};
pub use init::{Init, Maker, Res, Resource};
pub use needs::{FromResources, Needs};
pub(crate) use needs::{declared, maker};
