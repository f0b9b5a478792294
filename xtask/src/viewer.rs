//! The viewer for `routegen openapi --html`, copied from its package into the repository, as its licence
//! allows.
//!
//! In: the npm package that `xtask/npm-viewer` locks. Out: a zip with its script, its style and its licence,
//! which becomes part of the command, and the licence beside it. The same package gives the same bytes.

use std::{
    fs,
    io::{Cursor, Write as _},
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    environment::{repository, target},
    npm,
    step::Failed,
};

/// The files to copy, licences first.
const FILES: [&str; 5] =
    ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui-bundle.js", "swagger-ui.css"];

/// How many of them are also put beside the zip, for people.
const LICENCES: usize = 3;

pub(crate) fn renew() -> Result<(), Failed> {
    let package = npm::modules(&target().join("npm-viewer"), "npm-viewer")?.join("swagger-ui-dist");
    let folder = repository().join("cli/src/contract/reference/viewer");
    let failed = |error: &dyn std::fmt::Display| Failed(format!("the viewer cannot be written: {error}"));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(zip::DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, file) in FILES.into_iter().enumerate() {
        let bytes = fs::read(package.join(file)).map_err(|error| failed(&error))?;
        zip.start_file(file, options).map_err(|error| failed(&error))?;
        zip.write_all(&bytes).map_err(|error| failed(&error))?;
        if at < LICENCES {
            fs::write(folder.join(file), &bytes).map_err(|error| failed(&error))?;
        }
    }
    let bytes = zip.finish().map_err(|error| failed(&error))?.into_inner();
    fs::write(folder.join("swagger-ui.zip"), bytes).map_err(|error| failed(&error))
}
