//! Expands a [`ValidResource`] into an implementation of `FromResources`.
//!
//! In: the struct and what it declares. Out: the implementation. It refuses nothing; if a field is not a
//! `Res<T>`, or the function takes something else, the compiler reports it where it was written.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{DeriveInput, Type, spanned::Spanned as _};

use routegen_spec::ResourceValue;

use super::validate::{Made, ValidGrant, ValidResource};
use crate::place::{Ends, ends};

pub(super) fn expand(item: &DeriveInput, resource: &ValidResource) -> TokenStream {
    let site = Span::mixed_site();
    let ValidResource { krate, grants, env, made } = resource;
    let ident = &item.ident;
    let (generics, arguments, bounds) = item.generics.split_for_impl();
    let grants = grants.iter().map(|grant| self::grant(grant, krate));
    let (types, pattern, value) = match made {
        Made::OfFields(fields) => {
            let members = fields.iter().map(|(member, _)| member);
            let variables: Vec<_> = (0..fields.len()).map(variable).collect();
            let value = quote_spanned!(site=> __private::Ok(Self { #(#members: #variables),* }));
            (fields.iter().map(|(_, ty)| ty.to_token_stream()).collect::<Vec<_>>(), variables, value)
        }
        Made::By(function, needs) => {
            let variables: Vec<_> = (0..needs.len()).map(variable).collect();
            let call = quote_spanned!(function.span()=> #function(#(#variables),*).await);
            (needs.iter().map(|ty: &Type| shared(ty, krate)).collect(), variables, call)
        }
    };
    // A tuple of one, because a type in a tuple that is not a `Res<T>` is reported in its own place.
    quote_spanned! {site=>
        const _: () = {
            use #krate::__private;

            #[automatically_derived]
            impl #generics #krate::FromResources for #ident #arguments #bounds {
                const GRANTS: &'static [#krate::Grant] = &[#(#grants),*];
                const ENV: &'static [&'static str] = &[#(#env),*];
                type Needs = (#(#types,)*);
                async fn from_resources((#(#pattern,)*): Self::Needs) -> __private::Result<Self, #krate::Error> {
                    #value
                }
            }
        };
    }
}

fn variable(index: usize) -> Ident {
    format_ident!("resource_{index}", span = Span::mixed_site())
}

/// The reference to a resource of this type, located at the type.
fn shared(ty: &Type, krate: &syn::Path) -> TokenStream {
    let Ends(first, _) = ends(ty);
    quote_spanned!(first=> #krate::Res<#ty>)
}

/// A grant, located at the attribute.
fn grant(grant: &ValidGrant, krate: &syn::Path) -> TokenStream {
    let ValidGrant { tokens, resource, actions, on, value, reason } = grant;
    let Ends(first, _) = ends(tokens);
    let new = if let Some(resource) = resource {
        quote_spanned!(first=> #krate::Grant::new(#resource, &[#(#actions),*]))
    } else {
        quote_spanned!(first=> #krate::Grant::on_any(&[#(#actions),*]))
    };
    let on = on.iter().map(|on| quote!(.on(&[#(#on),*])));
    let value = value.iter().map(|value| {
        let variant = match value {
            ResourceValue::Name => quote!(Name),
            ResourceValue::Url => quote!(Url),
            ResourceValue::Arn => quote!(Arn),
        };
        quote!(.value(#krate::GrantValue::#variant))
    });
    let reason = reason.iter().map(|reason| quote!(.reason(#reason)));
    let place = quote_spanned!(first=> (__private::file!(), __private::line!(), __private::column!()));
    quote_spanned!(first=> #new #(#on)* #(#value)* #(#reason)* .at #place)
}
