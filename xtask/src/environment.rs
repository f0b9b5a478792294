//! Where this runs: the repository, its target directory, a run of CI or not.

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

/// The target directory, in whose `debug` folder this program is.
pub(crate) fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    program.ancestors().nth(2).map_or_else(|| repository().join("target"), Path::to_owned)
}
