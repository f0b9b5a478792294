//! The command and its gateway as they are released: with the workspace's profile `dist`, in which everything is
//! optimised. Benchmarks measure these programs.

use std::path::PathBuf;

use crate::{
    environment::target,
    step::{Failed, Step},
};

/// Builds the command.
pub(crate) fn routegen() -> Result<PathBuf, Failed> {
    build("--package routegen-cli")?;
    Ok(target().join("dist/routegen"))
}

/// Builds the program that serves one function with the gateway's library alone.
pub(crate) fn gateway() -> Result<PathBuf, Failed> {
    build("--package routegen-gateway --example serve")?;
    Ok(target().join("dist/examples/serve"))
}

fn build(what: &str) -> Result<(), Failed> {
    Step::cargo(&format!("build --quiet --profile dist {what}")).run()
}
