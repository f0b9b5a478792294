//! A [`ValidRoute`] becomes code.
//!
//! In: the route. Out: one `const _` that goes after the function, with the route's entry point and its
//! registration. It refuses nothing: whatever could be wrong was refused before. What only types can show, such as
//! an argument that is no extractor, the compiler reports, and the spans here decide where.
//!
//! Three rules hold for the generated code:
//!
//! - It names everything through `__private`, which it imports once. So it compiles in crates without a prelude, and
//!   a wrong `crate = path` is one error.
//! - Its own tokens have the span [`Span::mixed_site`]. So its variables never meet the user's names, and its lints
//!   stay silent in the user's crate.
//! - What can be in an error is located where the user wrote its cause. So one mistake makes one error, there.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use routegen_spec::{Auth, EnvName, Name, RouteKey, Scope};
use syn::{Attribute, Meta, ReturnType, Type, ext::IdentExt};

use crate::{signature::Handler, validate::ValidRoute};

pub(crate) fn expand(route: &ValidRoute) -> TokenStream {
    let attributes = companions(&route.handler.attributes);
    let krate = &route.krate;
    let entry = entry(route);
    let call = call(&route.handler);
    let checks = checks(route);
    let registration = registration(route);
    let unique = unique(route);
    quote_spanned! {Span::mixed_site()=>
        #attributes
        const _: () = {
            use #krate::__private;
            #entry
            #call
            #checks
            #registration
        };
        #attributes
        #[doc(hidden)]
        #[macro_export]
        #[allow(non_local_definitions)]
        macro_rules! #unique {
            () => {};
        }
    }
}

/// A name that the crate can have once, whatever modules its routes are in: an exported macro is in the crate's root. So
/// the same route twice is an error of `cargo check` too, and not only of the build, which finds the symbol twice.
fn unique(route: &ValidRoute) -> Ident {
    // A symbol has `_` only before hexadecimal digits, so the names are as different as the symbols.
    Ident::new(&route.entry.replace('.', "__").replace('$', "_S"), Span::mixed_site())
}

