//! Expands several `#[route]` attributes above one function together, so that they share one Lambda function.
//!
//! In: the item under the attribute that the compiler expands first. Out: the other attributes, and the item
//! without them. It recognizes them only by name, `route` or `routegen::route`: one that is imported under
//! another name or from another crate, or is within a `cfg_attr`, stays in place, and is expanded separately.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Meta,
    ext::IdentExt as _,
    parse::{ParseStream, Parser},
};

/// A `#[route(…)]`.
pub(crate) struct Attribute {
    /// The tokens between the parentheses.
    pub(crate) arguments: TokenStream,
    /// The whole attribute; empty for the one that the compiler expands, whose location the compiler knows.
    pub(crate) place: TokenStream,
}

impl Attribute {
    /// Returns the attribute that the compiler expands.
    pub(crate) fn expanded(arguments: TokenStream) -> Self {
        Self { arguments, place: TokenStream::new() }
    }
}

/// The other attributes of an item, and the rest of the item.
pub(crate) fn take(item: TokenStream) -> (Vec<Attribute>, TokenStream) {
    let parser = |input: ParseStream<'_>| {
        Ok((input.call(syn::Attribute::parse_outer)?, input.parse::<TokenStream>()?))
    };
    // The compiler reports an unfinished attribute.
    let Ok((attributes, rest)) = parser.parse2(item.clone()) else { return (Vec::new(), item) };
    let (siblings, others): (Vec<_>, Vec<_>) = attributes.into_iter().partition(is_sibling);
    if siblings.is_empty() {
        return (Vec::new(), item);
    }
    (siblings.into_iter().map(sibling).collect(), quote!(#(#others)* #rest))
}

fn is_sibling(attribute: &syn::Attribute) -> bool {
    let path: Vec<String> =
        attribute.path().segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
    let named = match &path[..] {
        [krate, name] => krate == "routegen" && name == "route",
        [name] => name == "route",
        _ => false,
    };
    named && !matches!(attribute.meta, Meta::NameValue(_))
}

fn sibling(attribute: syn::Attribute) -> Attribute {
    let place = attribute.to_token_stream();
    let arguments = match attribute.meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };
    Attribute { arguments, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(item: &str) -> (Vec<String>, String) {
        let (siblings, rest) = take(item.parse().unwrap());
        (siblings.iter().map(|sibling| sibling.arguments.to_string()).collect(), rest.to_string())
    }

    #[test]
    fn the_attribute_of_another_crate_is_left_alone() {
        for item in [
            "#[rocket::route(GET)] fn f() {}",
            "#[a::routegen::route] fn f() {}",
            "#[routegen::get] fn f() {}",
        ] {
            assert_eq!(taken(item), (Vec::new(), item.parse::<TokenStream>().unwrap().to_string()), "{item}");
        }
    }

    #[test]
    fn attributes_of_the_same_name_are_taken() {
        let item = "#[cold] #[route(GET, \"/b\")] /** C */ #[::routegen::route] pub async fn f(a: A) { #[route(x)] let y = ; }";
        let (siblings, rest) = taken(item);
        assert_eq!(siblings, ["GET , \"/b\"", ""]);
        let expected = "#[cold] /** C */ pub async fn f(a: A) { #[route(x)] let y = ; }";
        assert_eq!(rest, expected.parse::<TokenStream>().unwrap().to_string());
    }

    #[test]
    fn an_item_without_others_is_left_as_it_is() {
        for item in
            ["#[cold] async fn f() {}", "#[router(a)] #[route::x] struct A;", "#[route = \"a\"] fn f() {}"]
        {
            assert_eq!(taken(item), (vec![], item.parse::<TokenStream>().unwrap().to_string()));
        }
    }
}
