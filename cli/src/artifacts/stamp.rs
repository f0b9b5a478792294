//! Makes a zip, unless it exists and would come out the same.
//!
//! A stamp beside the program records, by hashes, what the zip was made from and the result. Sizes and
//! modification times only save reading files that look unchanged; if they differ, the hashes decide.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{include::Extra, needs::debug_bytes, zip};
use crate::{
    artifacts::Error,
    project::target::Architecture,
    support,
    support::{
        files::{self, FileState},
        hash,
    },
    toolchain::Linked,
};

/// What a zip is made from, and its path.
pub(super) struct Pack<'a> {
    pub(super) architecture: Architecture,
    pub(super) linked: &'a Linked,
    pub(super) extras: Vec<&'a Extra>,
    /// The zip.
    pub(super) path: &'a Utf8Path,
    pub(super) stamp: &'a Utf8Path,
}

/// An existing zip.
pub(super) struct Packed {
    pub(super) sha256: String,
    pub(super) zip_bytes: u64,
    pub(super) bootstrap_bytes: u64,
    /// How many of those are debug information.
    pub(super) debug_bytes: u64,
    /// Whether it has just been made.
    pub(super) made: bool,
}

#[derive(Deserialize, Serialize)]
struct Stamp {
    form: Form,
    program: Content,
    debug_bytes: u64,
    path: Utf8PathBuf,
    zip: Content,
}

/// Everything besides the program that determines the contents of a zip.
#[derive(Deserialize, PartialEq, Serialize)]
struct Form {
    /// Another version of routegen may refuse a program that passed before.
    routegen: String,
    zip: u32,
    architecture: Architecture,
    extras: Vec<(Utf8PathBuf, bool, String)>,
}

#[derive(Deserialize, Serialize)]
struct Content {
    seen: FileState,
    sha256: String,
}

impl Pack<'_> {
    /// Makes the zip at its path. `inspect` checks the program before a zip is made; `fits` checks the sizes
    /// of its contents and of the zip before it is written.
    pub(super) fn pack(
        &self,
        inspect: impl FnOnce(&[u8]) -> Result<(), Error>,
        fits: impl FnOnce(usize, usize) -> Result<(), Error>,
    ) -> Result<Packed, Error> {
        let form = self.form();
        let seen = FileState::new(&self.linked.program)?;
        let known = files::read_own(self.stamp).and_then(|json| serde_json::from_slice::<Stamp>(&json).ok());
        let known = known.filter(|known| known.form == form);
        // A newly linked program is always read: it may have the same size as the one before and, with coarse
        // clocks, the same time.
        if let Some(known) = &known
            && self.linked.fresh
            && known.program.seen == seen
            && known.zip.is_at(self.path, known.path == self.path)
        {
            return Ok(known.packed(false));
        }
        let bootstrap = files::read_bytes(&self.linked.program)?;
        let program = Content { seen, sha256: hash::sha256(&bootstrap) };
        if let Some(known) = known
            && known.program.sha256 == program.sha256
            && known.zip.is_at(self.path, known.path == self.path)
        {
            let zip = Content { seen: FileState::new(self.path)?, ..known.zip };
            let path = self.path.to_owned();
            return self.stamped(&Stamp { form, program, path, zip, ..known }, false);
        }
        inspect(&bootstrap)?;
        let zip = zip::zip(&bootstrap, &self.extras)
            .map_err(|error| support::Error::io("write", self.path, error))?;
        let extra_bytes: usize = self.extras.iter().map(|extra| extra.bytes.len()).sum();
        fits(bootstrap.len() + extra_bytes, zip.len())?;
        files::write_if_changed(self.path, &zip)?;
        let zip = Content { seen: FileState::new(self.path)?, sha256: hash::sha256(&zip) };
        let (path, debug_bytes) = (self.path.to_owned(), debug_bytes(&bootstrap));
        self.stamped(&Stamp { form, program, debug_bytes, path, zip }, true)
    }

    fn form(&self) -> Form {
        let content = |extra: &&Extra| (extra.name.clone(), extra.executable, extra.sha256.clone());
        Form {
            routegen: env!("CARGO_PKG_VERSION").to_owned(),
            zip: zip::VERSION,
            architecture: self.architecture,
            extras: self.extras.iter().map(content).collect(),
        }
    }

    fn stamped(&self, stamp: &Stamp, made: bool) -> Result<Packed, Error> {
        files::write_own(self.stamp, &serde_json::to_vec(stamp).unwrap_or_default())?;
        Ok(stamp.packed(made))
    }
}

