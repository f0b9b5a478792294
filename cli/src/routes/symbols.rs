//! Compares the entry points in the compiled libraries with the routes and authorizers in the registry.
//!
//! In: libraries as cargo has built them. Out: nothing, or an error with what is only in one of the two.
//! Every route and authorizer is an exported symbol of its library, and no linker has removed any yet. So
//! this detects a registration that got lost on the way to the registry, and a route behind a `cfg` that
//! holds only in the build that lists the routes or only in the build of the artifacts.
//!
//! It reads the index of the archive, which rustc writes both for object files and for LLVM bitcode (in an
//! LTO profile).

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use object::read::archive::ArchiveFile;
use routegen_spec::{Entry, EntryPoint, Manifest, PackageSpec};

use crate::{
    output::label::label,
    project::workspace::Workspace,
    routes::{Error, error::OtherEntry},
    support,
    support::files,
    toolchain::{Libraries, Mode},
};

/// Compares the libraries of a build with the registry.
pub(crate) fn compare(
    workspace: &Workspace,
    libraries: &Libraries,
    mode: Mode,
    manifest: &Manifest,
) -> Result<(), Error> {
    let mut compiled = BTreeSet::new();
    for library in libraries.files() {
        compiled.extend(symbols(library)?);
    }
    // What wraps all routes of a package is compared too, so that no route becomes open because it was lost.
    let of_packages = manifest
        .routes
        .iter()
        .filter_map(|route| Some((route.package_entry.as_deref()?, EntryPoint::from(route))));
    let registered: BTreeMap<&str, EntryPoint<'_>> = manifest
        .entry_points()
        .map(|registered| (registered.symbol, registered))
        .chain(of_packages)
        .collect();
    let surplus = compiled.iter().filter(|symbol| !registered.contains_key(symbol.as_str()));
    let surplus = surplus.map(|symbol| only_compiled(symbol, mode));
    match mode {
        // A registered route without an entry point is in a library that cargo was not told to build.
        Mode::Registry => refuse(surplus.collect(), |entries| Error::Unregistered { entries }),
        Mode::Artifacts => {
            let missing = registered.iter().filter(|(symbol, _)| !compiled.contains(**symbol));
            let missing = missing.map(|(_, registered)| only_registered(&workspace.root, registered));
            refuse(missing.chain(surplus).collect(), |entries| Error::BuildsDiffer { entries })
        }
    }
}

fn refuse(entries: Vec<OtherEntry>, error: impl FnOnce(Vec<OtherEntry>) -> Error) -> Result<(), Error> {
    if entries.is_empty() { Ok(()) } else { Err(error(entries)) }
}

/// The symbols of entry points that a library defines.
fn symbols(library: &Utf8Path) -> Result<BTreeSet<String>, Error> {
    let bytes = files::read_bytes(library)?;
    let unreadable = |error| support::Error::io("read the symbols of", library, error);
    let archive = ArchiveFile::parse(bytes.as_slice()).map_err(unreadable)?;
    // An archive that exports nothing has no index.
    let Some(index) = archive.symbols().map_err(unreadable)? else { return Ok(BTreeSet::new()) };
    let mut symbols = BTreeSet::new();
    for symbol in index {
        let symbol = symbol.map_err(unreadable)?;
        let Ok(name) = std::str::from_utf8(symbol.name()) else { continue };
        // Apple's linkers prefix symbols with an underscore.
        let name = name.strip_prefix('_').unwrap_or(name);
        if name.starts_with(Entry::PREFIX) || name.starts_with(PackageSpec::PREFIX) {
            symbols.insert(name.to_owned());
        }
    }
    Ok(symbols)
}

/// The place is not known, because only the registry contains places.
fn only_compiled(symbol: &str, mode: Mode) -> OtherEntry {
    let what = match symbol.parse::<Entry>() {
        Ok(entry) => format!("{} of the crate `{}`", entry.serves.described(), entry.crate_name),
        Err(_) if symbol.starts_with(PackageSpec::PREFIX) => {
            format!("`package!` of the crate `{}`", symbol.trim_start_matches(PackageSpec::PREFIX))
        }
        Err(_) => format!("what has the entry point `{symbol}`"),
    };
    let message = match mode {
        Mode::Registry => format!("{what} is not in the registry"),
        Mode::Artifacts => {
            format!("{what} is only in the build of the artifacts, so the API would lack it")
        }
    };
    OtherEntry { message, source_code: None, span: None }
}

fn only_registered(root: &Utf8Path, registered: &EntryPoint<'_>) -> OtherEntry {
    let source = registered.source;
    let (source_code, span) = label(root, &source.file, source.line);
    let message = format!(
        "{} is only in the build that lists the routes, so its artifact has no code for it ({source})",
        registered.serves.described(),
    );
    OtherEntry { message, source_code, span }
}
