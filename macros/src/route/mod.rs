//! The whole of `#[route]`.
//!
//! In: the tokens of the attribute and of the item. Out: the tokens that replace the item, and every error.
//! It needs no compiler around it, so that tests can call it. It never drops the item: whatever is wrong, the
//! rest of the user's code can still name the function, and a mistake gives a single error.

mod expand;
mod parse;
mod responses;
mod siblings;
mod validate;

use proc_macro2::TokenStream;

use self::{expand::expand, parse::parse, siblings::Attribute, validate::validate};
use crate::errors::Errors;

/// `crate_name` distinguishes the routes of one crate from those of another.
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
