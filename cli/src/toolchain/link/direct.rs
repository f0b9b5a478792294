//! Links a generated `main` of a few lines to the user's libraries, by one call of rustc.

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{
    alike,
    program::{Link, Linked},
};
use crate::{
    output::printer::Printer,
    support::{
        files::{self, FileState},
        interrupt,
    },
    toolchain::{Error, Libraries},
};

/// What a program was made from. It is kept beside the program, so that the next build can see that nothing
/// changed.
#[derive(Deserialize, PartialEq, Serialize)]
pub(super) struct Stamp {
    pub(super) rustc: String,
    pub(super) arguments: Vec<String>,
    source: String,
    /// Each library with its state at the time.
    libraries: Vec<(Utf8PathBuf, FileState)>,
}

impl Stamp {
    /// The rustc call that makes the program at this path.
    fn command(&self, root: &Utf8Path, program: &Utf8Path) -> Command {
        let mut command = Command::new(&self.rustc);
        command.args(&self.arguments).args(["-o", program.as_str()]);
        command.current_dir(root).stdin(Stdio::null());
        command
    }
}

/// What is recorded about a complete program.
#[derive(Deserialize, Serialize)]
struct Made {
    from: Stamp,
    program: FileState,
}

/// Links the program, unless it exists and nothing has changed.
pub(super) fn link(libraries: &Libraries, link: &Link<'_>, printer: &Printer) -> Result<Linked, Error> {
    let program = link.program();
    let source = link.source_file();
    let stamp_file = stamp_file(&program);
    let stamp = stamp(libraries, link, &source)?;
    if stamp_beside(&program).as_ref() == Some(&stamp) {
        return Ok(Linked { program, fresh: true });
    }
    // Without a stamp, a program that a killed linker left incomplete is linked again.
    files::remove_if_exists(&stamp_file)?;
    files::write_if_changed(&source, link.source.as_bytes())?;
    if !is_linked_alike(libraries, link, &stamp, printer)? {
        let mut command = stamp.command(&libraries.root, &program);
        printer.running(&command);
        let output = interrupt::output(&mut command)?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Link { name: link.name.to_owned(), rustc: stderr });
        }
    }
    let made = Made { from: stamp, program: FileState::new(&program)? };
    files::write_own(&stamp_file, &serde_json::to_vec(&made).unwrap_or_default())?;
    Ok(Linked { program, fresh: false })
}

/// Links the program like another one that differs only in names, or as the first one of its shape. Returns
/// `false` if neither is possible.
fn is_linked_alike(
    libraries: &Libraries,
    link: &Link<'_>,
    stamp: &Stamp,
    printer: &Printer,
) -> Result<bool, Error> {
    let Some(own) = link.own.as_ref().filter(|_| alike::is_possible(&libraries.flags)) else {
        return Ok(false);
    };
    let shape = libraries.shapes.of(&own.shape);
    let mut made_first = None;
    let first = shape.get_or_init(|| {
        let made = alike::first(link, own, |program| stamp.command(&libraries.root, program), printer);
        let (first, result) = match made {
            Ok(first) => (first, Ok(())),
            Err(error) => (None, Err(error)),
        };
        made_first = Some(result);
        first
    });
    match (made_first, first) {
        (Some(result), first) => result.map(|()| first.is_some()),
        (None, Some(first)) => first.link(&libraries.root, link, own, printer),
        (None, None) => Ok(false),
    }
}

pub(super) fn stamp_file(program: &Utf8Path) -> Utf8PathBuf {
    program.with_file_name("stamp.json")
}

/// What the program at this path was made from, if it is complete and unchanged.
pub(super) fn stamp_beside(program: &Utf8Path) -> Option<Stamp> {
    let made: Made = serde_json::from_slice(&files::read_own(&stamp_file(program))?).ok()?;
    FileState::new(program).is_ok_and(|seen| seen == made.program).then_some(made.from)
}

fn stamp(libraries: &Libraries, link: &Link<'_>, source: &Utf8Path) -> Result<Stamp, Error> {
    let mut arguments = vec![
        "--crate-name=bootstrap".to_owned(),
        "--crate-type=bin".to_owned(),
        "--edition=2024".to_owned(),
        source.to_string(),
    ];
    let mut files = Vec::new();
    let mut add = |name: &str, rlib: &Utf8PathBuf| {
        // A crate's metadata may be beside its code and not within it (cargo's `-Zno-embed-metadata`).
        let rmeta = Some(rlib.with_extension("rmeta")).filter(|rmeta| rmeta.is_file());
        for file in std::iter::once(rlib.clone()).chain(rmeta) {
            arguments.push(format!("--extern={name}={file}"));
            files.push(file);
        }
    };
    add("routegen", &libraries.runtime);
    for name in &link.crates {
        add(name, libraries.by_crate.get(*name).ok_or(Error::CargoSaidTooLittle)?);
    }
    arguments.extend(libraries.flags.iter().cloned());
    // It is linked from files in folders of this machine, whose names must not be in the program.
    arguments.push(format!("--remap-path-prefix={}=/routegen", link.folder));
    let seen = |file: Utf8PathBuf| {
        let state = FileState::new(&file)?;
        Ok((file, state))
    };
    let libraries_seen: Result<_, Error> = files.into_iter().map(seen).collect();
    Ok(Stamp {
        rustc: libraries.rustc.clone(),
        arguments,
        source: link.source.to_owned(),
        libraries: libraries_seen?,
    })
}
