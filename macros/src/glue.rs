//! Code that is generated for routes, authorizers and consumers alike.
//!
//! In: the handler, and what is specific to each kind. Out: tokens.
//!
//! The generated code follows three rules:
//!
//! - It names everything through `__private`, which it imports once. So it compiles in crates without a
//!   prelude, and a wrong `crate = path` is a single error.
//! - Its own tokens have the span [`Span::mixed_site`]. So its variables never clash with the user's names,
//!   and its lints stay silent in the user's crate.
//! - Everything that can be in an error is located where the user wrote its cause. So a mistake gives a
//!   single error, in that place.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Attribute, Meta, ReturnType, Type, ext::IdentExt};

use crate::{
    place::{Ends, ends, locate},
    signature::Handler,
    values::Around,
};

/// Puts the generated `items` after the function: in a scope of their own, under the function's conditions.
/// They export the symbols in `entries`.
pub(crate) fn scope<'a>(
    handler: &Handler,
    krate: &syn::Path,
    items: &TokenStream,
    entries: impl Iterator<Item = &'a str>,
) -> TokenStream {
    let attributes = companions(&handler.attributes);
    let uniques = entries.map(unique);
    quote_spanned! {Span::mixed_site()=>
        #attributes
        const _: () = {
            use #krate::__private;
            #items
        };
        #(
            #attributes
            #[doc(hidden)]
            #[macro_export]
            #[allow(non_local_definitions)]
            macro_rules! #uniques {
                () => {};
            }
        )*
    }
}

/// A name that a crate can have only once, whatever module the function is in: an exported macro is in the
/// crate's root. So a duplicate route or authorizer is also an error of `cargo check`, and not only of the
/// build, which finds a duplicate symbol.
fn unique(entry: &str) -> Ident {
    // A symbol has `_` only before hexadecimal digits, so these names are as distinct as the symbols.
    Ident::new(&entry.replace('.', "__").replace('$', "_S"), Span::mixed_site())
}

/// The attributes of the function that the generated code needs too: it exists under the same conditions, and
/// a lint that the author has allowed for the function's types is also allowed here.
pub(crate) fn companions(attributes: &[Attribute]) -> TokenStream {
    let companions = attributes.iter().map(|attribute| {
        let path = attribute.path();
        match &attribute.meta {
            _ if path.is_ident("cfg") || path.is_ident("allow") => attribute.to_token_stream(),
            Meta::List(list) if path.is_ident("expect") => {
                // An expectation is fulfilled once, by the function.
                let lints = &list.tokens;
                quote_spanned!(Span::mixed_site()=> #[allow(#lints)])
            }
            _ if path.is_ident("deprecated") => quote_spanned!(Span::mixed_site()=> #[allow(deprecated)]),
            _ => TokenStream::new(),
        }
    });
    companions.collect()
}

/// An argument of the handler, with the names that the generated code uses for it.
pub(crate) struct Argument<'a> {
    pub(crate) ty: &'a Type,
    /// The type parameter for the way in which it is extracted.
    pub(crate) marker: Ident,
    pub(crate) variable: Ident,
}

impl<'a> Argument<'a> {
    /// The arguments of these types.
    pub(crate) fn all(types: impl IntoIterator<Item = &'a Type>) -> Vec<Self> {
        types.into_iter().enumerate().map(Self::new).collect()
    }

    fn new((index, ty): (usize, &'a Type)) -> Self {
        Self {
            ty,
            marker: format_ident!("Via{index}", span = Span::mixed_site()),
            variable: format_ident!("argument_{index}", span = Span::mixed_site()),
        }
    }
}

/// The function that extracts the arguments and calls the handler. Its bounds contain its requirements of the
/// arguments' types, each with its own marker. So a wrong type is a single error, where the entry point names
/// the function, and the body adds none.
pub(crate) struct Call<'a> {
    pub(crate) handler: &'a Handler,
    /// Its own name.
    pub(crate) ident: Ident,
    /// What is extracted: guards first, then the handler's arguments.
    pub(crate) arguments: &'a [Argument<'a>],
    /// The number of guards, whose values are not passed on.
    pub(crate) guards: usize,
    /// The function's parameters.
    pub(crate) parameters: TokenStream,
    /// What the handler receives after the arguments.
    pub(crate) passed: Vec<TokenStream>,
    /// The statements that make the arguments from the parameters.
    pub(crate) extraction: TokenStream,
    /// The bounds of the arguments' types.
    pub(crate) bounds: Vec<TokenStream>,
    /// The function's result.
    pub(crate) result: TokenStream,
    /// The path of the function that converts the handler's output into the result.
    pub(crate) conversion: TokenStream,
    /// Whether the output may be a response without an end.
    pub(crate) is_response: bool,
}

