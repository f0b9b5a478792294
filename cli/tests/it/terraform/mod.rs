//! The emitted Terraform: its contents, and that Terraform and the real provider accept it.
//!
//! Nothing here calls AWS or requires an account. Tests that need a program that may be missing use
//! `or_skip`.

mod checkov;
mod combinations;
mod emitted;
mod environments;
pub(crate) mod process;
mod provider;
mod running_provider;
mod schemas;
pub(crate) mod tool;
mod variants;
