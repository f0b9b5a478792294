//! Reads and unpacks zips of any origin.
//!
//! In: the bytes of a zip. Out: an archive with a bounded number of entries, or its files in a new folder. It
//! refuses names that lead out of that folder, links and anything else that is not a regular file, sizes that
//! differ from what the zip declares, and more than Lambda accepts.

use std::io::{Cursor, Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use zip::{ZipArchive, read::ZipFile, result::ZipError};

use crate::{artifacts::Error, support, support::files};

/// The largest number of entries in a zip without the 64-bit extension.
const ENTRIES: usize = u16::MAX as usize;

/// The bits of a Unix mode that hold the file type, and their value for a regular file.
const KIND: u32 = 0o170_000;
const ORDINARY: u32 = 0o100_000;

pub(crate) type Archive = ZipArchive<Cursor<Vec<u8>>>;

/// Opens an archive; the error says why it is not valid.
pub(crate) fn open(bytes: Vec<u8>) -> Result<Archive, String> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > ENTRIES {
        return Err(format!("it has {} entries, and at most {ENTRIES} are read", archive.len()));
    }
    Ok(archive)
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn unreadable(error: ZipError) -> String {
    error.to_string()
}

/// A file of a zip.
#[derive(Debug, Eq, PartialEq)]
struct Unpacked {
    /// Relative, and without components that lead up.
    name: Utf8PathBuf,
    executable: bool,
    content: Vec<u8>,
}

/// Unpacks a zip of at most `most` bytes in total into `folder`, which must not exist. The folder appears
/// once it is complete, or not at all. `zip` is the name in messages.
pub(crate) fn unzip(bytes: Vec<u8>, zip: &Utf8Path, folder: &Utf8Path, most: u64) -> Result<(), Error> {
    let failed = |reason: String| support::Error::io("unpack", zip, reason);
    let mut archive = open(bytes).map_err(failed)?;
    let begun = files::TemporaryFolder::new(folder.with_extension("part"))?;
    let mut left = most;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| failed(unreadable(error)))?;
        let Some(Unpacked { name, executable, content }) = one(file, left).map_err(failed)? else { continue };
        left -= content.len() as u64;
        files::write_new(&begun.path().join(name), &content, executable)?;
    }
    Ok(begun.move_to(folder)?)
}

/// The next file; `None` for a folder, because the files create their folders.
fn one(mut file: ZipFile<'_, Cursor<Vec<u8>>>, left: u64) -> Result<Option<Unpacked>, String> {
    let name = file.name().map_err(unreadable)?.into_owned();
    // The name is untrusted text; the error report makes it printable.
    let refused = |why: &str| Err(format!("its entry `{name}` {why}"));
    let Some(path) = inside(name.strip_suffix('/').unwrap_or(&name)) else {
        return refused("leads out of it");
    };
    if file.is_dir() {
        return Ok(None);
    }
    // A zip from a system other than Unix has no mode.
    let mode = file.unix_mode().unwrap_or(ORDINARY);
    if file.is_symlink() || ![0, ORDINARY].contains(&(mode & KIND)) {
        return refused("is not a regular file");
    }
    let declared = file.size();
    if declared > left {
        return refused("exceeds Lambda's limit");
    }
    let mut content = Vec::new();
    // Reading one byte more would reveal a longer file.
    (&mut file).take(declared + 1).read_to_end(&mut content).map_err(|error| error.to_string())?;
    if content.len() as u64 != declared {
        return refused("does not have the size that the zip declares");
    }
    Ok(Some(Unpacked { name: path, executable: mode & 0o100 != 0, content }))
}

