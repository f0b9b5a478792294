//! `#[route]` from end to end.
//!
//! In: the tokens of the attribute and of the item. Out: the tokens that stand in the item's place, and every
//! error. It needs no compiler around it, so that tests can call it. It refuses to drop the item: whatever is
//! wrong, the user's function is there for the rest of their code to name, and one mistake makes one error.

mod expand;
mod parse;
mod responses;
mod siblings;
mod validate;

use proc_macro2::TokenStream;

use self::{expand::expand, parse::parse, siblings::Attribute, validate::validate};
use crate::errors::Errors;

/// `crate_name` tells the routes of one crate from those of another.
pub(crate) fn route(
    crate_name: &str,
    attribute: TokenStream,
    item: TokenStream,
) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let (siblings, mut tokens) = siblings::take(item);
    let attributes = [Attribute::expanded(attribute)].into_iter().chain(siblings);
    let attributes = attributes.map(|attribute| parse(attribute, &mut errors)).collect();
    let routes = validate(crate_name, attributes, tokens.clone(), &mut errors);
    let errors = errors.into_vec();
    if let (Some(routes), true) = (routes, errors.is_empty()) {
        tokens.extend(expand(&routes));
    }
    (tokens, errors)
}
