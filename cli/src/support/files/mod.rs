//! Reads and writes files. The only place that changes the user's disk.
//!
//! A file is written beside its place and then moved there, so that it is whole or not there; it is written only if
//! its content changes, so that nothing downstream sees a new time. Nothing is synced: a power cut is not guarded
//! against. A process that is killed may leave a `.routegen-…` beside the place, which no name of a result matches.

mod generated;
mod new_folder;

use std::{
    fs::{File, OpenOptions, Permissions, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    thread,
    time::Duration,
};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

pub(crate) use self::generated::{Difference, Edits, Generated, compare_generated, sides, write_generated};
pub(crate) use self::new_folder::NewFolder;
use crate::support::{Error, interrupt};

/// A file from outside. While it looks the same, its content is taken to be the same.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct FileState {
    pub(crate) bytes: u64,
    /// When it was changed, in nanoseconds since 1970.
    modified: u128,
}

impl FileState {
    pub(crate) fn new(path: &Utf8Path) -> Result<Self, Error> {
        let error = |error| Error::io("read", path, error);
        let metadata = std::fs::metadata(path).map_err(error)?;
        let modified = metadata.modified().map_err(error)?;
        let modified = modified.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(Self { bytes: metadata.len(), modified })
    }
}

/// Whether two files can be read and hold the same.
pub(crate) fn are_equal(one: &Utf8Path, other: &Utf8Path) -> bool {
    let length = |path: &Utf8Path| path.metadata().map(|metadata| metadata.len()).ok();
    let contents = |path: &Utf8Path| std::fs::read(path).ok();
    length(one).is_some()
        && length(one) == length(other)
        && contents(one).is_some_and(|it| Some(it) == contents(other))
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

/// The same for a file that is written for later runs alone: a link in its place is replaced, wherever it leads.
pub(crate) fn write_own(path: &Utf8Path, content: &[u8]) -> Result<(), Error> {
    if read_own(path).is_some_and(|old| old == content) {
        return Ok(());
    }
    stage_new(path, content)?.put()
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
    stage_new(path, content).map(Some)
}

fn stage_new(path: &Utf8Path, content: &[u8]) -> Result<Staged, Error> {
    let folder = path.parent().unwrap_or(Utf8Path::new("."));
    create_folder(folder)?;
    let error = |error| Error::io("write", path, error);
    let mut builder = tempfile::Builder::new();
    // A temporary file is for its owner alone; this one is to become an ordinary file.
    builder.permissions(Permissions::from_mode(0o666));
    let mut file = builder.prefix(".routegen-").tempfile_in(folder).map_err(error)?;
    file.write_all(content).map_err(error)?;
    Ok(Staged { file, path: path.to_owned() })
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
    options.write(true).create_new(true).mode(if executable { 0o777 } else { 0o666 });
    let written = options.open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| Error::io("write", path, error))
}

/// Gives a file a second name, which is free, and under which it stays what it is when another is made in its place. Where the disk
/// knows no second names, it is copied.
pub(crate) fn link_or_copy(file: &Utf8Path, name: &Utf8Path) -> Result<(), Error> {
    if std::fs::hard_link(file, name).is_ok() { Ok(()) } else { copy_new(file, name) }
}

/// Copies a file to a name that is free.
pub(crate) fn copy_new(file: &Utf8Path, name: &Utf8Path) -> Result<(), Error> {
    write_new(name, &read_bytes(file)?, is_executable(file)?)
}

/// Opens a file that belongs to routegen, and neither what a link in its place leads to nor what is no file. `options` must not
/// truncate: what is there is looked at first.
fn open_own(path: &Utf8Path, options: &mut OpenOptions) -> io::Result<File> {
    // A pipe in its place would have its opener wait.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed());
    let is_link = || path.symlink_metadata().is_ok_and(|there| there.is_symlink());
    let file = match options.open(path) {
        Err(_) if is_link() => return Err(in_the_way("a link")),
        opened => opened?,
    };
    if file.metadata()?.is_file() { Ok(file) } else { Err(in_the_way("something that is no file")) }
}

fn in_the_way(what: &str) -> io::Error {
    io::Error::other(format!("{what} is in its place, which routegen does not follow; remove it"))
}

