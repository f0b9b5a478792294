//! Expands what all routes of a package have in common into a registration and, if it surrounds handlers, an
//! entry point, which the programs of its routes call.
//!
//! In: the content of `package!`. Out: items. It refuses nothing. The generated code follows the rules in
//! `glue.rs`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;

use super::validate::ValidPackage;
use crate::{
    glue::{self, Argument},
    values::Around,
};

pub(super) fn expand(crate_name: &str, package: &ValidPackage) -> TokenStream {
    let site = Span::mixed_site();
    let krate = &package.krate;
    let entry = entry(package);
    let known: Vec<_> = package
        .guards
        .iter()
        .map(|ty| quote_spanned!(site=> __private::Argument::<#ty, __private::WithClaims, 0>))
        .collect();
    let import = (!known.is_empty()).then(|| quote_spanned!(site=> use __private::ArgumentCheck as _;));
    let functions = functions(package);
    let declaration = package.spec.to_declaration();
    // A crate can have it only once, whatever module it is in. If cargo does not set the crate's name, this
    // is the package's, which may have hyphens.
    let crate_name = crate_name.replace('-', "_");
    let unique = Ident::new(&format!("routegen__{crate_name}__package"), site);
    let has_entry = package.spec.entry.as_ref().map(|_| quote_spanned!(site=> entry_of_package));
    quote_spanned! {site=>
        const _: () = {
            use #krate::__private;
            #import
            #entry
            __private::register_package! {
                declaration: #declaration,
                source: [__private::file!(), __private::line!(), __private::column!()],
                arguments: [#((#known::FIELDS, #known::BODY, #known::WHOLE, #known::DECLARED)),*],
                middleware: [#(<#functions as __private::Middleware>::FACTS),*],
                entry: [#has_entry],
            }
        };
        #[doc(hidden)]
        #[macro_export]
        #[allow(non_local_definitions)]
        macro_rules! #unique {
            () => {};
        }
    }
}

fn functions(package: &ValidPackage) -> Vec<&syn::Path> {
    let functions = package.middleware.iter().filter_map(|around| match around {
        Around::Function(path) => Some(path),
        Around::Layer(_) => None,
    });
    functions.collect()
}

/// The exported function that artifacts of the package's routes link to; empty if nothing surrounds handlers.
fn entry(package: &ValidPackage) -> TokenStream {
    let site = Span::mixed_site();
    let Some(symbol) = &package.spec.entry else { return TokenStream::new() };
    let guards = Argument::all(&package.guards);
    let mut calls = TokenStream::new();
    let mut call = quote_spanned!(site=> __private::further);
    if !guards.is_empty() {
        let ident = Ident::new("call_of_package", site);
        let markers = guards.iter().map(|guard| &guard.marker);
        let bounds = guards
            .iter()
            .map(|Argument { ty, marker, .. }| quote_spanned!(site=> #ty: __private::FromParts<#marker>));
        let heads = guards.iter().map(|guard| {
            let extractor = glue::make(guard, "from_parts");
            glue::extract(&guard.variable, &quote_spanned!(site=> #extractor(&mut parts)))
        });
        calls.extend(quote_spanned! {site=>
            #[allow(unused_variables)]
            fn #ident<#(#markers: 'static),*>(request: __private::Request) -> __private::Reply
            where
                #(#bounds,)*
            {
                use __private::Make as _;
                __private::Box::pin(async move {
                    let (mut parts, body) = __private::Request::into_parts(request);
                    #(#heads)*
                    __private::further(__private::Request::from_parts(parts, body)).await
                })
            }
        });
        calls.extend(package.guards.iter().map(|ty| {
            let takes = glue::takes_body(ty);
            glue::check(&quote_spanned!(site=> __private::Early::<#ty, (), #takes, false>::CHECK), ty)
        }));
        calls.extend(quote_spanned!(site=> use __private::EarlyCheck as _;));
        call = glue::call(&ident, package.guards.iter());
    }
    if !package.middleware.is_empty() {
        let ident = Ident::new("around_of_package", site);
        calls.extend(glue::around(&ident, &package.middleware, &call));
        call = quote_spanned!(site=> #ident);
    }
    let count = Literal::usize_unsuffixed(guards.len());
    let own = package
        .guards
        .iter()
        .map(|ty| quote_spanned!(site=> __private::Argument::<#ty, __private::WithClaims, 0>::RESOURCE));
    let lists = functions(package)
        .into_iter()
        .map(|path| quote_spanned!(site=> <#path as __private::Middleware>::RESOURCES));
    let lists: Vec<_> = lists.collect();
    quote_spanned! {site=>
        #[unsafe(export_name = #symbol)]
        fn entry_of_package() -> __private::Package {
            __private::Package {
                resources: const { &__private::joined::<{ #count #(+ #lists.len())* }>(&[&[#(#own),*], #(#lists),*]) },
                around: #call,
            }
        }
        #calls
    }
}
