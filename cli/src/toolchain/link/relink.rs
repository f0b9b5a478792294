//! Links a program once more, with the symbols that were stripped.
//!
//! In: the bytes of a program that was linked in this target directory. Out: the same program with its
//! symbols, from the rustc call that is recorded beside it, or nothing if the program was not linked here. It
//! does not change any build output.

use std::process::{Command, Stdio};

use camino::Utf8Path;

use super::direct::{Stamp, stamp_beside};
use crate::{
    output::printer::Printer, project::workspace::Workspace, support, support::files, toolchain::Error,
};

/// Links the program whose bytes are `bootstrap` with its symbols.
pub(crate) fn with_symbols(
    workspace: &Workspace,
    name: &str,
    bootstrap: &[u8],
    printer: &Printer,
) -> Result<Option<Vec<u8>>, Error> {
    let Some(stamp) = recipe(&workspace.own_target(), bootstrap) else { return Ok(None) };
    let target = workspace.own_target();
    let folder = tempfile::Builder::new().prefix(".symbols-").tempdir_in(&target);
    let folder = folder.map_err(|error| support::Error::io("create a folder in", &target, error))?;
    let Some(program) = Utf8Path::from_path(folder.path()).map(|folder| folder.join("bootstrap")) else {
        return Ok(None);
    };
    let mut command = Command::new(&stamp.rustc);
    command.args(arguments(stamp.arguments, &program)).current_dir(&workspace.root).stdin(Stdio::null());
    printer.running(&command);
    let output = command.output().map_err(|error| support::Error::run("rustc", error))?;
    if !output.status.success() {
        let rustc = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Link { name: name.to_owned(), rustc });
    }
    Ok(Some(files::read_bytes(&program)?))
}

/// How the program with these bytes was linked.
fn recipe(own_target: &Utf8Path, bootstrap: &[u8]) -> Option<Stamp> {
    let mut folders = vec![own_target.join("bootstrap")];
    while let Some(folder) = folders.pop() {
        let program = folder.join("bootstrap");
        let has_its_size =
            program.metadata().is_ok_and(|file| file.is_file() && file.len() == bootstrap.len() as u64);
        if has_its_size
            && files::read_bytes(&program).is_ok_and(|bytes| bytes == bootstrap)
            && let Some(stamp) = stamp_beside(&program)
        {
            return Some(stamp);
        }
        let Ok(entries) = folder.read_dir_utf8() else { continue };
        let below = entries.filter_map(Result::ok);
        folders.extend(
            below
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .map(|entry| entry.path().to_owned()),
        );
    }
    None
}

/// The same call, but it writes to `program` and strips nothing.
fn arguments(arguments: Vec<String>, program: &Utf8Path) -> Vec<String> {
    let mut all: Vec<_> =
        arguments.into_iter().filter(|argument| !argument.starts_with("-Cstrip=")).collect();
    all.extend(["-Cstrip=none".to_owned(), "-o".to_owned(), program.to_string()]);
    all
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    #[test]
    fn a_call_is_repeated_but_for_its_place_and_what_it_strips() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let call = words("main.rs -Copt-level=3 -Cstrip=symbols -L /t");
        let expected = "main.rs -Copt-level=3 -L /t -Cstrip=none -o /x";
        assert_eq!(arguments(call, "/x".into()), words(expected));
    }

    #[test]
    fn a_program_that_was_not_linked_here_has_no_recipe() {
        let folder = tempfile::tempdir().unwrap();
        let target = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let program = target.join("bootstrap/api/get-items/bootstrap");
        files::write_if_changed(&program, b"program").unwrap();
        // Nor has an incomplete program.
        assert!(recipe(&target, b"program").is_none());
        let seen = serde_json::to_string(&files::FileState::new(&program).unwrap()).unwrap();
        let stamp = r#"{"rustc":"rustc","arguments":["-v"],"source":"","libraries":[]}"#;
        let made = format!(r#"{{"from":{stamp},"program":{seen}}}"#);
        files::write_if_changed(&program.with_file_name("stamp.json"), made.as_bytes()).unwrap();
        assert!(recipe(&target, b"program").is_some());
        assert!(recipe(&target, b"another").is_none());
    }
}
