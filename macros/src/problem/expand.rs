//! Expands a [`ValidProblem`] into the conversions of a value to a problem and a response, and of other
//! errors to a value.
//!
//! In: the type, and the problems of its variants. Out: the implementations. It refuses nothing.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{DeriveInput, LitStr, parse_quote_spanned, spanned::Spanned as _};

use super::{
    format,
    validate::{Answer, Kind, ValidProblem},
};
use crate::values::Status;

pub(super) fn expand(item: &DeriveInput, problem: &ValidProblem) -> TokenStream {
    let site = Span::mixed_site();
    let ValidProblem { krate, kinds, is_error } = problem;
    let ident = &item.ident;
    let (generics, arguments, bounds) = item.generics.split_for_impl();
    // Format strings name it.
    let this = quote_spanned!(Span::call_site()=> self);
    let arms = kinds.iter().map(|kind| arm(kind, &this));
    let answers = kinds.iter().map(described);
    let conversions = if *is_error { TokenStream::new() } else { conversions(item, kinds) };
    quote_spanned! {site=>
        const _: () = {
            use #krate::__private;

            #[automatically_derived]
            impl #generics #krate::IntoProblem for #ident #arguments #bounds {
                #[allow(unused_variables, unreachable_patterns)]
                fn into_problem(#this) -> #krate::Problem {
                    #[allow(unused_imports)]
                    use __private::NotAnError as _;
                    match #this { #(#arms)* }
                }
            }

            #[automatically_derived]
            impl #generics #krate::IntoResponse for #ident #arguments #bounds {
                fn into_response(self) -> #krate::Response {
                    #krate::IntoResponse::into_response(#krate::IntoProblem::into_problem(self))
                }
            }

            __private::contract! {
                #[automatically_derived]
                impl #generics __private::DescribeError for #ident #arguments #bounds {
                    fn answers() -> __private::Vec<__private::contract::Answer> {
                        let mut answers = __private::Vec::new();
                        #(#answers)*
                        answers
                    }
                }
            }

            #conversions
        };
    }
}

