//! Builds the artifacts a second time, from scratch, and compares them with the first.
//!
//! In: the artifacts, and what they were made from. Out: how many were compared, if all bytes are equal;
//! otherwise an error with the first difference. The second build has the same sources but a separate target
//! directory, which is empty at first and is removed at the end.

use std::{fs::File, io::Read as _};

use camino::Utf8Path;
use object::{Object as _, ObjectSection as _};
use serde::Serialize;
use zip::ZipArchive;

use crate::{
    artifacts::{self, Artifact, Error, Request, error::Difference},
    check::CheckedManifest,
    output::printer::Printer,
    project::workspace::Workspace,
    support,
    support::files,
    toolchain::Backend,
};

/// What was compared.
#[derive(Debug, Serialize)]
pub(crate) struct Verified {
    /// The number of zips.
    pub(crate) artifacts: usize,
    /// Their total size in bytes.
    pub(crate) bytes: u64,
}

/// Builds again, and compares each of `artifacts`.
pub(crate) fn verify(
    workspace: &Workspace,
    manifest: &CheckedManifest,
    backend: &Backend,
    request: &Request<'_>,
    artifacts: &[Artifact],
    printer: &Printer,
) -> Result<Verified, Error> {
    printer.step("Verifying", "by a second build from nothing");
    let folder = files::TemporaryFolder::new(workspace.own_target().join("verify"))?;
    let again = workspace.building_in(folder.path());
    let out = folder.path().join("lambda");
    let second = artifacts::build(
        &again,
        manifest,
        backend,
        &Request { out: &out, sbom: false, ..*request },
        printer,
    )?;
    compare(artifacts, &second.artifacts)
}

fn compare(first: &[Artifact], second: &[Artifact]) -> Result<Verified, Error> {
    let mut differences = Vec::new();
    let mut bytes = 0;
    for (first, second) in first.iter().zip(second) {
        let (one, other) = (files::read_bytes(&first.path)?, files::read_bytes(&second.path)?);
        bytes += one.len() as u64;
        if one != other {
            differences.push(difference(&first.function, &first.path, &second.path)?);
        }
    }
    if differences.is_empty() {
        Ok(Verified { artifacts: first.len(), bytes })
    } else {
        Err(Error::NotRepeatable { differences })
    }
}

/// The first difference between the contents of two zips that are not equal.
fn difference(function: &str, first: &Utf8Path, second: &Utf8Path) -> Result<Difference, Error> {
    let (first, second) = (unzip(first)?, unzip(second)?);
    let function = function.to_owned();
    for ((name, one), (other_name, other)) in first.iter().zip(&second) {
        if name != other_name {
            break;
        }
        if one != other {
            let (part, one, other) =
                differing_part(one, other).unwrap_or_else(|| (String::new(), one, other));
            let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
            return Ok(Difference {
                function,
                place: format!("byte {same} of {part}`{name}`"),
                first: around(one, same),
                second: around(other, same),
            });
        }
    }
    let names = |files: &[(String, Vec<u8>)]| {
        files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    };
    Ok(Difference {
        function,
        place: "the files or their attributes".to_owned(),
        first: names(&first),
        second: names(&second),
    })
}

/// The files in a zip, in its order.
fn unzip(path: &Utf8Path) -> Result<Vec<(String, Vec<u8>)>, support::Error> {
    let read = || -> Result<_, zip::result::ZipError> {
        let mut archive = ZipArchive::new(File::open(path)?)?;
        let mut files = Vec::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index)?;
            let mut content = Vec::new();
            file.read_to_end(&mut content)?;
            files.push((file.name()?.into_owned(), content));
        }
        Ok(files)
    };
    read().map_err(|error| support::Error::io("read", path, error))
}

/// The most informative section in which two programs differ. Constants are more informative than code;
/// differences in the headers and the build id only follow from the rest.
fn differing_part<'a>(one: &'a [u8], other: &'a [u8]) -> Option<(String, &'a [u8], &'a [u8])> {
    let (one, other) = (object::File::parse(one).ok()?, object::File::parse(other).ok()?);
    let mut sections: Vec<_> = one.sections().collect();
    sections.sort_by_key(|section| match section.name() {
        Ok(".rodata") => 0,
        Ok(".note.gnu.build-id") => 2,
        _ => 1,
    });
    sections.into_iter().find_map(|section| {
        let name = section.name().ok()?;
        let (one, other) = (section.data().ok()?, other.section_by_name(name)?.data().ok()?);
        (one != other).then(|| (format!("{name} in "), one, other))
    })
}

/// The text around a byte, or a description if the bytes are not text.
fn around(content: &[u8], at: usize) -> String {
    /// How much text is shown on either side.
    const MOST: usize = 32;
    let is_text = |byte: &&u8| byte.is_ascii_graphic() || **byte == b' ';
    let at = at.min(content.len());
    let before = content[..at].iter().rev().take(MOST).take_while(is_text).count();
    let after = content[at..].iter().take(MOST).take_while(is_text).count();
    if after > 0 {
        return String::from_utf8_lossy(&content[at - before..at + after]).trim().to_owned();
    }
    let bytes: Vec<_> = content[at..].iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    if bytes.is_empty() { "its end".to_owned() } else { bytes.join(" ") }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::artifacts::Change;

    fn artifact(folder: &Utf8Path, function: &str, files: &[(&str, &[u8])]) -> Artifact {
        let path = folder.join(format!("{function}.zip"));
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, content) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap();
        let zip_bytes = std::fs::metadata(&path).unwrap().len();
        let function = function.to_owned();
        Artifact {
            function,
            path,
            sha256: String::new(),
            zip_bytes,
            bootstrap_bytes: 0,
            debug_bytes: 0,
            change: Change::New,
            zip_bytes_before: None,
        }
    }

    #[test]
    fn what_differs_is_told_with_its_place_and_what_does_not_is_counted() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [one, other] = folders.each_ref().map(|folder| Utf8Path::from_path(folder.path()).unwrap());
        let same = |folder| artifact(folder, "same", &[("bootstrap", b"program")]);
        let verified = compare(&[same(one)], &[same(other)]).unwrap();
        assert_eq!((verified.artifacts, verified.bytes), (1, same(one).zip_bytes));

        let timed = |folder, time| artifact(folder, "timed", &[("bootstrap", b"program"), ("note", time)]);
        let more = |folder, name| artifact(folder, "more", &[(name, b"")]);
        let first = [same(one), timed(one, b"at 1\n"), more(one, "a")];
        let second = [same(other), timed(other, b"at 2\n"), more(other, "b")];
        let Err(Error::NotRepeatable { differences }) = compare(&first, &second) else {
            panic!("they differ")
        };
        let told: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "`timed` differs from byte 3 of `note` on: `at 1` became `at 2`",
                "`more` differs from the files or their attributes on: `a` became `b`",
            ]
        );
    }

    #[test]
    fn a_text_is_shown_whole_and_other_bytes_as_numbers() {
        assert_eq!(around(b"\0built at 1234\0", 10), "built at 1234");
        assert_eq!(around(b"\0\x01\x02", 1), "01 02");
        assert_eq!(around(b"ab", 2), "its end");
        assert_eq!(around(&[b'x'; 100], 50).len(), 64);
    }
}
