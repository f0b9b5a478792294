//! Files of the measured packages.

use std::{fs, path::Path};

use crate::{
    environment::repository,
    step::{Failed, Step},
};

pub(super) fn write(path: &Path, text: &str) -> Result<(), Failed> {
    fs::write(path, text).map_err(|error| Failed(format!("{} cannot be written: {error}", path.display())))
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    fs::read(path).map_err(|error| Failed(format!("{} cannot be read: {error}", path.display())))
}

/// The repository's own lock file, so that both packages use the versions with which routegen is tested.
pub(super) fn lock_file() -> Result<String, Failed> {
    String::from_utf8(read(&repository().join("Cargo.lock"))?)
        .map_err(|error| Failed(format!("Cargo.lock: {error}")))
}

/// Downloads are not part of a build.
pub(super) fn fetch(folder: &Path) -> Result<(), Failed> {
    Step::cargo("fetch --quiet").directory(folder).run()
}
