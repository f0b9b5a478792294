//! The whole of `#[schedule]`, `#[queue]`, `#[event]` and `#[stream]`: one family, each of which declares
//! what calls a function.
//!
//! In: which of them it is, and the tokens of the attribute and of the item. Out: the tokens that replace the
//! item, and every error. Like `#[route]`, it never drops the item.

mod expand;
mod parse;
mod validate;

use proc_macro2::TokenStream;

pub(crate) use self::parse::Family;
use self::{expand::expand, parse::parse, validate::validate};
use crate::errors::Errors;

/// `crate_name` distinguishes the consumers of one crate from those of another.
pub(crate) fn consumer(
    family: Family,
    crate_name: &str,
    attribute: TokenStream,
    item: TokenStream,
) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let attribute = parse(family, attribute, &mut errors);
    let consumer = validate(crate_name, attribute, item.clone(), &mut errors);
    let errors = errors.into_vec();
    let mut tokens = item;
    if let (Some(consumer), true) = (consumer, errors.is_empty()) {
        tokens.extend(expand(&consumer));
    }
    (tokens, errors)
}
