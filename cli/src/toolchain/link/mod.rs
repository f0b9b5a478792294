//! Links generated programs of a few lines to the user's libraries.
//!
//! In: the libraries, and the programs' sources. Out: the programs, linked again only if something changed.
//! Each is linked by a call of rustc, or by a call of the linker if a similar program has been linked; or
//! cargo builds all of them as programs of the user's package.

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

/// Links a program, unless it exists and nothing has changed.
pub(crate) fn link(libraries: &Libraries, link: &Link<'_>, printer: &Printer) -> Result<Linked, Error> {
    match link_together(libraries, std::slice::from_ref(link), printer)?.pop() {
        Some(linked) => Ok(linked),
        None => direct::link(libraries, link, printer),
    }
}

/// Links all of these programs at once if cargo links them. If rustc does, this links nothing, and [`link`]
/// must be called for each program.
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
