//! `#[route]` from end to end.
//!
//! In: the tokens of the attribute and of the item. Out: the tokens that stand in the item's place, and every
//! error. It needs no compiler around it, so that tests can call it. It refuses to drop the item: whatever is
//! wrong, the user's function is there for the rest of their code to name, and one mistake makes one error.

use proc_macro2::TokenStream;

use crate::{errors::Errors, expand::expand, parse::parse, validate::validate};

/// `crate_name` tells the routes of one crate from those of another.
pub(crate) fn route(
    crate_name: &str,
    attribute: TokenStream,
    item: TokenStream,
) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let attribute = parse(attribute, &mut errors);
    let route = validate(crate_name, attribute, item.clone(), &mut errors);
    let errors = errors.into_vec();
    let mut tokens = item;
    if let (Some(route), true) = (route, errors.is_empty()) {
        tokens.extend(expand(&route));
    }
    (tokens, errors)
}
