//! Locates generated code where the user wrote something, for errors in it.
//!
//! In: generated tokens, and what the user wrote. Out: the tokens with the user's location.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The first and the last location of some tokens.
pub(crate) struct Ends(pub(crate) Span, pub(crate) Span);

/// The location of tokens that the user wrote, or that of the attribute if there are none.
pub(crate) fn ends(tokens: &impl ToTokens) -> Ends {
    let mut tokens = tokens.to_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    Ends(first, last)
}

/// Moves generated tokens to where the user wrote something, for errors. Their hygiene is unchanged. Stable
/// Rust cannot join two spans, but rustc does if an expression begins with one and ends with the other.
pub(crate) fn locate(tokens: TokenStream, Ends(first, last): &Ends) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let end = tokens.len() - 1;
    for (index, token) in tokens.iter_mut().enumerate() {
        let place = if index == end { *last } else { *first };
        token.set_span(token.span().located_at(place));
    }
    tokens.into_iter().collect()
}
