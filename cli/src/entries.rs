//! The entry points that the compiled libraries have, against the routes of the registry.
//!
//! In: libraries as cargo has built them. Out: nothing, or the routes that are in one and not in the other. Every
//! route is an exported symbol of its library, which no linker has had its hands on yet: so a registration that was
//! lost on the way to the registry is noticed, and so is a route that is behind a `cfg` which holds in the build that
//! lists the routes and not in the one of the artifacts, or the other way round.
//!
//! It reads the index of the archive, which rustc writes for object files and LLVM's bitcode (an LTO profile) alike.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use object::read::archive::ArchiveFile;
use routegen_spec::{Entry, RouteSpec};

use crate::{
    cargo::{Libraries, Mode},
    error::{Error, OtherRoute, Place, label},
    files,
    workspace::Workspace,
};

/// Compares the libraries of a build with the routes of the registry.
pub(crate) fn compare<'a>(
    workspace: &Workspace,
    libraries: &Libraries,
    mode: Mode,
    routes: impl IntoIterator<Item = &'a RouteSpec>,
) -> Result<(), Error> {
    let mut compiled = BTreeSet::new();
    for library in libraries.files() {
        compiled.extend(symbols(library)?);
    }
    let registered: BTreeMap<&str, &RouteSpec> =
        routes.into_iter().map(|route| (route.entry.as_str(), route)).collect();
    let surplus = compiled.iter().filter(|symbol| !registered.contains_key(symbol.as_str()));
    let surplus = surplus.map(|symbol| only_compiled(symbol, mode));
    match mode {
        // A route that is registered and has no entry point is one of a library that nobody asked cargo for.
        Mode::Registry => refuse(surplus.collect(), |routes| Error::Unregistered { routes }),
        Mode::Artifacts => {
            let missing = registered.values().filter(|route| !compiled.contains(&route.entry));
            let missing = missing.map(|route| only_registered(&workspace.root, route));
            refuse(missing.chain(surplus).collect(), |routes| Error::BuildsDiffer { routes })
        }
    }
}

fn refuse(routes: Vec<OtherRoute>, error: impl FnOnce(Vec<OtherRoute>) -> Error) -> Result<(), Error> {
    if routes.is_empty() { Ok(()) } else { Err(error(routes)) }
}

/// The symbols of entry points that a library defines.
fn symbols(library: &Utf8Path) -> Result<BTreeSet<String>, Error> {
    let bytes = files::read_bytes(library)?;
    let unreadable = |error| Error::io("read the symbols of", library, error);
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
fn only_compiled(symbol: &str, mode: Mode) -> OtherRoute {
    let route = match symbol.parse::<Entry>() {
        Ok(entry) => format!("`{}` of the crate `{}`", entry.serves, entry.crate_name),
        Err(_) => format!("the route with the entry point `{symbol}`"),
    };
    let message = match mode {
        Mode::Registry => format!("{route} is not in the registry"),
        Mode::Artifacts => {
            format!("{route} is only in the build of the artifacts, and would be absent from the API")
        }
    };
    OtherRoute { message, source_code: None, span: None }
}

fn only_registered(root: &Utf8Path, route: &RouteSpec) -> OtherRoute {
    let place = Place { file: route.source.file.clone(), line: route.source.line };
    let (source_code, span) = label(root, &place);
    let message = format!(
        "`{}` is only in the build that lists the routes, and has no code for its artifact ({})",
        route.route_key(),
        route.source,
    );
    OtherRoute { message, source_code, span }
}
