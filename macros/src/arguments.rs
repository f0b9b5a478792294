//! Splits tokens into arguments at commas.
//!
//! In: the tokens in parentheses or brackets. Out: the tokens of each argument, whatever they are. It refuses
//! a superfluous comma and, where the next argument is obvious, a missing one; either gives one error and no
//! argument.

use proc_macro2::{TokenStream, TokenTree};

use crate::errors::{Errors, shown};

/// Splits the tokens at commas. A trailing comma is allowed.
pub(crate) fn split(tokens: TokenStream, errors: &mut Errors) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut arguments = Vec::new();
    let mut argument = TokenStream::new();
    for (index, token) in tokens.iter().enumerate() {
        if is_punct(token, ',') {
            if argument.is_empty() {
                errors.push(token, "there is no argument before this comma", "remove the comma");
            } else {
                arguments.push(std::mem::take(&mut argument));
            }
            continue;
        }
        if !argument.is_empty() && begins_argument(&tokens[index - 1], token, tokens.get(index + 1)) {
            let text = shown(&token.clone().into());
            errors.push(token, format!("a comma is missing before `{text}`"), format!("write `, {text}`"));
            arguments.push(std::mem::take(&mut argument));
        }
        argument.extend([token.clone()]);
    }
    if !argument.is_empty() {
        arguments.push(argument);
    }
    arguments
}

/// Whether an argument has the form `word = …`.
pub(crate) fn is_assignment(argument: &TokenStream) -> bool {
    let mut tokens = argument.clone().into_iter();
    matches!(tokens.next(), Some(TokenTree::Ident(_)))
        && tokens.next().is_some_and(|token| is_punct(&token, '='))
}

/// Whether `token` must begin an argument: the word of `word = …`, or a literal after a word or another
/// literal. No value contains either.
fn begins_argument(before: &TokenTree, token: &TokenTree, after: Option<&TokenTree>) -> bool {
    match token {
        TokenTree::Ident(_) => after.is_some_and(|after| is_punct(after, '=')),
        TokenTree::Literal(_) => matches!(before, TokenTree::Ident(_) | TokenTree::Literal(_)),
        TokenTree::Group(_) | TokenTree::Punct(_) => false,
    }
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(tokens: &str) -> (Vec<String>, usize) {
        let mut errors = Errors::default();
        let arguments = split(tokens.parse().unwrap(), &mut errors);
        (arguments.iter().map(ToString::to_string).collect(), errors.into_vec().len())
    }

    #[test]
    fn commas_part_arguments_and_may_end_them() {
        assert_eq!(arguments(""), (vec![], 0));
        let expected = ["GET", "\"/a\"", "b = [\"c\" , \"d\"]", "crate = e :: f"].map(String::from).to_vec();
        assert_eq!(arguments("GET, \"/a\", b = [\"c\", \"d\"], crate = e::f"), (expected.clone(), 0));
        assert_eq!(arguments("GET, \"/a\", b = [\"c\", \"d\"], crate = e::f,"), (expected, 0));
    }

    #[test]
    fn a_wrong_comma_costs_one_error_and_no_argument() {
        let expected = ["GET", "\"/a\"", "b = 1", "c = - 2"].map(String::from).to_vec();
        for tokens in [
            ", GET, \"/a\", b = 1, c = -2",
            "GET, , \"/a\", b = 1, c = -2,",
            "GET \"/a\", b = 1, c = -2",
            "GET, \"/a\" b = 1, c = -2",
            "GET, \"/a\", b = 1 c = -2",
            "GET, \"/a\", b = 1, c = -2,,",
        ] {
            assert_eq!(arguments(tokens), (expected.clone(), 1), "{tokens}");
        }
    }
}
