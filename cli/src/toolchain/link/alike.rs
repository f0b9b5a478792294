//! Links programs whose sources differ only in the names of entry points and in a note, by direct calls of
//! the linker.
//!
//! In: how rustc linked the first of them, and what is specific to another one. Out: the program that rustc
//! would have made, byte for byte, in half the time. Anything unexpected is not an error: then rustc links
//! that program.
//!
//! rustc spends a third of a link's time on starting and reading the libraries' metadata, and a fifth on
//! compiling a `main` of a few lines. The object of that `main` refers to its entry points by undefined
//! symbols, so another function's is the same object with other names.

use std::{
    collections::HashMap,
    ffi::OsStr,
    process::{Command, Stdio},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use camino::Utf8Path;

use super::{
    main_object::MainObject,
    program::{Link, Own},
};
use crate::{
    output::printer::Printer,
    support::{files, interrupt},
    toolchain::Error,
};

/// The folder, inside the program's folder, where rustc leaves the objects of the first program.
const FOLDER: &str = ".link";

/// How the first program of each shape was linked, during one build.
#[derive(Debug, Default)]
pub(crate) struct Shapes(Mutex<HashMap<String, Arc<OnceLock<Option<First>>>>>);

impl Shapes {
    /// The entry for a shape. If it is empty, the caller must link the first program.
    pub(super) fn of(&self, shape: &str) -> Arc<OnceLock<Option<First>>> {
        let mut shapes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shapes.entry(shape.to_owned()).or_default())
    }
}

/// The linker call that made the first program of a shape, and the object of its `main`.
#[derive(Debug)]
pub(crate) struct First {
    variables: Vec<(String, String)>,
    linker: String,
    arguments: Vec<Argument>,
    object: MainObject,
    /// Keeps the other objects that rustc made.
    _folder: tempfile::TempDir,
}

#[derive(Debug, Eq, PartialEq)]
enum Argument {
    Object,
    Program,
    Other(String),
}

/// Whether rustc leaves the whole program to the linker, so that calling the linker again is enough for
/// another program.
pub(super) fn is_possible(flags: &[String]) -> bool {
    let flags = flags.iter().map(|flag| flag.trim_start_matches("-C"));
    // Debug information would contain the length of the note.
    let mut is_stripped = false;
    for flag in flags {
        is_stripped |= flag == "strip=symbols";
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        let is_off = matches!(value, "off" | "no" | "n" | "false");
        let is_of_rustc = name.contains("lto")
            || name.contains("split-debuginfo")
            || name.contains("save-temps")
            || name.contains("incremental")
            || name.starts_with("--emit")
            || name.starts_with("--print");
        if is_of_rustc && !is_off {
            return false;
        }
    }
    is_stripped
}

/// Links the first program of a shape with rustc, and records how rustc calls the linker. `rustc` returns the
/// call that makes the given file.
pub(super) fn first(
    link: &Link<'_>,
    own: &Own<'_>,
    rustc: impl Fn(&Utf8Path) -> Command,
    printer: &Printer,
) -> Result<Option<First>, Error> {
    let program = link.program();
    // Removes what a killed build left there.
    files::remove_folder(&link.folder.join(FOLDER))?;
    let Ok(folder) = tempfile::Builder::new().prefix(FOLDER).rand_bytes(0).tempdir_in(link.folder) else {
        return Ok(None);
    };
    let Some(made) = Utf8Path::from_path(folder.path()).map(|folder| folder.join("bootstrap")) else {
        return Ok(None);
    };
    let mut command = rustc(&made);
    command.args(["-Csave-temps", "--print=link-args"]);
    printer.running(&command);
    let output = interrupt::output(&mut command)?;
    if !output.status.success() {
        return Ok(None);
    }
    let first = String::from_utf8(output.stdout).ok().and_then(|said| First::read(&said, &made, own, folder));
    files::remove_if_exists(&program)?;
    // If the output was not understood, the folder has been dropped with the program in it.
    Ok(first.filter(|_| std::fs::rename(&made, &program).is_ok()))
}

