//! The zip of a function: `bootstrap` at its root, the extra files, and nothing about when, where or by whom
//! it was made.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::include::Extra;

/// The version of the format below. It must be increased if the same files would give other bytes, so that
/// older zips are made again.
pub(super) const VERSION: u32 = 1;

/// Packs `bootstrap` with mode 0755 and `extras` with their own modes, all with the earliest time that a zip
/// can store.
pub(super) fn zip(bootstrap: &[u8], extras: &[&Extra]) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", options.unix_permissions(0o755))?;
    zip.write_all(bootstrap)?;
    for extra in extras {
        let mode = if extra.executable { 0o755 } else { 0o644 };
        zip.start_file(extra.name.as_str(), options.unix_permissions(mode))?;
        zip.write_all(&extra.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_zip_holds_an_executable_bootstrap_the_extra_files_and_no_time() {
        let extra = |name: &str, executable| Extra::new(name.into(), executable, b"extra".to_vec());
        let (data, tool) = (extra("assets/data.json", false), extra("assets/tool", true));
        let bytes = super::zip(b"program", &[&data, &tool]).unwrap();
        assert_eq!(bytes, super::zip(b"program", &[&data, &tool]).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut found = Vec::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            assert_eq!(file.last_modified(), Some(DateTime::default()));
            found.push((file.name().unwrap().into_owned(), file.unix_mode().unwrap(), content));
        }
        let expected = |name: &str, mode, content: &str| (name.to_owned(), mode, content.to_owned());
        assert_eq!(
            found,
            [
                expected("bootstrap", 0o100_755, "program"),
                expected("assets/data.json", 0o100_644, "extra"),
                expected("assets/tool", 0o100_755, "extra"),
            ]
        );
    }
}
