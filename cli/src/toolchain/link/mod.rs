//! Links generated programs of a few lines to the user's libraries.
//!
//! In: the libraries, and the programs' sources. Out: the programs, made again only where something changed. Each is linked by one
//! call of rustc, or of the linker as rustc called it for one that is alike, or all of them by cargo, as programs of the user's package.

mod alike;
mod by_cargo;
mod direct;
mod main_object;
mod mirror;
mod program;
mod relink;

pub(crate) use self::{
    alike::Shapes,
    program::{Link, Linked, Own},
    relink::with_symbols,
};
use super::Libraries;
use crate::{output::printer::Printer, toolchain::Error};

/// Links a program, unless it is there and nothing has changed.
pub(crate) fn link(libraries: &Libraries, link: &Link<'_>, printer: &Printer) -> Result<Linked, Error> {
    match link_together(libraries, std::slice::from_ref(link), printer)?.pop() {
        Some(linked) => Ok(linked),
        None => direct::link(libraries, link, printer),
    }
}

/// Links all of these programs at once where cargo links them; nothing is linked where rustc does, and [`link`] is to be called for each.
pub(crate) fn link_together(
    libraries: &Libraries,
    links: &[Link<'_>],
    printer: &Printer,
) -> Result<Vec<Linked>, Error> {
    libraries
        .by_cargo
        .as_ref()
        .map_or(Ok(Vec::new()), |build| by_cargo::link(libraries, build, links, printer))
}
