//! Reads the routes and authorizers: links a program to the user's libraries, whose registry then contains
//! them, and runs it.
//!
//! In: the workspace. Out: the [`Manifest`], with places relative to the workspace's root.

use std::{
    fmt::Write as _,
    io::Read as _,
    process::{Command, Stdio},
    time::Duration,
};

use camino::{Utf8Path, Utf8PathBuf};
use routegen_spec::{FORMAT_VERSION, Manifest, SourceLocation, contract::Contract};
use wait_timeout::ChildExt as _;

use crate::{
    output::printer::Printer,
    project::workspace::Workspace,
    routes::{Error, symbols},
    support,
    support::{files, timings::Step},
    toolchain::{self, Backend, Libraries, Link, Mode},
};

/// The program only writes a file; this timeout allows for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What was linked and read.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) manifest: Manifest,
    /// The libraries that it was read from: those that can contain routes and are part of the build.
    pub(crate) libraries: Libraries,
    /// The program, linked to the user's libraries.
    program: Utf8PathBuf,
}

/// Reads the routes of the package and of all packages that it depends on.
pub(crate) fn read(workspace: &Workspace, printer: &Printer) -> Result<Registry, Error> {
    let stopwatch = &printer.stopwatch;
    let libraries = stopwatch.time(Step::RegistryBuild, "", || {
        toolchain::build(workspace, Mode::Registry, &Backend::Native, printer)
    })?;
    let folder = workspace.own_target().join("registry").join(&workspace.package);
    files::create_folder(&folder)?;
    let crates: Vec<_> = libraries.crates().collect();
    let source = main(crates.iter().map(|krate| libraries.name(krate)));
    let link = Link { name: "the list of routes", source: &source, crates, folder: &folder, own: None };
    let linked = stopwatch.time(Step::RegistryLink, "", || toolchain::link(&libraries, &link, printer))?;
    let json = run(Command::new(&linked.program), &[&folder.join("manifest.json")], TIMEOUT)?;
    let manifest = parse(&json)?;
    symbols::compare(workspace, &libraries, Mode::Registry, &manifest)?;
    // rustc writes file names as cargo passes them: relative to the root for workspace members, otherwise
    // absolute.
    let manifest = manifest.with_places(|SourceLocation { file, line, column, .. }| {
        SourceLocation::new(workspace.source_name(Utf8Path::new(file)), *line, *column)
    });
    Ok(Registry { manifest, libraries, program: linked.program })
}

impl Registry {
    /// What the types of the routes report, in each of two runs, because it comes from the user's code, which
    /// may return something different each time.
    pub(crate) fn contract(&self) -> Result<[Contract; 2], Error> {
        let folder = self.program.with_file_name("contract");
        files::create_folder(&folder)?;
        let [manifest, contract] = ["manifest.json", "contract.json"].map(|name| folder.join(name));
        let read = || {
            run(Command::new(&self.program), &[&manifest, &contract], TIMEOUT)?;
            let unreadable = |error: serde_json::Error| Error::Manifest { reason: error.to_string() };
            serde_json::from_str(&files::read(&contract)?).map_err(unreadable)
        };
        Ok([read()?, read()?])
    }
}

/// A library that the program does not name is not linked, and its routes would silently be missing.
fn main<'a>(crates: impl Iterator<Item = &'a str>) -> String {
    let mut source = String::new();
    for name in crates {
        let _ = writeln!(source, "extern crate {name} as _;");
    }
    source + "fn main() -> std::process::ExitCode {\n    routegen::__private::write_manifest()\n}\n"
}

/// Returns what the program wrote to the first of `files`.
fn run(mut command: Command, files: &[&Utf8Path], timeout: Duration) -> Result<String, Error> {
    files.iter().try_for_each(|file| files::remove_if_exists(file))?;
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |error| support::Error::run(&program, error);
    command.args(files).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    // Reading must not wait for a program that may never end, and the program must not wait for a reader.
    let stderr = child.stderr.take().map(|mut stderr| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            text
        })
    });
    let Some(status) = child.wait_timeout(timeout).map_err(failed)? else {
        child.kill().and_then(|()| child.wait()).map_err(failed)?;
        return Err(Error::RegistryTimedOut { seconds: timeout.as_secs() });
    };
    if !status.success() {
        let stderr = stderr.and_then(|reader| reader.join().ok()).unwrap_or_default();
        let stderr = String::from_utf8_lossy(&stderr).trim().to_owned();
        // The program itself reports this error, in `write_manifest`: it ran, and a route was not valid.
        if status.code() == Some(1) && !stderr.is_empty() {
            return Err(Error::Registration { message: stderr });
        }
        return Err(Error::RegistryCrashed { status: status.to_string(), stderr });
    }
    Ok(files.first().map_or_else(|| Ok(String::new()), |file| files::read(file))?)
}

fn parse(json: &str) -> Result<Manifest, Error> {
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u32,
    }
    let unreadable = |error: serde_json::Error| Error::Manifest { reason: error.to_string() };
    let version: Version = serde_json::from_str(json).map_err(unreadable)?;
    if version.format_version != FORMAT_VERSION {
        let found = version.format_version;
        return Err(Error::Manifest {
            reason: format!("its format is {found}, but this command reads format {FORMAT_VERSION}"),
        });
    }
    serde_json::from_str(json).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error of running this script in place of the program. There is always one, because it writes no
    /// manifest.
    fn refusal(script: &str, timeout: Duration) -> Error {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Utf8Path::from_path(folder.path()).unwrap().join("manifest.json");
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, &[&manifest], timeout).unwrap_err()
    }

    #[test]
    fn a_program_that_hangs_is_ended_and_reported() {
        let error = refusal("exec sleep 600", Duration::from_millis(50));
        assert!(matches!(error, Error::RegistryTimedOut { .. }), "{error}");
    }

    #[test]
    fn a_program_that_dies_is_reported_with_what_it_said() {
        let error = refusal("echo oh no >&2; kill -ABRT $$", TIMEOUT).to_string();
        assert!(error.contains("signal: 6") && error.contains("oh no"), "{error}");
    }

    #[test]
    fn what_the_program_finds_wrong_with_a_route_is_told_as_it_is() {
        let error = refusal("echo 'src/lib.rs:7: no such parameter' >&2; exit 1", TIMEOUT);
        assert!(matches!(&error, Error::Registration { .. }), "{error}");
        assert!(error.to_string().contains("src/lib.rs:7: no such parameter"), "{error}");
    }

    #[test]
    fn a_manifest_of_another_version_is_refused_whatever_else_is_in_it() {
        let error = parse(r#"{"format_version": 999, "new": {}}"#).unwrap_err().to_string();
        let expected = format!(
            "cannot read the manifest: its format is 999, but this command reads format {FORMAT_VERSION}"
        );
        assert_eq!(error, expected);
    }
}