impl Stamp {
    fn packed(&self, made: bool) -> Packed {
        Packed {
            sha256: self.zip.sha256.clone(),
            zip_bytes: self.zip.seen.bytes,
            bootstrap_bytes: self.program.seen.bytes,
            debug_bytes: self.debug_bytes,
            made,
        }
    }
}

impl Content {
    /// Whether this is what is at `path`. Size and time only count if they were recorded for the same path.
    fn is_at(&self, path: &Utf8Path, seen_there: bool) -> bool {
        let untouched = seen_there && FileState::new(path).is_ok_and(|seen| seen == self.seen);
        untouched || std::fs::read(path).is_ok_and(|content| hash::sha256(&content) == self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder {
        _folder: tempfile::TempDir,
        root: Utf8PathBuf,
    }

    impl Folder {
        /// A folder with a program.
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = Utf8Path::from_path(folder.path()).unwrap().to_owned();
            std::fs::write(root.join("bootstrap"), "a program").unwrap();
            Self { _folder: folder, root }
        }

        fn pack(&self, fresh: bool, extras: &[&Extra]) -> Packed {
            let linked = Linked { program: self.root.join("bootstrap"), fresh };
            let (path, stamp) = (self.zip(), self.root.join("zip.json"));
            let extras = extras.to_vec();
            let pack = Pack {
                architecture: Architecture::HOST,
                linked: &linked,
                extras,
                path: &path,
                stamp: &stamp,
            };
            pack.pack(|_| Ok(()), |_, _| Ok(())).unwrap()
        }

        fn zip(&self) -> Utf8PathBuf {
            self.root.join("get-items.zip")
        }
    }

    #[test]
    fn a_zip_is_made_once() {
        let folder = Folder::new();
        let first = folder.pack(false, &[]);
        assert!(first.made);
        assert_eq!(first.sha256, hash::sha256(&std::fs::read(folder.zip()).unwrap()));
        let again = folder.pack(true, &[]);
        assert!(!again.made);
        assert_eq!((again.sha256, again.zip_bytes), (first.sha256, first.zip_bytes));
        assert!(!folder.pack(false, &[]).made, "linked again, with the same bytes");
    }

    #[test]
    fn a_zip_that_somebody_removed_or_altered_is_made_again() {
        let folder = Folder::new();
        let first = folder.pack(false, &[]);
        let good = std::fs::read(folder.zip()).unwrap();
        std::fs::remove_file(folder.zip()).unwrap();
        assert!(folder.pack(true, &[]).made);
        let mut altered = good.clone();
        *altered.last_mut().unwrap() ^= 1;
        for content in [&altered[..], &good[..good.len() / 2], b""] {
            std::fs::write(folder.zip(), content).unwrap();
            // With the same size, its time still differs.
            let file = std::fs::File::options().write(true).open(folder.zip()).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
            assert!(folder.pack(true, &[]).made);
            assert_eq!(std::fs::read(folder.zip()).unwrap(), good);
        }
        // If only its time changed, it is read and accepted.
        let file = std::fs::File::options().write(true).open(folder.zip()).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        let touched = folder.pack(true, &[]);
        assert!(!touched.made);
        assert_eq!(touched.sha256, first.sha256);
    }

    #[test]
    fn another_program_or_extra_file_makes_another_zip() {
        let folder = Folder::new();
        folder.pack(false, &[]);
        let extra = |executable, content: &str| Extra::new("a".into(), executable, content.into());
        for extra in [extra(false, "1"), extra(false, "2"), extra(true, "2")] {
            assert!(folder.pack(true, &[&extra]).made);
            assert!(!folder.pack(true, &[&extra]).made);
        }
        // Another program with the same size and time.
        let program = folder.root.join("bootstrap");
        let modified = std::fs::metadata(&program).unwrap().modified().unwrap();
        let mut content = std::fs::read(&program).unwrap();
        *content.last_mut().unwrap() ^= 1;
        std::fs::write(&program, content).unwrap();
        std::fs::File::options().write(true).open(&program).unwrap().set_modified(modified).unwrap();
        assert!(folder.pack(false, &[&extra(true, "2")]).made);
    }

    #[test]
    fn a_stamp_that_is_broken_is_none() {
        let folder = Folder::new();
        folder.pack(false, &[]);
        std::fs::write(folder.root.join("zip.json"), "{").unwrap();
        assert!(folder.pack(true, &[]).made);
    }
}
