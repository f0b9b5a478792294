//! The entry points that the compiled libraries have, against the routes and authorizers of the registry.
//!
//! In: libraries as cargo has built them. Out: nothing, or what is in one and not in the other. Every route and every
//! authorizer is an exported symbol of its library, which no linker has had its hands on yet: so a registration that was
//! lost on the way to the registry is noticed, and so is a route that is behind a `cfg` which holds in the build that
//! lists the routes and not in the one of the artifacts, or the other way round.
//!
//! It reads the index of the archive, which rustc writes for object files and LLVM's bitcode (an LTO profile) alike.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use object::read::archive::ArchiveFile;
use routegen_spec::{Entry, EntryPoint};

use crate::{
    output::label::label,
    project::workspace::Workspace,
    routes::{Error, error::OtherEntry},
    support,
    support::files,
    toolchain::{Libraries, Mode},
};

/// Compares the libraries of a build with the registry.
pub(crate) fn compare<'a>(
    workspace: &Workspace,
    libraries: &Libraries,
    mode: Mode,
    registered: impl IntoIterator<Item = EntryPoint<'a>>,
) -> Result<(), Error> {
    let mut compiled = BTreeSet::new();
    for library in libraries.files() {
        compiled.extend(symbols(library)?);
    }
    let registered: BTreeMap<&str, EntryPoint<'_>> =
        registered.into_iter().map(|registered| (registered.symbol, registered)).collect();
    let surplus = compiled.iter().filter(|symbol| !registered.contains_key(symbol.as_str()));
    let surplus = surplus.map(|symbol| only_compiled(symbol, mode));
    match mode {
        // What is registered and has no entry point is of a library that nobody asked cargo for.
        Mode::Registry => refuse(surplus.collect(), |entries| Error::Unregistered { entries }),
        Mode::Artifacts => {
            let missing = registered.values().filter(|registered| !compiled.contains(registered.symbol));
            let missing = missing.map(|registered| only_registered(&workspace.root, registered));
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
    // An archive in which nothing is exported has no index.
    let Some(index) = archive.symbols().map_err(unreadable)? else { return Ok(BTreeSet::new()) };
    let mut symbols = BTreeSet::new();
    for symbol in index {
        let symbol = symbol.map_err(unreadable)?;
        let Ok(name) = std::str::from_utf8(symbol.name()) else { continue };
        // Apple's linkers put an underscore before what C and Rust call a symbol.
        let name = name.strip_prefix('_').unwrap_or(name);
        if name.starts_with(Entry::PREFIX) {
            symbols.insert(name.to_owned());
        }
    }
    Ok(symbols)
}

/// The place is not known: it is in the registry that places are.
fn only_compiled(symbol: &str, mode: Mode) -> OtherEntry {
    let what = match symbol.parse::<Entry>() {
        Ok(entry) => format!("{} of the crate `{}`", entry.serves.described(), entry.crate_name),
        Err(_) => format!("what has the entry point `{symbol}`"),
    };
    let message = match mode {
        Mode::Registry => format!("{what} is not in the registry"),
        Mode::Artifacts => {
            format!("{what} is only in the build of the artifacts, and would be absent from the API")
        }
    };
    OtherEntry { message, source_code: None, span: None }
}

fn only_registered(root: &Utf8Path, registered: &EntryPoint<'_>) -> OtherEntry {
    let source = registered.source;
    let (source_code, span) = label(root, &source.file, source.line);
    let message = format!(
        "{} is only in the build that lists the routes, and has no code for its artifact ({source})",
        registered.serves.described(),
    );
    OtherEntry { message, source_code, span }
}