/// A match arm from a variant to its problem.
fn arm(kind: &Kind, this: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let Kind { path, name, fields, answer, .. } = kind;
    let Answer::Own { status, kind, title, detail, instance } = answer else {
        let member = fields.iter().map(|field| &field.member);
        let span = fields.first().map_or(site, |field| field.ty.span());
        let inner = quote_spanned!(site=> inner);
        let problem = quote_spanned!(span=> __private::IntoProblem::into_problem(#inner));
        return quote_spanned!(site=> #path { #(#member: #inner)* } => #problem,);
    };
    let (checked, status) = match status {
        Status::Number(number) => {
            let number = Literal::u16_unsuffixed(*number);
            (TokenStream::new(), quote_spanned!(site=> __private::error_status(#number)))
        }
        // An item, because `cargo check` evaluates no other constants.
        Status::Constant(path) => {
            let check = quote_spanned!(path.span()=> __private::check_error_status(#path));
            (quote_spanned!(site=> const _: () = #check;), path.to_token_stream())
        }
    };
    let bindings = fields.iter().map(|field| {
        let (member, variable) = (&field.member, &field.variable);
        quote!(#member: ref #variable)
    });
    let fixed = [("with_type", kind), ("with_title", title)].into_iter().filter_map(|(method, text)| {
        let (method, text) = (syn::Ident::new(method, site), text.as_ref()?);
        Some(quote_spanned!(site=> .#method(#text)))
    });
    let written =
        [("with_detail", detail), ("with_instance", instance)].into_iter().filter_map(|(method, text)| {
            let (method, text) = (syn::Ident::new(method, site), with_variables(text.as_ref()?));
            Some(quote_spanned!(site=> .#method(__private::format!(#text))))
        });
    let members = fields.iter().filter_map(|field| {
        let (name, variable) = (field.shown_as.as_ref()?, &field.variable);
        Some(quote_spanned!(site=> .with_member(#name, #variable)))
    });
    let source = fields.iter().find(|field| field.source).map(|field| {
        let member = &field.member;
        quote_spanned! {site=>
            __private::Err(#path { #member: source, .. }) => match __private::Failure(source).into_cause() {
                __private::Ok(cause) => problem.with_cause(cause),
                __private::Err(_) => problem.with_cause(#name),
            },
        }
    });
    quote_spanned! {site=>
        #path { #(#bindings),* } => {
            #checked
            let problem = __private::Problem::new(#status) #(#fixed)* #(#written)* #(#members)*;
            if !problem.status().is_server_error() {
                return problem;
            }
            match __private::Failure(#this).into_cause() {
                __private::Ok(cause) => problem.with_cause(cause),
                #source
                __private::Err(_) => problem.with_cause(#name),
            }
        }
    }
}

/// A variant in the OpenAPI document.
fn described(kind: &Kind) -> TokenStream {
    let site = Span::mixed_site();
    let Kind { description, fields, answer, .. } = kind;
    let Answer::Own { status, kind, title, .. } = answer else {
        let ty = fields.iter().map(|field| &field.ty);
        return quote_spanned! {site=>
            #(answers.append(&mut {
                #[allow(unused_imports)]
                use __private::FailingAnything as _;
                __private::failing::<#ty>().answers().unwrap_or_else(__private::of_any_status)
            });)*
        };
    };
    let status = match status {
        Status::Number(number) => Literal::u16_unsuffixed(*number).into_token_stream(),
        Status::Constant(path) => quote_spanned!(path.span()=> __private::StatusCode::as_u16(&#path)),
    };
    let texts = [("with_type", kind), ("with_title", title)].into_iter().filter_map(|(method, text)| {
        let (method, text) = (syn::Ident::new(method, site), text.as_ref()?);
        Some(quote_spanned!(site=> .#method(#text)))
    });
    let description =
        (!description.is_empty()).then(|| quote_spanned!(site=> .with_description(#description)));
    let members = fields.iter().filter_map(|field| {
        let (name, ty) = (field.shown_as.as_ref()?, &field.ty);
        Some(quote_spanned!(site=> .with_member(#name, __private::schema_of!(#ty))))
    });
    quote_spanned! {site=>
        answers.push(__private::contract::Answer::problem(#status) #description #(#texts)* #(#members)*);
    }
}

/// The format string, with the number of a field replaced by its variable.
fn with_variables(text: &LitStr) -> LitStr {
    let value = text.value();
    let mut named = String::new();
    let mut written = 0;
    for (at, name) in format::names(&value) {
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            named += &value[written..at];
            named.push('_');
            written = at;
        }
    }
    LitStr::new(&(named + &value[written..]), text.span())
}

/// The conversions of other errors to a value, by `#[from]`, unless another derive reads it.
fn conversions(item: &DeriveInput, kinds: &[Kind]) -> TokenStream {
    let site = Span::mixed_site();
    let ident = &item.ident;
    let converted = kinds.iter().filter_map(|kind| Some((kind, kind.from()?)));
    if let Some((any, field)) = converted.clone().find(|(kind, _)| kind.takes_any()) {
        // A second implementation would conflict with the one for every error, so known errors are looked up
        // in it.
        let known = converted.filter(|(kind, _)| !kind.takes_any()).map(|(Kind { path, .. }, field)| {
            let (member, ty) = (&field.member, &field.ty);
            let downcast = quote_spanned!(ty.span()=> __private::downcast::<#ty>);
            quote_spanned! {site=>
                let problem = match #downcast(problem) {
                    __private::Ok(error) => return #path { #member: error },
                    __private::Err(problem) => problem,
                };
            }
        });
        let (path, member) = (&any.path, &field.member);
        let error = quote_spanned!(site=> __Error);
        let mut generics = item.generics.clone();
        generics.params.push(parse_quote_spanned!(site=> #error: __private::Into<__private::Problem>));
        let (_, arguments, bounds) = item.generics.split_for_impl();
        let (generics, ..) = generics.split_for_impl();
        return quote_spanned! {site=>
            #[automatically_derived]
            impl #generics __private::From<#error> for #ident #arguments #bounds {
                fn from(error: #error) -> Self {
                    let problem = __private::Into::<__private::Problem>::into(error);
                    #(#known)*
                    #path { #member: problem }
                }
            }
        };
    }
    let (generics, arguments, bounds) = item.generics.split_for_impl();
    let implementations = converted.map(|(Kind { path, .. }, field)| {
        let (member, ty) = (&field.member, &field.ty);
        quote_spanned! {site=>
            #[automatically_derived]
            impl #generics __private::From<#ty> for #ident #arguments #bounds {
                fn from(error: #ty) -> Self {
                    #path { #member: error }
                }
            }
        }
    });
    implementations.collect::<TokenStream>().into_token_stream()
}
