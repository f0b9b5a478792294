//! Whether there is enough disk space for a run of all tests. On a full disk, the linker only reports "Bus
//! error".

use std::path::Path;

use crate::step::Failed;

/// What a run adds to an empty target directory.
const NEEDED_GB: u64 = 9;

/// Checks that there is enough space for a first run beside `target`, if nothing has been built there yet.
pub(crate) fn room(target: &Path) -> Result<(), Failed> {
    let error = |error| Failed(format!("the room at {} cannot be told: {error}", target.display()));
    let disk = rustix::fs::statvfs(target).map_err(error)?;
    let free = disk.f_bavail * disk.f_frsize / 1_000_000_000;
    if free >= NEEDED_GB || target.join("venv").exists() {
        return Ok(());
    }
    Err(Failed(format!(
        "A run of all tests takes {NEEDED_GB} GB, and the disk of {} has {free} GB left.",
        target.display()
    )))
}
