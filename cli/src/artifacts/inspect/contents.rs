//! Opens a zip, or takes a program as it is.
//!
//! In: a path. Out: the program, and the sizes of everything else. It refuses anything else, and whatever is
//! larger than Lambda's limit when unpacked.

use std::{fs::File, io::Read};

use camino::Utf8Path;
use routegen_spec::limits;
use serde::Serialize;

use crate::{
    artifacts::{Error, unzip},
    support,
};

/// The file that Lambda starts.
const BOOTSTRAP: &str = "bootstrap";

#[derive(Debug)]
pub(super) struct Contents {
    /// The size of the zip, if it is one.
    pub(super) zip_bytes: Option<u64>,
    pub(super) bootstrap: Vec<u8>,
    pub(super) others: Vec<OtherFile>,
}

/// A file of a zip beside its program.
#[derive(Debug, Eq, PartialEq, Serialize)]
pub(crate) struct OtherFile {
    pub(crate) path: String,
    /// Its unpacked size, as declared in the zip.
    pub(crate) bytes: u64,
}

pub(super) fn read(path: &Utf8Path) -> Result<Contents, Error> {
    let file = File::open(path).map_err(|error| support::Error::io("read", path, error))?;
    open(file).map_err(|reason| Error::NotAnArtifact { path: path.to_owned(), reason })
}

fn open(file: impl Read) -> Result<Contents, String> {
    let bytes = bounded(file)?;
    if bytes.starts_with(b"\x7fELF") {
        return Ok(Contents { zip_bytes: None, bootstrap: bytes, others: Vec::new() });
    }
    if !bytes.starts_with(b"PK") {
        return Err("it is neither a zip nor a program for Linux".to_owned());
    }
    let zip_bytes = Some(bytes.len() as u64);
    let text = |error: zip::result::ZipError| error.to_string();
    let mut zip = unzip::open(bytes)?;
    let mut others = Vec::new();
    for index in 0..zip.len() {
        let file = zip.by_index_raw(index).map_err(text)?;
        let path = file.name().map_err(text)?.into_owned();
        if path != BOOTSTRAP && !file.is_dir() {
            others.push(OtherFile { path, bytes: file.size() });
        }
    }
    others.sort_by(|a, b| a.path.cmp(&b.path));
    let bootstrap = zip.by_name(BOOTSTRAP).map_err(|error| match error {
        zip::result::ZipError::FileNotFound => format!("the zip has no `{BOOTSTRAP}` at its root"),
        error => error.to_string(),
    })?;
    Ok(Contents { zip_bytes, bootstrap: bounded(bootstrap)?, others })
}

/// Reads everything from `from`, up to Lambda's limit.
fn bounded(from: impl Read) -> Result<Vec<u8>, String> {
    let most = limits::UNZIPPED_BYTES;
    let mut bytes = Vec::new();
    from.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > most {
        return Err(format!("it is larger than Lambda's limit of {most} bytes"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use proptest::prelude::*;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_zip_is_its_program_and_the_sizes_of_the_others() {
        let zip = zip_of(&[("b/c.txt", b"12345"), ("bootstrap", b"program"), ("a", b"")]);
        let contents = open(zip.as_slice()).unwrap();
        assert_eq!(contents.bootstrap, b"program");
        assert_eq!(contents.zip_bytes, Some(zip.len() as u64));
        let others = contents.others.iter().map(|other| (other.path.as_str(), other.bytes));
        assert_eq!(others.collect::<Vec<_>>(), [("a", 0), ("b/c.txt", 5)]);
    }

    #[test]
    fn what_is_no_artifact_is_refused_with_the_reason() {
        let reason = |bytes: &[u8]| open(bytes).unwrap_err();
        assert_eq!(reason(b""), "it is neither a zip nor a program for Linux");
        assert_eq!(reason(&zip_of(&[("x/bootstrap", b"")])), "the zip has no `bootstrap` at its root");
        assert!(open(std::io::repeat(b'P')).unwrap_err().contains("larger than Lambda's limit"));
    }

    #[test]
    fn a_zip_that_unpacks_to_more_than_lambda_takes_is_not_unpacked_to_its_end() {
        // A kilobyte of it unpacks to a megabyte.
        let bomb = zip_of(&[("bootstrap", &vec![0; limits::UNZIPPED_BYTES + 1])]);
        assert!(bomb.len() < 1_000_000);
        assert!(open(bomb.as_slice()).unwrap_err().contains("larger than Lambda's limit"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            noise in proptest::collection::vec(any::<u8>(), 0..300),
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut zip = zip_of(&[("bootstrap", &noise), ("other", b"content")]);
            for (place, byte) in changes {
                let place = place.index(zip.len());
                zip[place] = byte;
            }
            let _ = open(zip.as_slice());
            let _ = open([b"PK\x05\x06", noise.as_slice()].concat().as_slice());
            prop_assert!(open(noise.as_slice()).is_err() || noise.starts_with(b"\x7fELF"));
        }
    }
}
