//! Checks before zipping whether Lambda could run an artifact.
//!
//! In: the linked program, and the names of the files that are zipped with it. Out: nothing, or an error with
//! the fix. Otherwise these errors would only appear after the deployment, in the function's log.

use routegen_spec::limits;

use super::needs::{Needs, Version, needs};
use crate::{artifacts::Error, check::Function, project::target::Architecture};

/// The glibc of `provided.al2023`.
const GLIBC: Version = Version(limits::GLIBC.0, limits::GLIBC.1);

/// The folders of a zip that are in Lambda's `LD_LIBRARY_PATH`: the root and `lib` ([environment
/// variables](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html)).
const LIBRARY_FOLDERS: [&str; 2] = ["", "lib/"];

/// Refuses a program that the function's execution environment could not run. `beside` are the paths of the
/// other files in the zip.
pub(super) fn program(function: &Function, bootstrap: &[u8], beside: &[&str]) -> Result<(), Error> {
    let other = |reason: String| Error::NotForLambda {
        function: function.name.clone(),
        architecture: function.architecture.as_str(),
        reason,
    };
    let needs = needs(bootstrap).map_err(|unfit| other(unfit.to_string()))?;
    if needs.machine != function.architecture {
        return Err(other(format!("it is for {}", needs.machine.as_str())));
    }
    judge(&function.name, needs, beside)
}

fn judge(function: &str, needs: Needs, beside: &[&str]) -> Result<(), Error> {
    let function = || function.to_owned();
    let known = loader(needs.machine);
    if let Some(loader) = needs.loader.filter(|loader| loader != known) {
        return Err(Error::Loader { function: function(), loader, known });
    }
    if let Some(version) = needs.glibc.filter(|version| *version > GLIBC) {
        let symbol = needs.newest_symbol.unwrap_or_else(|| "the loader".to_owned());
        return Err(Error::Glibc { function: function(), symbol, version: format!("GLIBC_{version}") });
    }
    let is_beside = |library: &String| {
        LIBRARY_FOLDERS.iter().any(|folder| beside.contains(&format!("{folder}{library}").as_str()))
    };
    let missing = needs.libraries.into_iter().find(|library| {
        !limits::LIBRARIES.contains(&library.as_str()) && library != file_name(known) && !is_beside(library)
    });
    missing.map_or(Ok(()), |library| Err(Error::Library { function: function(), library }))
}

/// The dynamic loader of `provided.al2023`, which belongs to glibc.
fn loader(machine: Architecture) -> &'static str {
    match machine {
        Architecture::X86_64 => "/lib64/ld-linux-x86-64.so.2",
        Architecture::Arm64 => "/lib/ld-linux-aarch64.so.1",
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Refuses sizes above Lambda's limits.
pub(super) fn size(function: &Function, unzipped: usize, zipped: usize) -> Result<(), Error> {
    let limits = [("unzipped", unzipped, limits::UNZIPPED_BYTES), ("zipped", zipped, limits::ZIPPED_BYTES)];
    match limits.into_iter().find(|(_, bytes, most)| bytes > most) {
        Some((state, bytes, most)) => {
            Err(Error::TooLarge { function: function.name.clone(), state, bytes, most })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::fixture::function;

    #[test]
    fn what_is_no_program_or_one_for_another_machine_is_refused() {
        let this = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let other = match Architecture::HOST {
            Architecture::X86_64 => Architecture::Arm64,
            Architecture::Arm64 => Architecture::X86_64,
        };
        for (architecture, bytes) in
            [(other, this.as_slice()), (Architecture::HOST, b"#!/bin/sh\n"), (other, b"")]
        {
            let error = program(&function(architecture), bytes, &[]).unwrap_err();
            assert!(matches!(error, Error::NotForLambda { .. }), "{error}");
        }
    }

    fn needs_of(libraries: &[&str]) -> Needs {
        Needs {
            machine: Architecture::X86_64,
            loader: Some("/lib64/ld-linux-x86-64.so.2".to_owned()),
            glibc: Some(GLIBC),
            newest_symbol: Some("pthread_create".to_owned()),
            libraries: libraries.iter().map(|&library| library.to_owned()).collect(),
        }
    }

    fn verdict(needs: Needs, beside: &[&str]) -> String {
        judge("get-items", needs, beside).map_or_else(|error| error.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn libraries_are_those_of_glibc_and_those_in_the_zip_where_the_loader_looks() {
        let needs = || needs_of(&["libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2", "libfoo.so.7"]);
        assert_eq!(verdict(needs_of(&["libc.so.6", "ld-linux-x86-64.so.2"]), &[]), "fine");
        for beside in [&["lib/libfoo.so.7"][..], &["a.txt", "libfoo.so.7"]] {
            assert_eq!(verdict(needs(), beside), "fine");
        }
        for beside in [&[][..], &["lib/libfoo.so", "data/libfoo.so.7"]] {
            assert_eq!(
                verdict(needs(), beside),
                "`get-items` requires the library `libfoo.so.7`, which Lambda's `provided.al2023` does not guarantee"
            );
        }
        // The other architecture's loader does not exist there.
        assert!(verdict(needs_of(&["ld-linux-aarch64.so.1"]), &[]).contains("does not guarantee"));
    }

    #[test]
    fn a_loader_of_another_libc_and_a_newer_glibc_are_refused() {
        let loader = Some("/lib/ld-musl-x86_64.so.1".to_owned());
        assert_eq!(
            verdict(Needs { loader, ..needs_of(&[]) }, &[]),
            "`get-items` requires the loader `/lib/ld-musl-x86_64.so.1`, but Lambda's `provided.al2023` has \
             `/lib64/ld-linux-x86-64.so.2`"
        );
        let newer = Needs { glibc: Some(Version(2, 35)), ..needs_of(&[]) };
        assert_eq!(
            verdict(newer, &[]),
            "`get-items` requires `pthread_create` of GLIBC_2.35, but Lambda's `provided.al2023` has glibc 2.34"
        );
        assert_eq!(verdict(Needs { loader: None, glibc: None, ..needs_of(&[]) }, &[]), "fine");
    }

    #[test]
    fn what_is_larger_than_lambda_takes_is_refused() {
        let function = function(Architecture::HOST);
        assert!(size(&function, limits::UNZIPPED_BYTES, limits::ZIPPED_BYTES).is_ok());
        assert!(size(&function, limits::UNZIPPED_BYTES + 1, 1).is_err());
        let error = size(&function, 1, limits::ZIPPED_BYTES + 1).unwrap_err().to_string();
        assert_eq!(error, "`get-items` has 52428801 bytes zipped, but Lambda accepts at most 52428800");
    }
}