/// The function's attributes that the generated code needs too: it exists under the same conditions, and
/// a lint that the author has silenced over the function's types is silent here.
fn companions(attributes: &[Attribute]) -> TokenStream {
    let companions = attributes.iter().map(|attribute| {
        let path = attribute.path();
        match &attribute.meta {
            _ if path.is_ident("cfg") || path.is_ident("allow") => attribute.to_token_stream(),
            Meta::List(list) if path.is_ident("expect") => {
                // The expectation is met once, by the function.
                let lints = &list.tokens;
                quote_spanned!(Span::mixed_site()=> #[allow(#lints)])
            }
            _ if path.is_ident("deprecated") => quote_spanned!(Span::mixed_site()=> #[allow(deprecated)]),
            _ => TokenStream::new(),
        }
    });
    companions.collect()
}

/// The exported function that an artifact links to, and nothing else does.
fn entry(route: &ValidRoute) -> TokenStream {
    let symbol = &route.entry;
    let entry = beside(&route.handler, "entry_of");
    let call = beside(&route.handler, "call_of");
    let name = route.name.as_str();
    let key = RouteKey::new(route.method, &route.path).to_string();
    let parameters = route.path.parameters();
    let resources = resources(route);
    // Where an argument is no extractor, the error is at the marker that stands for it.
    let markers = route.handler.arguments.iter().map(|ty| {
        let Ends(first, last) = ends(ty);
        let end = quote_spanned!(last=> >);
        quote_spanned!(first=> __private::Via<_ #end)
    });
    quote_spanned! {Span::mixed_site()=>
        #[unsafe(export_name = #symbol)]
        fn #entry() -> __private::Route {
            __private::Route {
                name: #name,
                key: #key,
                parameters: &[#(#parameters),*],
                resources: #resources,
                call: #call::<#(#markers),*>,
            }
        }
    }
}

/// The function from a request to a reply. What it asks of the arguments' types is in its bounds, each with
/// a marker of its own: so a wrong type is one error, where the entry point names the function, and the body has
/// nothing to add.
fn call(handler: &Handler) -> TokenStream {
    let site = Span::mixed_site();
    let call = beside(handler, "call_of");
    let handler_ident = &handler.ident;
    let arguments: Vec<Argument<'_>> = handler.arguments.iter().enumerate().map(Argument::new).collect();
    let markers = arguments.iter().map(|argument| &argument.marker);
    let variables = arguments.iter().map(|argument| &argument.variable);
    let bounds = arguments.iter().enumerate().map(|(index, argument)| {
        let Argument { ty, marker, .. } = argument;
        if index + 1 == arguments.len() {
            quote_spanned!(site=> #ty: __private::FromRequest<#marker>)
        } else {
            quote_spanned!(site=> #ty: __private::FromParts<#marker>)
        }
    });
    let (request, extraction) = extraction(&arguments);
    let reply = reply(handler);
    // As a value, and not only called, the function is one that clippy does not ask to be anything but async.
    let future = quote_spanned! {site=>
        __private::Box::pin(async move {
            #extraction
            let handler = #handler_ident;
            let output = (handler(#(#variables),*).await,);
            #reply
        })
    };
    // A future that cannot be sent between threads is an error at the function's name.
    let future = locate(future, &ends(handler_ident));
    quote_spanned! {site=>
        fn #call<#(#markers: 'static),*>(#request: __private::Request) -> __private::Reply
        where
            #(#bounds,)*
        {
            #future
        }
    }
}

/// An argument of the handler, and the names that the generated code has for it.
struct Argument<'a> {
    ty: &'a Type,
    /// The type parameter that stands for how it is extracted.
    marker: Ident,
    variable: Ident,
}

impl<'a> Argument<'a> {
    fn new((index, ty): (usize, &'a Type)) -> Self {
        Self {
            ty,
            marker: format_ident!("Via{index}", span = Span::mixed_site()),
            variable: format_ident!("argument_{index}", span = Span::mixed_site()),
        }
    }
}

/// The pattern of the request, and the statements that make the arguments from it. All but the last read the
/// request's head; the last may take the whole request.
fn extraction(arguments: &[Argument<'_>]) -> (TokenStream, TokenStream) {
    let site = Span::mixed_site();
    let request = quote_spanned!(site=> request);
    let Some((Argument { ty, marker, variable }, others)) = arguments.split_last() else {
        return (quote_spanned!(site=> _), TokenStream::new());
    };
    let extractor = quote_spanned!(site=> <#ty as __private::FromRequest<#marker>>::from_request);
    if others.is_empty() {
        let whole = extract(variable, &quote_spanned!(site=> #extractor(#request)));
        return (request, whole);
    }
    let heads = others.iter().map(|Argument { ty, marker, variable }| {
        let extractor = quote_spanned!(site=> <#ty as __private::FromParts<#marker>>::from_parts);
        extract(variable, &quote_spanned!(site=> #extractor(&mut parts)))
    });
    let rejoined = quote_spanned!(site=> __private::Request::from_parts(parts, body));
    let whole = extract(variable, &quote_spanned!(site=> #extractor(#rejoined)));
    let all = quote_spanned! {site=>
        let (mut parts, body) = __private::Request::into_parts(#request);
        #(#heads)*
        #whole
    };
    (request, all)
}

/// The statement that makes one argument, or tells why the handler is not called.
fn extract(variable: &Ident, extraction: &TokenStream) -> TokenStream {
    quote_spanned! {Span::mixed_site()=>
        let #variable = match #extraction.await {
            __private::Result::Ok(value) => value,
            __private::Result::Err(rejection) => return __private::Result::Err(rejection),
        };
    }
}

/// The handler's output as a reply. Where it is no response, the error is at the return type.
fn reply(handler: &Handler) -> TokenStream {
    let site = Span::mixed_site();
    let place = match &handler.output {
        ReturnType::Type(_, ty) => ends(ty),
        ReturnType::Default => ends(&handler.ident),
    };
    // The output is in a tuple so that its expression has two ends to locate.
    let output = locate(quote_spanned!(site=> output.0), &place);
    quote_spanned!(site=> __private::Result::Ok(__private::IntoReply::<_>::into_reply(#output)))
}

/// The refusal of types that are extractors and yet fail at every request, as the route is.
fn checks(route: &ValidRoute) -> TokenStream {
    let site = Span::mixed_site();
    let arguments = &route.handler.arguments;
    if arguments.is_empty() {
        return TokenStream::new();
    }
    let checks = arguments.iter().map(|ty| {
        let known = known(route, ty);
        let check = locate(quote_spanned!(site=> &#known::CHECK), &ends(ty));
        quote_spanned!(site=> __private::check(#check);)
    });
    quote_spanned! {site=>
        use __private::ArgumentCheck as _;
        #(#checks)*
    }
}

/// How those of the arguments are made that are resources.
fn resources(route: &ValidRoute) -> TokenStream {
    let site = Span::mixed_site();
    let makers = route.handler.arguments.iter().map(|ty| {
        let known = known(route, ty);
        quote_spanned!(site=> #known::RESOURCE)
    });
    quote_spanned!(site=> const { &[#(#makers),*] })
}

/// The type that tells what is known of an argument: its own type, and what the attribute says of the route.
fn known(route: &ValidRoute, ty: &Type) -> TokenStream {
    let site = Span::mixed_site();
    let auth = match route.auth {
        Auth::None | Auth::Iam => quote_spanned!(site=> __private::Claimless),
        Auth::Authorizer(_) => quote_spanned!(site=> __private::WithClaims),
    };
    let parameters = Literal::usize_unsuffixed(route.path.parameters().count());
    quote_spanned!(site=> __private::Argument::<#ty, #auth, #parameters>)
}

/// The name of an item that is generated for a handler. It begins with a word of its own, so that it cannot be
/// the handler's name.
fn beside(handler: &Handler, word: &str) -> Ident {
    format_ident!("{word}_{}", handler.ident.unraw(), span = Span::mixed_site())
}

/// The first and the last place of some tokens.
struct Ends(Span, Span);

fn ends(tokens: &impl ToTokens) -> Ends {
    let mut tokens = tokens.to_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    Ends(first, last)
}

/// Moves generated tokens to where the user wrote something, for errors. Their hygiene stays. Stable Rust cannot
/// join two spans, but rustc does, where an expression begins with one and ends with the other.
fn locate(tokens: TokenStream, Ends(first, last): &Ends) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let end = tokens.len() - 1;
    for (index, token) in tokens.iter_mut().enumerate() {
        let place = if index == end { *last } else { *first };
        token.set_span(token.span().located_at(place));
    }
    tokens.into_iter().collect()
}

/// What the registry is told. The runtime's macro adds the place, and is nothing unless the registry is on.
fn registration(route: &ValidRoute) -> TokenStream {
    let ValidRoute {
        name,
        method,
        path,
        auth,
        scopes,
        memory,
        timeout,
        env,
        throttle,
        lambda,
        description,
        tags,
        deprecated,
        entry,
        ..
    } = route;
    let (name, method, path, auth) = (name.as_str(), method.as_str(), path.as_str(), auth.as_str());
    let scopes = scopes.iter().map(Scope::as_str);
    let env = env.iter().map(EnvName::as_str);
    let throttle = throttle.iter().flat_map(|throttle| [throttle.rate, throttle.burst]);
    let throttle = throttle.map(Literal::u32_unsuffixed);
    let memory = memory.map(Literal::u32_unsuffixed);
    let timeout = timeout.map(Literal::u32_unsuffixed);
    let handler = route.handler.name();
    let fields = route.handler.arguments.iter().map(|ty| {
        let known = known(route, ty);
        quote_spanned!(Span::mixed_site()=> #known::FIELDS)
    });
    let fields: Vec<TokenStream> = fields.collect();
    let body = route.handler.arguments.iter().map(|ty| {
        let known = known(route, ty);
        quote_spanned!(Span::mixed_site()=> #known::BODY && !#known::WHOLE)
    });
    let body: Vec<TokenStream> = body.collect();
    let lambda = lambda.iter().map(Name::as_str);
    let route = beside(&route.handler, "entry_of");
    let memory = memory.into_iter();
    let timeout = timeout.into_iter();
    quote_spanned! {Span::mixed_site()=>
        __private::register! {
            name: #name,
            method: #method,
            path: #path,
            auth: #auth,
            scopes: [#(#scopes),*],
            memory: [#(#memory),*],
            timeout: [#(#timeout),*],
            env: [#(#env),*],
            throttle: [#(#throttle),*],
            lambda: [#(#lambda),*],
            description: #description,
            tags: [#(#tags),*],
            deprecated: #deprecated,
            handler: #handler,
            entry: #entry,
            fields: [#(#fields),*],
            body: [#(#body),*],
            route: #route,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::route::route;

    /// The expansion as rustfmt would write it, after the errors if there are any.
    fn expansion(attribute: &str, item: &str) -> String {
        let (tokens, errors) = route("items", attribute.parse().unwrap(), item.parse().unwrap());
        let mut expansion: Vec<String> = errors.iter().map(|error| format!("error: {error}")).collect();
        expansion.push(prettyplease::unparse(&syn::parse2(tokens).unwrap()));
        expansion.join("\n")
    }

    #[test]
    fn without_an_argument() {
        insta::assert_snapshot!(expansion(
            r#"GET, "/health", auth = "none""#,
            "/// Tells that the service is up\nasync fn health() {}",
        ));
    }

    #[test]
    fn with_the_whole_request() {
        insta::assert_snapshot!(expansion(
            r#"ANY, "$default", auth = "iam""#,
            "async fn fallback(request: Request) -> StatusCode { StatusCode::NOT_FOUND }",
        ));
    }

    #[test]
    fn with_two_arguments() {
        insta::assert_snapshot!(expansion(
            r#"PUT, "/items/{id}", auth = "cognito", scopes = ["items/write"]"#,
            "/// Replaces an item
            pub(crate) async fn put_item(Path(id): Path<u64>, Json(item): Json<Item>) -> Result<Json<Item>, Problem> {
                store(id, item).await
            }",
        ));
    }

    #[test]
    fn with_many_keys_and_attributes() {
        insta::assert_snapshot!(expansion(
            r#"POST, "/a/{b}/{rest+}", auth = "cognito", scopes = ["a/b", "a/c"], memory = 256, timeout = 10, env = ["TABLE"], throttle = (50, 20),
               name = "create", lambda = "items", description = "Creates \"it\"", tags = ["a", "b"], deprecated = true, crate = crate::api::routegen"#,
            "#[cfg(unix)]
            #[expect(clippy::unused_async)]
            #[deprecated]
            #[inline]
            async fn r#type(_: A) -> impl IntoResponse {}",
        ));
    }

    #[test]
    fn an_error_leaves_the_item_alone() {
        insta::assert_snapshot!(expansion(
            r#"get, "/items", auth = "none""#,
            "/// Retrieves items\nfn get_items<T>() -> u8 { 7 }",
        ));
        insta::assert_snapshot!(expansion(
            r#"GET, "/items", auth = "none""#,
            "#[derive(Debug)] pub struct Items;"
        ));
    }
}
