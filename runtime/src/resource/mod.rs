//! Things that are made once in an execution environment: clients, pools, configuration.
//!
//! In: the types that a handler takes as [`Res`]. Out: each of them, made before the first invocation, and whatever
//! need themselves. What they declare, such as what they may do in AWS, the registry has. It makes nothing twice, and nothing that the
//! function's own handler does not need.

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
