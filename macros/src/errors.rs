//! Collects mistakes, so that all of them are reported at once.
//!
//! In: the tokens that are wrong, what is wrong with them, and what to write. Out: one `syn::Error` for each.
//! Every error has a fix: both texts are required arguments.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// All errors of one expansion, in the order in which they were found.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds an error that underlines `place` from its first token to its last, or the whole attribute if
    /// `place` is empty.
    pub(crate) fn push(&mut self, place: &impl ToTokens, message: impl Display, help: impl Display) {
        self.0.push(error(place, message, help));
    }

    /// Adds a syntax error.
    pub(crate) fn push_syntax(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    pub(crate) fn into_vec(self) -> Vec<syn::Error> {
        self.0
    }
}

/// Creates the same error, for a parser of syn to return.
pub(crate) fn error(place: &impl ToTokens, message: impl Display, help: impl Display) -> syn::Error {
    syn::Error::new_spanned(place, text(&message, &help))
}

/// Stable Rust has no help notes for macros, so the help is a line of the message.
fn text(message: &dyn Display, help: &dyn Display) -> String {
    format!("{message}\nhelp: {help}")
}

/// Tokens in a message: on one line, and truncated if they are long.
pub(crate) fn shown(tokens: &TokenStream) -> String {
    const MOST: usize = 40;
    let text = tokens.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST).chain(['…']).collect()
}
