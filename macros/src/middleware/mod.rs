//! The whole of `#[middleware]`.
//!
//! In: the tokens of the attribute and of the item. Out: the tokens that replace the item, and every error.
//! Like `#[route]`, it never drops the item.

mod expand;
mod parse;
mod validate;

use proc_macro2::TokenStream;

use self::{expand::expand, parse::parse, validate::validate};
use crate::errors::Errors;

pub(crate) fn middleware(attribute: TokenStream, item: TokenStream) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let attribute = parse(attribute, &mut errors);
    let middleware = validate(attribute, item.clone(), &mut errors);
    let errors = errors.into_vec();
    let mut tokens = item;
    if let (Some(middleware), true) = (middleware, errors.is_empty()) {
        tokens.extend(expand(&middleware));
    }
    (tokens, errors)
}
