//! The environment of a task: the repository, its target directory, and whether this is a CI run.

use std::{
    env,
    path::{Path, PathBuf},
};

/// Whether this is a run that must not skip anything.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|ci| ci == "true")
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// The target directory, whose `debug` folder contains this program.
pub(crate) fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    program.ancestors().nth(2).map_or_else(|| repository().join("target"), Path::to_owned)
}
