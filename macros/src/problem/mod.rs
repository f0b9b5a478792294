//! The whole of `#[derive(Problem)]`.
//!
//! In: the tokens of an enum or a struct. Out: the code that makes its values problems of RFC 9457, and every
//! error. It refuses a variant that does not declare what clients receive.

mod expand;
mod format;
mod parse;
mod validate;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use self::{expand::expand, validate::validate};
use crate::errors::Errors;

pub(crate) fn problem(item: TokenStream) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let item = match syn::parse2::<DeriveInput>(item) {
        Ok(item) => item,
        Err(error) => return (TokenStream::new(), vec![error]),
    };
    let problem = validate(&item, &mut errors);
    let errors = errors.into_vec();
    match problem {
        Some(problem) if errors.is_empty() => (expand(&item, &problem), errors),
        _ => (TokenStream::new(), errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expansion as rustfmt would format it, after the errors if there are any.
    fn expansion(item: &str) -> String {
        let (tokens, errors) = problem(item.parse().unwrap());
        let mut expansion: Vec<String> = errors.iter().map(|error| format!("error: {error}")).collect();
        expansion.push(prettyplease::unparse(&syn::parse2(tokens).unwrap()));
        expansion.join("\n")
    }

    #[test]
    fn of_an_enum_that_converts_what_others_fail_with() {
        insta::assert_snapshot!(expansion(
            r#"enum ShopError {
                #[problem(status = 404, type = "https://example.com/gone", title = "Gone", detail = "no item {id}, {{}}")]
                NoItem { #[problem(member)] id: String, since: u64 },
                #[problem(status = StatusCode::CONFLICT, detail = "{0} and {1:?}, {self}", instance = "/items/{0}")]
                Taken(#[problem(member = "by")] String, u8),
                #[problem(status = 503)]
                Store(#[from] std::io::Error),
                #[problem(transparent)]
                Other(#[from] Problem),
            }"#
        ));
    }

    #[test]
    fn of_a_struct_that_another_derive_makes_an_error() {
        insta::assert_snapshot!(expansion(
            r#"#[error("busy")] #[problem(status = 503, crate = api::routegen)] struct Busy<T>(#[from] T);"#
        ));
    }

    #[test]
    fn every_mistake_has_one_error_and_what_to_write() {
        let written = [
            "union U { a: u8 }",
            "enum E { A }",
            "struct S;",
            "#[problem(status = 404)] enum E { #[problem(status = 404)] A }",
            "enum E { #[problem] A }",
            "enum E { #[problem()] A }",
            "enum E { #[problem(title = \"T\")] A }",
            "enum E { #[problem(status = 200)] A }",
            "enum E { #[problem(status = 600)] A }",
            "enum E { #[problem(status = 404u16)] A }",
            "enum E { #[problem(status = \"404\")] A }",
            "enum E { #[problem(stauts = 404)] A }",
            "enum E { #[problem(404)] A }",
            "enum E { #[problem(status = 404, status = 405)] A }",
            "enum E { #[problem(status = 404)] #[problem(status = 405)] A }",
            "enum E { #[problem(status = 404, type = \"no item\")] A }",
            "enum E { #[problem(status = 404, title = \"\")] A }",
            "enum E { #[problem(status = 404, detail = no)] A }",
            "enum E { #[problem(status = 404, crate = routegen)] A }",
            "enum E { #[problem(status = 404, detail = \"{1} {self} {0} {}\")] A(u8) }",
            "enum E { #[problem(status = 404, detail = \"{id} {MOST}\")] A { name: u8, size: u8 } }",
            "enum E { #[problem(status = 404, instance = \"/{0}\")] A }",
            "enum E { #[problem(transparent)] A }",
            "enum E { #[problem(transparent)] A(u8, u8) }",
            "enum E { #[problem(transparent, status = 404)] A(u8) }",
            "enum E { #[problem(transparent = true)] A(u8) }",
            "enum E { #[problem(status = 404)] A(#[problem(member)] u8) }",
            "enum E { #[problem(status = 404)] A { #[problem(member = \"status\")] a: u8 } }",
            "enum E { #[problem(status = 404)] A { #[problem(member)] a: u8, #[problem(member = \"a\")] b: u8 } }",
            "enum E { #[problem(status = 404)] A { #[problem(name = \"b\")] a: u8 } }",
            "enum E { #[problem(status = 404)] A { #[problem] a: u8 } }",
            "enum E { #[problem(transparent)] A { #[problem(member)] a: u8 } }",
            "enum E { #[problem(status = 404)] A { #[from] a: u8, b: u8 } }",
            "enum E { #[problem(transparent)] A(#[from] Problem), #[problem(transparent)] B(#[from] routegen::Problem) }",
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|item| {
                let errors = problem(item.parse().unwrap()).1;
                assert_eq!(errors.len(), 1, "{item}: {errors:?}");
                format!("{item}\n    {}", errors[0].to_string().replace('\n', "; "))
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
