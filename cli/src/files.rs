//! Reads and writes files. The only place that changes the user's disk.
//!
//! A file is written beside its place and then moved there, so that it is whole or not there; it is written only if
//! its content changes, so that nothing downstream sees a new time. Nothing is synced: a power cut is not guarded
//! against. A process that is killed may leave a `.routegen-…` beside the place, which no name of a result matches.

mod generated;

use std::{
    fs::{File, TryLockError},
    io::Write as _,
    thread,
    time::Duration,
};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

pub(crate) use self::generated::{Difference, Edits, Generated, compare_generated, sides, write_generated};
use crate::{error::Error, interrupt};

/// A file from outside. While it looks the same, its content is taken to be the same.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Seen {
    pub(crate) bytes: u64,
    /// When it was changed, in nanoseconds since 1970.
    modified: u128,
}

impl Seen {
    pub(crate) fn new(path: &Utf8Path) -> Result<Self, Error> {
        let error = |error| Error::io("read", path, error);
        let metadata = std::fs::metadata(path).map_err(error)?;
        let modified = metadata.modified().map_err(error)?;
        let modified = modified.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(Self { bytes: metadata.len(), modified })
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Written,
    Unchanged,
    Removed,
}

/// Writes `content`, with the folders that are missing above it.
pub(crate) fn write_if_changed(path: &Utf8Path, content: &[u8]) -> Result<Outcome, Error> {
    match stage(path, content)? {
        Some(staged) => staged.put().map(|()| Outcome::Written),
        None => Ok(Outcome::Unchanged),
    }
}

/// A file that is written, but not in its place yet. Dropped, it is gone.
struct Staged {
    file: NamedTempFile,
    path: Utf8PathBuf,
}

impl Staged {
    fn put(self) -> Result<(), Error> {
        let Self { file, path } = self;
        file.persist(&path).map(drop).map_err(|failed| Error::io("write", &path, failed.error))
    }
}

/// Writes `content` beside its place, unless it is there already, with the folders that are missing above it.
fn stage(path: &Utf8Path, content: &[u8]) -> Result<Option<Staged>, Error> {
    if std::fs::read(path).is_ok_and(|old| old == content) {
        return Ok(None);
    }
    let folder = path.parent().unwrap_or(Utf8Path::new("."));
    create_folder(folder)?;
    let error = |error| Error::io("write", path, error);
    let mut builder = tempfile::Builder::new();
    // A temporary file is for its owner alone; this one is to become an ordinary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".routegen-").tempfile_in(folder).map_err(error)?;
    file.write_all(content).map_err(error)?;
    Ok(Some(Staged { file, path: path.to_owned() }))
}

/// Writes files that are of no use without each other: where one cannot be written, none is.
pub(crate) fn write_together<'a>(
    files: impl IntoIterator<Item = (&'a Utf8Path, &'a [u8])>,
) -> Result<(), Error> {
    let staged: Result<Vec<_>, _> = files.into_iter().map(|(path, content)| stage(path, content)).collect();
    staged?.into_iter().flatten().try_for_each(Staged::put)
}

/// Writes a file that is not there, for everyone to read, with the folders above it.
pub(crate) fn write_new(path: &Utf8Path, content: &[u8], executable: bool) -> Result<(), Error> {
    create_folder(path.parent().unwrap_or(Utf8Path::new(".")))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o777 } else { 0o666 });
    #[cfg(not(unix))]
    let _ = executable;
    let written = options.open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| Error::io("write", path, error))
}

/// Gives a file a second name, under which it stays what it is when another is made in its place. Where the disk knows no second
/// names, it is copied.
pub(crate) fn link_or_copy(file: &Utf8Path, name: &Utf8Path) -> Result<(), Error> {
    if std::fs::hard_link(file, name).is_ok() {
        return Ok(());
    }
    std::fs::copy(file, name).map(drop).map_err(|error| Error::io("copy", file, error))
}

/// Removes a folder with all that is in it.
pub(crate) fn remove_folder(path: &Utf8Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// Between two looks at a lock that somebody else holds.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Waits until nobody else holds the lock `path`, and holds it until the file is dropped. `waiting` is called before a
/// wait. It looks again and again in place of one long wait, which the user could not break off.
pub(crate) fn lock(path: &Utf8Path, waiting: impl FnOnce()) -> Result<File, Error> {
    create_folder(path.parent().unwrap_or(Utf8Path::new(".")))?;
    let error = |error: std::io::Error| Error::io("lock", path, error);
    let file = File::create(path).map_err(error)?;
    let mut waiting = Some(waiting);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {
                if let Some(waiting) = waiting.take() {
                    waiting();
                }
                interrupt::check()?;
                thread::sleep(LOOK_AGAIN);
            }
            Err(TryLockError::Error(failed)) => return Err(error(failed)),
        }
    }
}

pub(crate) fn create_folder(path: &Utf8Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).map_err(|error| Error::io("create the folder", path, error))
}

pub(crate) fn read(path: &Utf8Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::io("read", path, error))
}

pub(crate) fn read_if_exists(path: &Utf8Path) -> Result<Option<String>, Error> {
    if path.exists() { read(path).map(Some) } else { Ok(None) }
}

pub(crate) fn read_bytes(path: &Utf8Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| Error::io("read", path, error))
}

/// Whether its owner may run the file.
pub(crate) fn is_executable(path: &Utf8Path) -> Result<bool, Error> {
    let metadata = std::fs::metadata(path).map_err(|error| Error::io("read", path, error))?;
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0;
    #[cfg(not(unix))]
    let executable = {
        // Other systems do not say it, and build no artifacts.
        let _ = metadata;
        false
    };
    Ok(executable)
}

pub(crate) fn remove_if_exists(path: &Utf8Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// A folder that is empty to begin with, and gone when this value is.
#[derive(Debug)]
pub(crate) struct TemporaryFolder(Utf8PathBuf);

impl TemporaryFolder {
    /// What a command that was killed has left there goes first.
    pub(crate) fn new(path: Utf8PathBuf) -> Result<Self, Error> {
        remove_folder(&path)?;
        create_folder(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // The next one of this name removes what cannot be removed now.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("a/b.tf")).unwrap();
        (folder, path)
    }

    #[test]
    fn of_files_that_are_written_together_none_is_there_where_one_cannot_be() {
        let (_guard, path) = folder();
        // A file cannot be a folder.
        let below = path.join("c.tf");
        create_folder(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "before").unwrap();
        let both = |second| write_together([(path.as_path(), &b"after"[..]), (second, b"x")]);
        both(&below).unwrap_err();
        assert_eq!(read(&path).unwrap(), "before");
        both(&path.with_file_name("c.tf")).unwrap();
        assert_eq!(read(&path).unwrap(), "after");
    }

    #[test]
    fn nothing_is_left_beside_a_file_that_cannot_be_written() {
        let (_guard, path) = folder();
        create_folder(&path).unwrap();
        assert!(write_if_changed(&path, b"x").is_err());
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
