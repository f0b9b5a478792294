//! The whole of `#[authorizer]`.
//!
//! In: the tokens of the attribute and of the item. Out: the tokens that replace the item, and every error.
//! Like `#[route]`, it never drops the item.

mod expand;
mod parse;
mod validate;

use proc_macro2::TokenStream;

use self::{expand::expand, parse::parse, validate::validate};
use crate::errors::Errors;

/// `crate_name` distinguishes the authorizers of one crate from those of another.
pub(crate) fn authorizer(
    crate_name: &str,
    attribute: TokenStream,
    item: TokenStream,
) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let attribute = parse(attribute, &mut errors);
    let authorizer = validate(crate_name, attribute, item.clone(), &mut errors);
    let errors = errors.into_vec();
    let mut tokens = item;
    if let (Some(authorizer), true) = (authorizer, errors.is_empty()) {
        tokens.extend(expand(&authorizer));
    }
    (tokens, errors)
}