impl First {
    fn read(said: &str, made: &Utf8Path, own: &Own<'_>, folder: tempfile::TempDir) -> Option<Self> {
        let (variables, mut words) = words(said.lines().find(|line| line.contains(made.as_str()))?)?;
        let linker = words.next()?;
        let mut object = None;
        let mut arguments = Vec::new();
        for word in words {
            // A file of arguments would have to be parsed by the linker's own rules.
            if word.starts_with('@') {
                return None;
            }
            arguments.push(if word == made.as_str() {
                Argument::Program
            } else if let Some(found) = object_file(&word).and_then(|file| MainObject::read(file, own)) {
                if object.replace(found).is_some() {
                    return None;
                }
                Argument::Object
            } else {
                Argument::Other(word)
            });
        }
        let is_whole = arguments.iter().filter(|one| **one == Argument::Program).count() == 1;
        is_whole.then_some(Self { variables, linker, arguments, object: object?, _folder: folder })
    }

    /// Links another program of the shape; returns `false` if rustc must link it.
    pub(super) fn link(
        &self,
        root: &Utf8Path,
        link: &Link<'_>,
        own: &Own<'_>,
        printer: &Printer,
    ) -> Result<bool, Error> {
        let Some(object) = self.object.with(own) else { return Ok(false) };
        let file = link.folder.join("main.o");
        let program = link.program();
        files::write_own(&file, &object)?;
        files::remove_if_exists(&program)?;
        let mut command = Command::new(&self.linker);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.args(self.arguments.iter().map(|argument| match argument {
            Argument::Object => file.as_ref(),
            Argument::Program => program.as_ref(),
            Argument::Other(word) => OsStr::new(word),
        }));
        command.current_dir(root).stdin(Stdio::null());
        printer.running(&command);
        let output = interrupt::output(&mut command);
        files::remove_if_exists(&file)?;
        Ok(output?.status.success())
    }
}

fn object_file(word: &str) -> Option<Vec<u8>> {
    (Utf8Path::new(word).extension() == Some("o")).then(|| std::fs::read(word).ok())?
}

/// The parts of a command as rustc prints it (`NAME="value" "program" "argument"`): the variables and the
/// arguments.
fn words(line: &str) -> Option<(Vec<(String, String)>, impl Iterator<Item = String>)> {
    let mut variables = Vec::new();
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let quote = rest.find('"')?;
        let name = &rest[..quote];
        let (word, after) = quoted(&rest[quote + 1..])?;
        match name.strip_suffix('=') {
            Some(name) if words.is_empty() && !name.contains(char::is_whitespace) => {
                variables.push((name.to_owned(), word));
            }
            None if name.is_empty() => words.push(word),
            _ => return None,
        }
        rest = after.trim_start();
    }
    Some((variables, words.into_iter()))
}

/// The contents of a string in the format of Rust's `{:?}`, and the rest of the line.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((word, &text[at + 1..])),
            '\\' => word.push(match characters.next()?.1 {
                plain @ ('"' | '\'' | '\\') => plain,
                'n' => '\n',
                't' => '\t',
                // Rust escapes unprintable characters by number: programs with such paths are left to rustc.
                _ => return None,
            }),
            _ => word.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_as_rustc_prints_it() {
        let line = r#"LC_ALL="C" PATH="/a b:/c" "cc" "-m64" "/t/a \"b\".o" "-Wl,-z,relro" "-o" "/t/b""#;
        let (variables, rest) = words(line).unwrap();
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(variables, [variable("LC_ALL", "C"), variable("PATH", "/a b:/c")]);
        let rest: Vec<_> = rest.collect();
        assert_eq!(rest, ["cc", "-m64", "/t/a \"b\".o", "-Wl,-z,relro", "-o", "/t/b"]);
    }

    #[test]
    fn a_call_that_is_not_understood_is_left_to_rustc() {
        for line in
            [r#"env -u A B="c" "cc""#, r#""cc" -o "a""#, r#""cc" "a"#, r#""cc" "\u{7f}""#, r#""cc" A="b""#]
        {
            assert!(words(line).is_none(), "{line}");
        }
    }

    #[test]
    fn programs_that_rustc_itself_changes_are_left_to_it() {
        let of = |flags: &[&str]| is_possible(&flags.iter().map(|&flag| flag.to_owned()).collect::<Vec<_>>());
        assert!(of(&["-Copt-level=3", "-Cstrip=symbols"]));
        assert!(of(&["-Cstrip=symbols", "-Clto=off", "-Cembed-bitcode=no"]));
        assert!(!of(&["-Copt-level=3"]));
        assert!(!of(&["-Cstrip=debuginfo"]));
        for other in ["-Clto=fat", "-Clto", "-Clinker-plugin-lto", "-Csplit-debuginfo=packed", "--emit=asm"] {
            assert!(!of(&["-Cstrip=symbols", other]), "{other}");
        }
    }
}