/// A name as a path below a folder: components between single slashes, none of which leads up or is special
/// on another system.
fn inside(name: &str) -> Option<Utf8PathBuf> {
    let is_word = |word: &str| !matches!(word, "" | "." | "..") && !word.contains(['\\', '\0', ':']);
    name.split('/').all(is_word).then(|| name.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    const MOST: u64 = 1_000;

    fn zip_of(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, mode, content) in files {
            zip.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// A zip with a link.
    fn zip_with_link(name: &str, target: &str) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink(name, target, SimpleFileOptions::default()).unwrap();
        zip.start_file(format!("{name}/bootstrap"), SimpleFileOptions::default()).unwrap();
        zip.finish().unwrap().into_inner()
    }

    /// The result of unpacking a zip into a folder `to`, with a file and another folder beside it.
    struct Place {
        _guard: tempfile::TempDir,
        root: Utf8PathBuf,
    }

    impl Place {
        fn new() -> Self {
            let guard = tempfile::tempdir().unwrap();
            let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
            std::fs::write(root.join("victim"), "before").unwrap();
            Self { _guard: guard, root }
        }

        fn unzip(&self, bytes: Vec<u8>) -> Result<(), String> {
            unzip(bytes, "x.zip".into(), &self.root.join("to"), MOST).map_err(|error| error.to_string())
        }

        /// The names in the surrounding folder.
        fn names(&self) -> Vec<String> {
            let mut names: Vec<_> = self
                .root
                .read_dir_utf8()
                .unwrap()
                .map(|entry| entry.unwrap().file_name().to_owned())
                .collect();
            names.sort();
            names
        }
    }

    #[test]
    fn files_come_to_their_places_and_who_may_run_them_is_kept() {
        let place = Place::new();
        let zip =
            zip_of(&[("bootstrap", 0o755, b"program"), ("a/b.txt", 0o644, b"text"), ("empty", 0o644, b"")]);
        place.unzip(zip).unwrap();
        let file = |name: &str| place.root.join("to").join(name);
        assert_eq!(std::fs::read(file("a/b.txt")).unwrap(), b"text");
        assert_eq!(std::fs::read(file("empty")).unwrap(), b"");
        assert!(
            files::is_executable(&file("bootstrap")).unwrap()
                && !files::is_executable(&file("empty")).unwrap()
        );
        assert_eq!(place.names(), ["to", "victim"]);
    }

    #[test]
    fn what_leads_out_lies_or_is_too_much_is_refused_and_leaves_nothing() {
        let small = |name| zip_of(&[("bootstrap", 0o755, b"program"), (name, 0o644, b"after")]);
        // The first entry's size in the local header and in the directory, where a change makes it wrong.
        let with_size = |size: u32| {
            let mut zip = zip_of(&[("bootstrap", 0o755, &[b'x'; 500])]);
            let central = zip.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
            for at in [22, central + 24] {
                zip[at..at + 4].copy_from_slice(&size.to_le_bytes());
            }
            zip
        };
        let many: Vec<String> = (0..3).map(|index| format!("file-{index}")).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), 0o644, &[0; 400][..])).collect();
        for (case, zip, why) in [
            ("up", small("../victim"), "leads out of it"),
            ("up in the middle", small("a/../../victim"), "leads out of it"),
            ("up and down again", small("a/../b"), "leads out of it"),
            ("from the root on", small("/tmp/routegen-victim"), "leads out of it"),
            ("of Windows", small("..\\victim"), "leads out of it"),
            ("of a drive", small("c:victim"), "leads out of it"),
            ("nothing", small(""), "leads out of it"),
            ("twice a slash", small("a//b"), "leads out of it"),
            ("a link", zip_with_link("link", "../victim"), "is not a regular file"),
            ("a link to a folder", zip_with_link("link", ".."), "is not a regular file"),
            ("more than it says", with_size(1), "larger than its declared"),
            ("less than it says", with_size(501), "does not have the size that the zip declares"),
            ("a bomb", zip_of(&[("bootstrap", 0o755, &[0; 1_001])]), "exceeds Lambda's limit"),
            ("a bomb that lies", with_size(u32::MAX - 1), "exceeds Lambda's limit"),
            ("too much in all", zip_of(&many), "`file-2` exceeds Lambda's limit"),
            (
                "a file that is a folder too",
                zip_of(&[("a", 0o644, b""), ("a/b", 0o644, b"")]),
                "could not create the folder",
            ),
            ("no zip", b"PK nothing".to_vec(), "could not unpack `x.zip`"),
        ] {
            let place = Place::new();
            let error = place.unzip(zip).expect_err(case);
            assert!(error.contains(why), "{case}: {error}");
            assert_eq!(place.names(), ["victim"], "{case}");
            assert_eq!(std::fs::read_to_string(place.root.join("victim")).unwrap(), "before", "{case}");
        }
    }

    #[test]
    fn more_entries_than_a_zip_can_count_are_not_looked_at() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..=ENTRIES {
            zip.start_file(index.to_string(), SimpleFileOptions::default()).unwrap();
        }
        let error = open(zip.finish().unwrap().into_inner()).unwrap_err();
        assert_eq!(error, "it has 65536 entries, and at most 65535 are read");
    }

    proptest! {
        #[test]
        fn no_bytes_write_anything_beside_their_folder(
            name in "[a-z./\\\\:]{0,8}",
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut zip = zip_of(&[(&name, 0o644, b"content"), ("bootstrap", 0o755, b"")]);
            for (place, byte) in changes {
                let at = place.index(zip.len());
                zip[at] = byte;
            }
            let place = Place::new();
            let _ = place.unzip(zip);
            let names = place.names();
            prop_assert!(names == ["victim"] || names == ["to", "victim"], "{:?}", names);
            prop_assert_eq!(std::fs::read_to_string(place.root.join("victim")).unwrap(), "before");
        }
    }
}
