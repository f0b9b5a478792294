//! Defaults of an attribute's arguments, taken from the function or the crate.
//!
//! In: slots, and the function. Out: the given value, or the default.

use proc_macro2::Span;
use routegen_spec::{Name, attributes::Key};
use syn::parse_quote_spanned;

use crate::{doc, errors::Errors, signature::Handler, slot::Slot};

/// The function's name as the value of `key`.
pub(crate) fn name(handler: &Handler, key: Key, errors: &mut Errors) -> Option<Name> {
    let name = handler.name().parse::<Name>();
    name.inspect_err(|error| errors.push(&handler.ident, error, error.help(key.name))).ok()
}

/// The given description, or the first paragraph of the doc comment. `None` if it was refused.
pub(crate) fn description(slot: Slot<String>, handler: &Handler) -> Option<String> {
    match slot {
        Slot::Absent => Some(doc::first_paragraph(&handler.attributes)),
        slot => slot.value(),
    }
}

/// The path of the crate `routegen`. `None` if it was refused.
pub(crate) fn krate(slot: Slot<syn::Path>) -> Option<syn::Path> {
    match slot {
        Slot::Absent => Some(parse_quote_spanned!(Span::mixed_site()=> ::routegen)),
        slot => slot.value(),
    }
}