/// What a file of routegen's own holds, which is written for later runs. Where there is none, or something else in its place, nothing
/// has been written down.
pub(crate) fn read_own(path: &Utf8Path) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    open_own(path, File::options().read(true)).ok()?.read_to_end(&mut content).ok()?;
    Some(content)
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
/// wait. It looks again and again in place of one long wait, which the user could not break off. What the file holds stays as it is.
pub(crate) fn lock(path: &Utf8Path, waiting: impl FnOnce()) -> Result<File, Error> {
    create_folder(path.parent().unwrap_or(Utf8Path::new(".")))?;
    let error = |error: std::io::Error| Error::io("lock", path, error);
    let mut options = File::options();
    let file = open_own(path, options.read(true).write(true).create(true).truncate(false)).map_err(error)?;
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
    Ok(metadata.permissions().mode() & 0o100 != 0)
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
        create_folder(path.parent().unwrap_or(Utf8Path::new(".")))?;
        // Not one that somebody has just put there, nor what a link leads to.
        std::fs::create_dir(&path).map_err(|error| Error::io("create the folder", &path, error))?;
        Ok(Self(path))
    }

    /// Moves it to a place where nothing is, to stay.
    pub(crate) fn move_to(self, place: &Utf8Path) -> Result<(), Error> {
        // What is left to drop is gone then.
        std::fs::rename(&self.0, place).map_err(|error| Error::io("create the folder", place, error))
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

    /// Something in the place of a file of routegen's own, beside a file that is not its to touch.
    #[cfg(unix)]
    #[test]
    fn a_lock_follows_no_link_truncates_nothing_and_says_what_is_in_its_place() {
        let (_guard, path) = folder();
        let (lock_path, victim) = (path.with_file_name(".lock"), path.with_file_name("victim"));
        create_folder(path.parent().unwrap()).unwrap();
        std::fs::write(&victim, "before").unwrap();
        let refused = |what: &str| {
            let error = lock(&lock_path, || panic!("nobody holds it")).unwrap_err().to_string();
            assert!(error.contains(lock_path.as_str()) && error.contains(what), "{error}");
            assert_eq!(read(&victim).unwrap(), "before");
            assert!(!path.with_file_name("missing").exists());
        };
        for target in [victim.as_path(), &path.with_file_name("missing"), path.parent().unwrap()] {
            std::os::unix::fs::symlink(target, &lock_path).unwrap();
            refused("a link is in its place");
            std::fs::remove_file(&lock_path).unwrap();
        }
        std::fs::create_dir(&lock_path).unwrap();
        lock(&lock_path, || ()).unwrap_err();
        std::fs::remove_dir(&lock_path).unwrap();
        let status = std::process::Command::new("mkfifo").arg(&lock_path).status().unwrap();
        assert!(status.success());
        refused("something that is no file is in its place");
        std::fs::remove_file(&lock_path).unwrap();
        // A second name of a file is that file: it is locked, and keeps what it holds.
        std::fs::hard_link(&victim, &lock_path).unwrap();
        drop(lock(&lock_path, || ()).unwrap());
        assert_eq!(read(&victim).unwrap(), "before");
    }

    #[test]
    fn what_somebody_else_locks_is_not_touched_before() {
        let (_guard, path) = folder();
        let held = lock(&path, || ()).unwrap();
        std::fs::write(&path, "theirs").unwrap();
        let (told, hears) = std::sync::mpsc::channel();
        let waits = std::thread::spawn({
            let path = path.clone();
            move || lock(&path, move || told.send(()).unwrap()).map(drop)
        });
        hears.recv().unwrap();
        assert_eq!(read(&path).unwrap(), "theirs");
        drop(held);
        waits.join().unwrap().unwrap();
        assert_eq!(read(&path).unwrap(), "theirs");
    }

    #[cfg(unix)]
    #[test]
    fn what_was_written_down_is_read_and_written_past_no_link() {
        let (_guard, path) = folder();
        let victim = path.with_file_name("victim");
        create_folder(path.parent().unwrap()).unwrap();
        std::fs::write(&victim, "before").unwrap();
        assert_eq!(read_own(&path), None);
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        assert_eq!(read_own(&path), None);
        // Also with the content that is there behind the link.
        for content in ["after", "before"] {
            write_own(&path, content.as_bytes()).unwrap();
            assert_eq!(
                (read_own(&path).unwrap(), read(&victim).unwrap()),
                (content.into(), "before".to_owned())
            );
            std::fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink(&victim, &path).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_taken_is_not_copied_over() {
        let (_guard, path) = folder();
        let (from, victim) = (path.with_file_name("from"), path.with_file_name("victim"));
        create_folder(path.parent().unwrap()).unwrap();
        std::fs::write(&from, "new").unwrap();
        std::fs::write(&victim, "before").unwrap();
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        link_or_copy(&from, &path).unwrap_err();
        assert_eq!(read(&victim).unwrap(), "before");
        std::fs::remove_file(&path).unwrap();
        copy_new(&from, &path).unwrap();
        assert_eq!(read(&path).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_temporary_folder_is_new_where_a_link_was() {
        let (_guard, path) = folder();
        let theirs = path.with_file_name("theirs");
        create_folder(&theirs).unwrap();
        std::fs::write(theirs.join("file"), "before").unwrap();
        std::os::unix::fs::symlink(&theirs, &path).unwrap();
        let temporary = TemporaryFolder::new(path.clone()).unwrap();
        assert!(!path.symlink_metadata().unwrap().is_symlink());
        std::fs::write(path.join("file"), "ours").unwrap();
        drop(temporary);
        assert!(!path.exists());
        assert_eq!(read(&theirs.join("file")).unwrap(), "before");
    }

    #[test]
    fn nothing_is_left_beside_a_file_that_cannot_be_written() {
        let (_guard, path) = folder();
        create_folder(&path).unwrap();
        assert!(write_if_changed(&path, b"x").is_err());
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
