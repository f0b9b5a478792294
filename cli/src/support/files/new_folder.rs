//! A folder that is created with all of its content, or not at all.
//!
//! In: its path, with nothing or an empty folder there. Out: the folder, once everything in it is written. It
//! overwrites nothing, and removes what it has created, after errors and Ctrl-C alike, unless it is told to
//! keep it.

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::create_folder;
use crate::support::Error;

#[derive(Debug)]
pub(crate) struct NewFolder {
    path: Utf8PathBuf,
    /// Where the files are written first: inside the folder, so that they can be moved by renaming.
    staged: Option<TempDir>,
    /// The folders that were created, outermost first.
    made: Vec<Utf8PathBuf>,
    /// What has been moved to its place.
    moved: Vec<Utf8PathBuf>,
    keep: bool,
}

impl NewFolder {
    /// Creates the folder and its missing parents.
    pub(crate) fn begin(path: Utf8PathBuf) -> Result<Self, Error> {
        let missing = path.ancestors().take_while(|folder| !folder.as_str().is_empty() && !folder.exists());
        let mut made: Vec<_> = missing.map(Utf8Path::to_owned).collect();
        made.reverse();
        let mut folder = Self { path, staged: None, made, moved: Vec::new(), keep: false };
        create_folder(&folder.path)?;
        let staged = tempfile::Builder::new().prefix(".routegen-").tempdir_in(&folder.path);
        folder.staged = Some(staged.map_err(|error| Error::io("create a folder in", &folder.path, error))?);
        Ok(folder)
    }

    /// Where files are written until all of them are complete.
    pub(crate) fn staged(&self) -> &Utf8Path {
        let staged = self.staged.as_ref().and_then(|staged| Utf8Path::from_path(staged.path()));
        staged.unwrap_or(&self.path)
    }

    /// Moves everything to its place.
    pub(crate) fn put(&mut self) -> Result<(), Error> {
        let staged = self.staged().to_owned();
        let error = |error| Error::io("create", &self.path, error);
        for entry in staged.read_dir_utf8().map_err(error)? {
            let entry = entry.map_err(error)?;
            let place = self.path.join(entry.file_name());
            if place.symlink_metadata().is_ok() {
                return Err(Error::Foreign { path: place });
            }
            std::fs::rename(entry.path(), &place).map_err(|error| Error::io("create", &place, error))?;
            self.moved.push(place);
        }
        Ok(())
    }

    /// Keeps the folder.
    pub(crate) fn keep(mut self) {
        self.keep = true;
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        // A failure to clean up is not reported, because an error has already occurred.
        drop(self.staged.take());
        if self.keep {
            return;
        }
        for moved in &self.moved {
            let _ = std::fs::remove_dir_all(moved).or_else(|_| std::fs::remove_file(moved));
        }
        // Unless someone has put something into it meanwhile.
        for folder in self.made.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, path)
    }

    fn names(folder: &Utf8Path) -> Vec<String> {
        let entries = folder.read_dir_utf8().unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().to_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn it_is_there_with_all_its_files_once_it_is_kept() {
        let (_guard, path) = place();
        let mut folder = NewFolder::begin(path.join("a/b")).unwrap();
        super::super::write_new(&folder.staged().join("src/lib.rs"), b"x", false).unwrap();
        super::super::write_new(&folder.staged().join("Cargo.toml"), b"x", false).unwrap();
        folder.put().unwrap();
        folder.keep();
        assert_eq!(names(&path.join("a/b")), ["Cargo.toml", "src"]);
    }

    #[test]
    fn what_is_not_kept_is_removed_with_the_folders_that_were_made_for_it_and_nothing_else() {
        let (_guard, path) = place();
        for (at, put) in [("a/b", false), ("a/b", true), ("", false), ("", true)] {
            std::fs::write(path.join("theirs"), "x").unwrap();
            let mut folder = NewFolder::begin(path.join(at)).unwrap();
            super::super::write_new(&folder.staged().join("src/lib.rs"), b"x", false).unwrap();
            if put {
                folder.put().unwrap();
            }
            drop(folder);
            assert_eq!(names(&path), ["theirs"], "{at} {put}");
        }
    }

    #[test]
    fn it_moves_nothing_into_the_place_of_another_file() {
        let (_guard, path) = place();
        let mut folder = NewFolder::begin(path.clone()).unwrap();
        super::super::write_new(&folder.staged().join("README.md"), b"ours", false).unwrap();
        std::fs::write(path.join("README.md"), "theirs").unwrap();
        folder.put().unwrap_err();
        drop(folder);
        assert_eq!(std::fs::read_to_string(path.join("README.md")).unwrap(), "theirs");
        assert_eq!(names(&path), ["README.md"]);
    }
}
