//! The emitted Terraform: what is in it, and that Terraform and the real provider agree with it.
//!
//! Nothing here calls AWS or needs an account. Programs that a machine may lack are asked for with `or_skip`.

mod checkov;
mod combinations;
mod emitted;
mod environments;
pub(crate) mod process;
mod provider;
mod running_provider;
pub(crate) mod tool;
mod variants;
