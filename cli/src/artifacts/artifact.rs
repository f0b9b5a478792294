//! One function: from the libraries to the finished zip.

use std::{collections::BTreeMap, io::Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use serde::Serialize;

use super::{
    include::Extras,
    listing::{Listed, Listing},
    platform, program,
    stamp::{Pack, Packed},
};
use crate::{
    artifacts::{
        Error,
        note::{self, Note},
    },
    check::{CheckedManifest, EntryCall, Function},
    output::printer::{Printer, Progress},
    project::workspace::{LinkedPackage, Workspace},
    support,
    support::{files, hash, timings::Step},
    toolchain::{self, Libraries, Link, Linked, Own},
};

/// Where a function's zip is in the folder.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ZipLayout {
    /// get-items.zip
    Flat,
    /// get-items/bootstrap.zip, by default in target/lambda
    CargoLambda,
}

impl ZipLayout {
    fn file(self, function: &Function) -> Utf8PathBuf {
        match self {
            Self::Flat => function.artifact.as_str().into(),
            Self::CargoLambda => Utf8Path::new(&function.name).join("bootstrap.zip"),
        }
    }
}

/// A function's zip.
#[derive(Debug, Serialize)]
pub(crate) struct Artifact {
    /// The function's name.
    pub(crate) function: String,
    /// The path of the zip.
    pub(crate) path: Utf8PathBuf,
    /// The zip's SHA-256, in base64.
    pub(crate) sha256: String,
    /// The size of the zip in bytes, which Lambda stores and limits to 50 MB for a direct upload.
    pub(crate) zip_bytes: u64,
    /// The size of `bootstrap` in it, in bytes.
    pub(crate) bootstrap_bytes: u64,
    /// How many of those are debug information.
    #[serde(skip)]
    pub(crate) debug_bytes: u64,
    /// Compared with the last build into the same folder.
    pub(crate) change: Change,
    /// The size of the zip after the last build, if there was one.
    pub(crate) zip_bytes_before: Option<u64>,
}

impl Artifact {
    /// The contents of the zip, if it is still the one that was built.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Error> {
        let failed = |error| support::Error::io("read", &self.path, error);
        let mut zip = Vec::new();
        let file = std::fs::File::open(&self.path).map_err(failed)?;
        // Reading one byte more would reveal a longer file.
        file.take(self.zip_bytes + 1).read_to_end(&mut zip).map_err(failed)?;
        if zip.len() as u64 != self.zip_bytes || hash::sha256(&zip) != self.sha256 {
            return Err(Error::OtherZip { path: self.path.clone() });
        }
        Ok(zip)
    }
}

/// How an artifact changed since the last build.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    New,
    Changed,
    Unchanged,
}

/// The program of a function, before it is linked.
struct Source<'a> {
    crate_name: &'a str,
    /// Its source, without the note.
    main: String,
    note: Note,
    /// Its complete source.
    text: String,
    folder: Utf8PathBuf,
}

impl Source<'_> {
    fn link<'a>(&'a self, function: &'a Function) -> Link<'a> {
        let crates = vec![self.crate_name];
        let mut symbols: Vec<&str> = Vec::new();
        for symbol in function.calls.iter().flat_map(EntryCall::symbols) {
            if !symbols.contains(&symbol) {
                symbols.push(symbol);
            }
        }
        let mut shape = self.main.clone();
        for (index, symbol) in symbols.iter().enumerate() {
            shape = shape.replace(&format!("{symbol:?}"), &index.to_string());
        }
        let own = Own { symbols, note: (note::SECTION, self.note.section()), shape };
        Link { name: &function.name, source: &self.text, crates, folder: &self.folder, own: Some(own) }
    }
}

/// What all functions of a build share.
pub(super) struct Build<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) manifest: &'a CheckedManifest,
    pub(super) libraries: &'a Libraries,
    pub(super) extras: &'a Extras,
    pub(super) out: &'a Utf8Path,
    pub(super) layout: ZipLayout,
    /// What the last build left in `out`.
    pub(super) before: Option<&'a Listing>,
    pub(super) printer: &'a Printer,
    pub(super) progress: &'a Progress<'a>,
}

