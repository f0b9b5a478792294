//! The whole of `package!`.
//!
//! In: the tokens between its braces. Out: the code that registers what all routes of the package have in common, and every error.

mod expand;
mod parse;
mod validate;

use proc_macro2::TokenStream;

use self::{expand::expand, parse::parse, validate::validate};
use crate::errors::Errors;

/// `crate_name` distinguishes the package of one crate from another's.
pub(crate) fn package(crate_name: &str, arguments: TokenStream) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let package = validate(crate_name, parse(arguments, &mut errors));
    let errors = errors.into_vec();
    match package {
        Some(package) if errors.is_empty() => (expand(crate_name, &package), errors),
        _ => (TokenStream::new(), errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expansion as rustfmt would format it, after the errors if there are any.
    fn expansion(arguments: &str) -> String {
        let (tokens, errors) = package("items", arguments.parse().unwrap());
        let mut expansion: Vec<String> = errors.iter().map(|error| format!("error: {error}")).collect();
        expansion.push(prettyplease::unparse(&syn::parse2(tokens).unwrap()));
        expansion.join("\n")
    }

    #[test]
    fn with_a_prefix_alone() {
        insta::assert_snapshot!(expansion(r#"prefix = "/v1""#));
    }

    #[test]
    fn with_guards_and_middleware() {
        insta::assert_snapshot!(expansion(
            r#"prefix = "/v1/shop", guards = [Tenant], middleware = [audit, layer(Trace::new())], env = ["TENANTS"]"#
        ));
    }

    #[test]
    fn a_mistake_has_one_error_and_what_to_write() {
        for (arguments, wrong) in [
            (r#"prefix = "v1""#, "begin with `/`"),
            (r#"prefix = "/""#, "cannot be the prefix"),
            (r#"prefix = "/v1/""#, "ends in `/`"),
            (r#"prefix = "/{tenant}""#, "cannot be the prefix"),
            (r#"prefix = "$default""#, "cannot be the prefix"),
            (r#"prefx = "/v1""#, "unknown key"),
            (r"guards = Tenant", "list of types"),
            (r#""/v1""#, "has no key"),
        ] {
            let (tokens, errors) = package("items", arguments.parse().unwrap());
            assert!(tokens.is_empty());
            assert_eq!(errors.len(), 1, "{arguments}: {errors:?}");
            assert!(errors[0].to_string().contains(wrong), "{arguments}: {errors:?}");
        }
    }
}
