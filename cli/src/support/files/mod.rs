//! Reads and writes files. Only this module changes the user's disk.
//!
//! A file is written beside its destination and then moved there, so that it is either complete or absent. It
//! is written only if its content changes, so that its modification time stays the same otherwise. Nothing is
//! synced: this does not protect against power cuts. A process that is killed may leave a `.routegen-…` file
//! beside the destination; no result has such a name.

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

/// The state of a file that others write. As long as the state is the same, the content is assumed to be the
/// same.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct FileState {
    pub(crate) bytes: u64,
    /// The modification time, in nanoseconds since 1970.
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

/// Whether both files can be read and have the same content.
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

/// Writes `content`, and creates missing parent folders.
pub(crate) fn write_if_changed(path: &Utf8Path, content: &[u8]) -> Result<Outcome, Error> {
    match stage(path, content)? {
        Some(staged) => staged.put().map(|()| Outcome::Written),
        None => Ok(Outcome::Unchanged),
    }
}

/// The same for a file that only later runs read: a link in its place is replaced, wherever it points.
pub(crate) fn write_own(path: &Utf8Path, content: &[u8]) -> Result<(), Error> {
    if read_own(path).is_some_and(|old| old == content) {
        return Ok(());
    }
    stage_new(path, content)?.put()
}

/// A file that has been written but not moved to its destination. It is removed when dropped.
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

/// Writes `content` beside its destination, unless it is there already, and creates missing parent folders.
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
    // Temporary files are private to their owner, but this one becomes an ordinary file.
    builder.permissions(Permissions::from_mode(0o666));
    let mut file = builder.prefix(".routegen-").tempfile_in(folder).map_err(error)?;
    file.write_all(content).map_err(error)?;
    Ok(Staged { file, path: path.to_owned() })
}

/// Writes files that are useless without each other: all of them or none.
pub(crate) fn write_together<'a>(
    files: impl IntoIterator<Item = (&'a Utf8Path, &'a [u8])>,
) -> Result<(), Error> {
    let staged: Result<Vec<_>, _> = files.into_iter().map(|(path, content)| stage(path, content)).collect();
    staged?.into_iter().flatten().try_for_each(Staged::put)
}

/// Writes a new file that everyone may read, and creates its parent folders.
pub(crate) fn write_new(path: &Utf8Path, content: &[u8], executable: bool) -> Result<(), Error> {
    create_folder(path.parent().unwrap_or(Utf8Path::new(".")))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(if executable { 0o777 } else { 0o666 });
    let written = options.open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| Error::io("write", path, error))
}

/// Gives a file a second name, which must be free. The file keeps its content under that name when another
/// file takes its first place. If the file system has no hard links, the file is copied.
pub(crate) fn link_or_copy(file: &Utf8Path, name: &Utf8Path) -> Result<(), Error> {
    if std::fs::hard_link(file, name).is_ok() { Ok(()) } else { copy_new(file, name) }
}

/// Copies a file to a new name.
pub(crate) fn copy_new(file: &Utf8Path, name: &Utf8Path) -> Result<(), Error> {
    write_new(name, &read_bytes(file)?, is_executable(file)?)
}

/// Opens a file that belongs to routegen. Refuses to follow a link in its place, and refuses anything but a
/// regular file. `options` must not truncate, because the file is checked first.
fn open_own(path: &Utf8Path, options: &mut OpenOptions) -> io::Result<File> {
    // Opening a pipe would block.
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

/// The content of a file that routegen wrote for later runs; `None` if there is no such file or something
/// else is in its place.
pub(crate) fn read_own(path: &Utf8Path) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    open_own(path, File::options().read(true)).ok()?.read_to_end(&mut content).ok()?;
    Some(content)
}

/// Removes a folder with everything in it.
pub(crate) fn remove_folder(path: &Utf8Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// The interval between attempts to take a lock.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Takes the lock `path` and holds it until the file is dropped. `waiting` is called before a wait. It tries
/// repeatedly, because the user could not interrupt one long wait. The file's content stays as it is.
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

/// Whether the owner may execute the file.
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

/// A folder that starts empty and is removed when this value is dropped.
#[derive(Debug)]
pub(crate) struct TemporaryFolder(Utf8PathBuf);

impl TemporaryFolder {
    /// Creates it, after removing what a killed command may have left there.
    pub(crate) fn new(path: Utf8PathBuf) -> Result<Self, Error> {
        remove_folder(&path)?;
        create_folder(path.parent().unwrap_or(Utf8Path::new(".")))?;
        // Fails on a folder that someone has just created, and does not follow a link.
        std::fs::create_dir(&path).map_err(|error| Error::io("create the folder", &path, error))?;
        Ok(Self(path))
    }

    /// Moves it to a free path, where it stays.
    pub(crate) fn move_to(self, place: &Utf8Path) -> Result<(), Error> {
        // After this, nothing is left to drop.
        std::fs::rename(&self.0, place).map_err(|error| Error::io("create the folder", place, error))
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // The next folder of this name removes what cannot be removed now.
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

    /// Other things in the place of a file of routegen's own, beside a file that it must not touch.
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
        // A hard link is the same file: it is locked, and keeps its content.
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
        // Including the content that is already behind the link.
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
