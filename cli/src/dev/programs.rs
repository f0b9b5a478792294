//! The programs that handle events on this machine: linked for fast rebuilds, or unpacked from the zips that
//! are deployed.
//!
//! In: the registry's libraries, or the folder of zips. Out: programs in a folder that only this process
//! uses, so that no link replaces them while they run. It refuses a zip that differs from the one that was
//! built.

use std::{collections::BTreeMap, sync::Arc};

use camino::{Utf8Path, Utf8PathBuf};
use routegen_spec::{TriggerKind, limits};

use crate::{
    artifacts::{Artifact, program, unzip::unzip},
    check::{CheckedManifest, Function},
    dev::Error,
    output::printer::Printer,
    project::workspace::Workspace,
    support::files::{self, FileState, TemporaryFolder},
    toolchain::{self, Libraries, Link},
};

/// The program of each function.
#[derive(Clone, Debug)]
pub(crate) enum Programs {
    /// One for all functions with routes, one for all consumers, and one for each authorizer by its
    /// function's name.
    Linked(Linked),
    /// One for each function, by its name, beside the files of its artifact.
    Unpacked(BTreeMap<String, Utf8PathBuf>),
}

/// Programs that were linked for this machine.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    /// Serves the routes of the function that its first argument names; `None` if there are no routes.
    pub(crate) routes: Option<Utf8PathBuf>,
    /// Serves the consumer that its first argument names; `None` if there are none.
    pub(crate) consumers: Option<Utf8PathBuf>,
    /// The programs of functions that share theirs with no other, by name.
    pub(crate) own: BTreeMap<String, Utf8PathBuf>,
    /// Their folder, which is removed once nothing can start them any more.
    pub(crate) folder: Arc<TemporaryFolder>,
    /// Each file as the linker left it.
    made: Vec<FileState>,
}

impl Linked {
    fn paths(&self) -> impl Iterator<Item = &Utf8Path> {
        self.own.values().chain(&self.routes).chain(&self.consumers).map(Utf8PathBuf::as_path)
    }
}

impl Programs {
    /// Whether they are the programs of the same build. Whether the linker ran does not show that: another
    /// process may have linked the same sources before, and a new link may give the same result.
    pub(crate) fn are_those_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Linked(one), Self::Linked(other)) => {
                one.own.keys().eq(other.own.keys())
                    && one.routes.is_some() == other.routes.is_some()
                    && one.consumers.is_some() == other.consumers.is_some()
                    && (one.made == other.made
                        || one.paths().zip(other.paths()).all(|(one, other)| files::are_equal(one, other)))
            }
            // Their names contain their hashes.
            (Self::Unpacked(own), Self::Unpacked(other)) => own == other,
            _ => false,
        }
    }
}