impl Build<'_> {
    /// The programs of all these functions, if cargo builds them together; empty if rustc links each.
    pub(super) fn link_together(&self, functions: &[&Function]) -> Result<BTreeMap<String, Linked>, Error> {
        let sources: Vec<_> =
            functions.iter().map(|function| self.source(function)).collect::<Result<_, _>>()?;
        let links: Vec<_> =
            functions.iter().zip(&sources).map(|(function, source)| source.link(function)).collect();
        let link = || toolchain::link_together(self.libraries, &links, self.printer);
        let linked = self.printer.stopwatch.time(Step::Link, "", link)?;
        Ok(functions.iter().map(|function| function.name.clone()).zip(linked).collect())
    }

    /// Links and zips a function, as far as necessary. `linked` are the programs that have already been
    /// linked.
    pub(super) fn artifact(
        &self,
        function: &Function,
        linked: &BTreeMap<String, Linked>,
    ) -> Result<(Artifact, Listed), Error> {
        let stopwatch = &self.printer.stopwatch;
        let source = self.source(function)?;
        let link = || toolchain::link(self.libraries, &source.link(function), self.printer);
        let linked = match linked.get(&function.name) {
            Some(linked) => linked.clone(),
            None => stopwatch.time(Step::Link, &function.name, link)?,
        };
        if !linked.fresh {
            self.progress.linked(&function.name);
        }
        let file = self.layout.file(function);
        let path = self.out.join(&file);
        let pack = Pack {
            architecture: function.architecture,
            linked: &linked,
            extras: self.extras.of(function),
            path: &path,
            stamp: &source.folder.join("zip.json"),
        };
        let beside: Vec<_> = pack.extras.iter().map(|extra| extra.name.as_str()).collect();
        let packed = stopwatch.time(Step::Zip, &function.name, || {
            pack.pack(
                |bootstrap| platform::program(function, bootstrap, &beside),
                |unzipped, zipped| platform::size(function, unzipped, zipped),
            )
        })?;
        if packed.made {
            self.progress.zipped();
        }
        self.progress.done();
        let listed = self.listed(function, file, &packed);
        Ok((self.compared(path, packed, &listed), listed))
    }

    fn source(&self, function: &Function) -> Result<Source<'_>, Error> {
        let package = self.workspace.linked.iter().find(|package| package.name == function.package);
        let package = package.ok_or(toolchain::Error::CargoSaidTooLittle)?;
        let crate_name = package.crate_name.as_str();
        let folder =
            self.workspace.own_target().join("bootstrap").join(&self.workspace.package).join(&function.name);
        files::create_folder(&folder)?;
        let main = program::main(
            &[self.libraries.name(crate_name)],
            function.kind,
            &function.calls,
            program::Setup::of(function, self.workspace.has_records),
        ) + program::HOLDS_ITS_OWN_HANDLERS_ALONE;
        let note = self.note(function, package);
        let text = main.clone() + &note.source();
        Ok(Source { crate_name, main, note, text, folder })
    }

    /// The note about the artifact.
    fn note(&self, function: &Function, package: &LinkedPackage) -> Note {
        Note {
            function: function.name.clone(),
            kind: function.kind,
            routes: self.manifest.route_keys(function),
            package: package.name.clone(),
            package_version: package.version.clone(),
            routegen_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn listed(&self, function: &Function, file: Utf8PathBuf, packed: &Packed) -> Listed {
        Listed {
            key: function.key.clone(),
            name: function.name.clone(),
            file,
            sha256: packed.sha256.clone(),
            zip_bytes: packed.zip_bytes,
            bootstrap_bytes: packed.bootstrap_bytes,
            architecture: function.architecture,
            kind: function.kind,
            routes: self.manifest.route_keys(function),
        }
    }

    fn compared(&self, path: Utf8PathBuf, packed: Packed, listed: &Listed) -> Artifact {
        let before = self.before.and_then(|before| before.function(&listed.key));
        let change = match before {
            None => Change::New,
            Some(before) if before.sha256 == packed.sha256 => Change::Unchanged,
            Some(_) => Change::Changed,
        };
        Artifact {
            function: listed.name.clone(),
            path,
            sha256: packed.sha256,
            zip_bytes: packed.zip_bytes,
            bootstrap_bytes: packed.bootstrap_bytes,
            debug_bytes: packed.debug_bytes,
            change,
            zip_bytes_before: before.map(|before| before.zip_bytes),
        }
    }
}