impl ToTokens for Call<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let site = Span::mixed_site();
        let Self { handler, ident: call, arguments, guards, parameters, passed, .. } = self;
        let Self { extraction, bounds, result, conversion, is_response, .. } = self;
        let ident = &handler.ident;
        let make = (!arguments.is_empty()).then(|| quote_spanned!(site=> use __private::Make as _;));
        let markers = arguments.iter().map(|argument| &argument.marker);
        let variables = arguments[*guards..].iter().map(|argument| argument.variable.to_token_stream());
        let variables = variables.chain(passed.iter().cloned());
        // The output is in a tuple so that its expression has two ends to locate. If it is not a result of
        // the right kind, the error is at the return type.
        let place = match &handler.output {
            ReturnType::Type(_, ty) => ends(ty),
            ReturnType::Default => ends(ident),
        };
        let output = locate(quote_spanned!(site=> output.0), &place);
        let check = is_response.then(|| {
            let check = locate(quote_spanned!(site=> &__private::Output(&output.0).check()), &place);
            let success =
                locate(quote_spanned!(site=> &__private::Output(&output.0).check_success()), &place);
            quote_spanned! {site=>
                use __private::OutputCheck as _;
                __private::check(#check);
                __private::check(#success);
            }
        });
        // Clippy does not suggest removing `async` from a function that is used as a value, and not only
        // called.
        let future = quote_spanned! {site=>
            __private::Box::pin(async move {
                #extraction
                let handler = #ident;
                let output = (handler(#(#variables),*).await,);
                #check
                __private::Result::Ok(#conversion(#output))
            })
        };
        // If the future cannot be sent between threads, the error is at the function's name.
        let future = locate(future, &ends(ident));
        tokens.extend(quote_spanned! {site=>
            fn #call<#(#markers: 'static),*>(#parameters) -> #result
            where
                #(#bounds,)*
            {
                #make
                #future
            }
        });
    }
}

/// Names the function that calls the handler. If an argument is not an extractor, the error is at its marker.
pub(crate) fn call<'a>(call: &Ident, types: impl Iterator<Item = &'a Type>) -> TokenStream {
    let markers = types.map(|ty| {
        let Ends(first, last) = ends(ty);
        let end = quote_spanned!(last=> >);
        quote_spanned!(first=> __private::Via<_ #end)
    });
    quote_spanned!(Span::mixed_site()=> #call::<#(#markers),*>)
}

/// The function that calls another one through middleware, which is created once.
pub(crate) fn around(ident: &Ident, middleware: &[Around], call: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let outwards = middleware.iter().rev().map(|around| match around {
        Around::Function(path) => {
            quote_spanned!(site=> let service = <#path as __private::Middleware>::around(service);)
        }
        Around::Layer(layer) => quote_spanned!(site=> let service = __private::layered(service, #layer);),
    });
    quote_spanned! {site=>
        fn #ident(request: __private::Request) -> __private::Reply {
            __private::through(request, #call, || {
                let service = __private::Innermost;
                #(#outwards)*
                service
            })
        }
    }
}

/// The statement that makes one argument, or returns why the handler is not called.
pub(crate) fn extract(variable: &Ident, extraction: &TokenStream) -> TokenStream {
    quote_spanned! {Span::mixed_site()=>
        let #variable = match #extraction.await {
            __private::Result::Ok(value) => value,
            __private::Result::Err(rejection) => return __private::Result::Err(rejection),
        };
    }
}

/// The function that makes an argument: that of `Make`, or the type's own.
pub(crate) fn make(Argument { ty, marker, .. }: &Argument<'_>, function: &str) -> TokenStream {
    let function = Ident::new(function, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> __private::Argument::<#ty, __private::Claimless, 0>::#function::<#marker>)
}

/// A statement that does not compile unless `check` passes, with its error at the argument.
pub(crate) fn check(check: &TokenStream, ty: &Type) -> TokenStream {
    let site = Span::mixed_site();
    // The parentheses have the argument's location. Their content keeps its own, so that an unresolved name
    // is an error where it was written.
    let check = locate(quote_spanned!(site=> &(#check)), &ends(ty));
    quote_spanned!(site=> __private::check(#check);)
}

/// Whether an argument reads the body, as a constant for the type of a check.
pub(crate) fn takes_body(ty: &Type) -> TokenStream {
    let argument = quote_spanned!(Span::mixed_site()=> __private::Argument::<#ty, __private::Claimless, 0>);
    quote_spanned!(Span::mixed_site()=> { #argument::BODY || #argument::WHOLE })
}

/// What only the compiler knows about a function, as expressions.
#[derive(Default)]
pub(crate) struct Known {
    /// What is known about each argument.
    pub(crate) arguments: Vec<TokenStream>,
    /// What is known about each function with `#[middleware]`.
    pub(crate) middleware: Vec<TokenStream>,
    /// The input for the command's OpenAPI document, or for the schema of an event.
    pub(crate) types: TokenStream,
}

/// A function's registration: what the attribute declares, as data, and what only the compiler knows. `place`
/// is the attribute, or empty for the one that the compiler expands. The runtime's macro expands to nothing
/// unless the registry is on.
pub(crate) fn registration(
    handler: &Handler,
    kind: &TokenStream,
    declaration: &str,
    place: &TokenStream,
    known: &Known,
    entry: &Ident,
) -> TokenStream {
    let Ends(first, _) = ends(place);
    let source = quote_spanned!(first=> [__private::file!(), __private::line!(), __private::column!()]);
    let handler = handler.name();
    let Known { arguments, middleware, types } = known;
    quote_spanned! {Span::mixed_site()=>
        __private::register! {
            #kind {
                declaration: #declaration,
                handler: #handler,
                source: #source,
                arguments: [#(#arguments),*],
                middleware: [#(#middleware),*],
                types: {#types},
                entry: #entry,
            }
        }
    }
}

/// The name of an item that is generated for a handler. It begins with `word`, so that it cannot be the
/// handler's name.
pub(crate) fn beside(handler: &Handler, word: &str) -> Ident {
    format_ident!("{word}_{}", handler.ident.unraw(), span = Span::mixed_site())
}