/// Links the programs of `functions` in `links`, and puts them into `to`, which must be empty. The user's own
/// code in them is not optimised. The program for routes contains the routes of all functions, whichever are
/// requested, so that one link serves all of them; the same goes for consumers.
pub(crate) fn link(
    workspace: &Workspace,
    (manifest, functions): (&CheckedManifest, &[&Function]),
    libraries: &Libraries,
    links: &Utf8Path,
    to: &Utf8Path,
    printer: &Printer,
) -> Result<Programs, Error> {
    let held = Arc::new(TemporaryFolder::new(to.to_owned())?);
    let mut made = Vec::new();
    let mut one = |name: &str, kind: TriggerKind, functions: &[&Function]| {
        let mut crates = Vec::new();
        for function in functions {
            let package = workspace.linked.iter().find(|package| package.name == function.package);
            crates.push(package.ok_or(toolchain::Error::CargoSaidTooLittle)?.crate_name.as_str());
        }
        crates.sort_unstable();
        crates.dedup();
        let names: Vec<_> = crates.iter().map(|krate| libraries.name(krate)).collect();
        let source = if kind.is_shared() {
            let functions =
                functions.iter().map(|one| (one.name.as_str(), one.multi_thread, one.calls.as_slice()));
            program::main_of_one(&names, functions)
        } else if kind.is_event_source() {
            let consumers = functions
                .iter()
                .filter_map(|one| Some((one.name.as_str(), one.multi_thread, one.calls.first()?)));
            program::main_of_one_consumer(&names, consumers)
        } else {
            let entries = functions.iter().flat_map(|function| &function.calls);
            let has_threads = functions.iter().any(|function| function.multi_thread);
            program::main(&names, kind, entries, program::Setup { records: true, threads: has_threads })
        };
        let folder = links.join(name);
        files::create_folder(&folder)?;
        let linked = toolchain::link(
            libraries,
            &Link { name, source: &source, crates, folder: &folder, own: None },
            printer,
        )?;
        made.push(FileState::new(&linked.program)?);
        let program = to.join(name);
        files::link_or_copy(&linked.program, &program)?;
        Ok::<_, Error>(program)
    };
    // If any of the functions that share a program is requested, all of them are in it.
    let sharing = |is: fn(TriggerKind) -> bool| -> Vec<&Function> {
        let is_asked = functions.iter().any(|function| is(function.kind));
        manifest.functions.iter().filter(|function| is_asked && is(function.kind)).collect()
    };
    // Function names contain no dots.
    let routes = match sharing(TriggerKind::is_shared).as_slice() {
        [] => None,
        routes => Some(one("all.routes", TriggerKind::Routes, routes)?),
    };
    let consumers = match sharing(TriggerKind::is_event_source).as_slice() {
        [] => None,
        consumers => Some(one("all.consumers", TriggerKind::Queue, consumers)?),
    };
    let mut own = BTreeMap::new();
    for function in functions {
        if !function.kind.is_shared() && !function.kind.is_event_source() {
            own.insert(function.name.clone(), one(&function.name, function.kind, &[function])?);
        }
    }
    Ok(Programs::Linked(Linked { routes, consumers, own, folder: held, made }))
}

/// Unpacks zips into folders that are named after functions and contents. An existing folder is kept.
pub(crate) fn unpack(artifacts: &[Artifact], to: &Utf8Path) -> Result<Programs, Error> {
    let mut programs = BTreeMap::new();
    for artifact in artifacts {
        // Base64 characters other than letters and digits are not valid in file names everywhere.
        let hash: String = artifact.sha256.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
        let folder = to.join(format!("{}-{hash}", artifact.function));
        let program = folder.join("bootstrap");
        if !program.exists() {
            unzip(artifact.read()?, &artifact.path, &folder, limits::UNZIPPED_BYTES as u64)?;
        }
        programs.insert(artifact.function.clone(), program);
    }
    Ok(Programs::Unpacked(programs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        artifacts::{self, Change},
        support::hash,
    };

    #[test]
    fn a_zip_that_is_not_the_one_that_was_built_is_not_unpacked() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        let path = root.join("get-items.zip");
        let zip = |program: &[u8]| {
            let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
            zip.start_file("bootstrap", options).unwrap();
            std::io::Write::write_all(&mut zip, program).unwrap();
            zip.finish().unwrap().into_inner()
        };
        let (built, other) = (zip(b"program"), zip(b"another"));
        assert_eq!(built.len(), other.len());
        let artifact = Artifact {
            function: "get-items".to_owned(),
            path: path.clone(),
            sha256: hash::sha256(&built),
            zip_bytes: built.len() as u64,
            bootstrap_bytes: 7,
            debug_bytes: 0,
            change: Change::New,
            zip_bytes_before: None,
        };
        let artifacts = [artifact];
        let unpacked = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            unpack(&artifacts, &root.join("run"))
        };
        for (case, content) in [
            ("another program", other.as_slice()),
            ("cut off", &built[..built.len() - 1]),
            ("followed by something", &[built.as_slice(), b"x"].concat()),
            ("nothing", b""),
        ] {
            let error = unpacked(content).unwrap_err();
            assert!(matches!(error, Error::Artifacts(artifacts::Error::OtherZip { .. })), "{case}: {error}");
            assert!(!root.join("run").exists(), "{case}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(unpack(&artifacts, &root.join("run")).is_err());
        let Programs::Unpacked(programs) = unpacked(&built).unwrap() else { panic!("it was unpacked") };
        assert_eq!(std::fs::read(&programs["get-items"]).unwrap(), b"program");
    }
}
