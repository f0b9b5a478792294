//! A [`ValidRoute`] becomes code.
//!
//! In: the route. Out: one `const _` that goes after the function, with the route's entry point and its
//! registration. It refuses nothing: whatever could be wrong was refused before. What only types can show, such as
//! an argument that is no extractor, the compiler reports, and the spans here decide where.
//!
//! Three rules hold for the generated code. It names everything by absolute paths through `__private`, and so
//! compiles in crates without a prelude. Its own tokens have the span [`Span::mixed_site`], so that its variables
//! never meet the user's names and its lints stay silent in the user's crate. Tokens that can be in an error have
//! the location of what the user wrote.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use routegen_spec::Scope;
use syn::{Attribute, Meta, ReturnType, Type, ext::IdentExt};

use crate::{signature::Handler, validate::ValidRoute};

pub(crate) fn expand(route: &ValidRoute) -> TokenStream {
    let attributes = companions(&route.handler.attributes);
    let entry = entry(route);
    let registration = registration(route);
    quote_spanned! {Span::mixed_site()=>
        #attributes
        const _: () = {
            #entry
            #registration
        };
    }
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
    let krate = &route.krate;
    let symbol = &route.entry;
    // The name is the handler's with something before it, so that it cannot be the handler's.
    let ident = format_ident!("entry_of_{}", route.handler.ident.unraw(), span = Span::mixed_site());
    let name = route.name.as_str();
    let key = key(route);
    let parameters = route.path.parameters();
    let call = call(krate, &route.handler);
    quote_spanned! {Span::mixed_site()=>
        #[unsafe(export_name = #symbol)]
        fn #ident() -> #krate::__private::Route {
            #krate::__private::Route {
                name: #name,
                key: #key,
                parameters: &[#(#parameters),*],
                call: #call,
            }
        }
    }
}

/// API Gateway's name of the route.
fn key(route: &ValidRoute) -> String {
    if route.path.is_default() {
        return route.path.to_string();
    }
    format!("{} {}", route.method, route.path)
}

/// The closure from a request to a reply. It captures nothing, and so is a function pointer.
fn call(krate: &syn::Path, handler: &Handler) -> TokenStream {
    let handler_ident = &handler.ident;
    let arguments: Vec<Ident> = (0..handler.arguments.len()).map(argument).collect();
    let (request, extraction) = extraction(krate, &handler.arguments);
    let reply = reply(krate, handler);
    // A future that cannot be sent between threads is an error at the function's name.
    let site = Span::mixed_site().located_at(handler_ident.span());
    let pin = quote_spanned!(site=> #krate::__private::Box::pin);
    quote_spanned! {Span::mixed_site()=>
        |#request| #pin(async move {
            #extraction
            let output = #handler_ident(#(#arguments),*).await;
            #reply
        })
    }
}

/// The pattern of the request, and the statements that make the arguments from it. All but the last read the
/// request's head; the last may take the whole request.
fn extraction(krate: &syn::Path, types: &[Type]) -> (TokenStream, TokenStream) {
    let site = Span::mixed_site();
    let Some((last, others)) = types.split_last() else {
        return (quote_spanned!(site=> _), TokenStream::new());
    };
    let heads = others.iter().enumerate().map(|(index, ty)| {
        let extractor = associated(ty, &quote_spanned!(site=> #krate::__private::FromParts), "from_parts");
        extract(krate, index, ty, &extractor, &quote_spanned!(site=> &mut parts))
    });
    let extractor =
        associated(last, &quote_spanned!(site=> #krate::__private::FromRequest<_>), "from_request");
    if others.is_empty() {
        let whole = extract(krate, 0, last, &extractor, &quote_spanned!(site=> request));
        return (quote_spanned!(site=> request), whole);
    }
    let rejoined = quote_spanned!(site=> #krate::__private::Request::from_parts(parts, body));
    let whole = extract(krate, others.len(), last, &extractor, &rejoined);
    let all = quote_spanned! {site=>
        let (mut parts, body) = #krate::__private::Request::into_parts(request);
        #(#heads)*
        #whole
    };
    (quote_spanned!(site=> request), all)
}

/// The statements that make one argument.
fn extract(
    krate: &syn::Path,
    index: usize,
    ty: &Type,
    extractor: &TokenStream,
    from: &TokenStream,
) -> TokenStream {
    let argument = argument(index);
    let check = check(krate, ty);
    quote_spanned! {Span::mixed_site()=>
        #check
        let #argument = match #extractor(#from).await {
            #krate::__private::Result::Ok(value) => value,
            #krate::__private::Result::Err(reply) => return reply,
        };
    }
}

/// The refusal of a type that would compile and then fail at every request.
fn check(krate: &syn::Path, ty: &Type) -> TokenStream {
    let (first, last) = ends(ty);
    let begin = quote_spanned!(first=> #krate::__private::Argument::);
    let end = quote_spanned!(last=> ::CHECK);
    quote_spanned! {Span::mixed_site()=>
        const {
            use #krate::__private::ArgumentCheck as _;
            #begin<#ty>#end
        };
    }
}

/// `<T as Trait>::name`, located where `T` stands.
fn associated(ty: &Type, of: &TokenStream, name: &str) -> TokenStream {
    let (first, last) = ends(ty);
    let name = Ident::new(name, last);
    let begin = quote_spanned!(first=> <);
    let end = quote_spanned!(last=> >::#name);
    quote_spanned!(Span::mixed_site()=> #begin #ty as #of #end)
}

/// The handler's output as a reply. Where it is no response, the error is at the return type.
fn reply(krate: &syn::Path, handler: &Handler) -> TokenStream {
    let (first, last) = match &handler.output {
        ReturnType::Type(_, ty) => ends(ty),
        ReturnType::Default => ends(&handler.ident),
    };
    let begin = quote_spanned!(first=> #krate::__private::IntoReply);
    let output = Ident::new("output", last);
    quote_spanned!(Span::mixed_site()=> #begin::<_>::into_reply(#output))
}

/// The first and the last place of some tokens. Stable Rust cannot join two spans; rustc does, where an
/// expression begins with one and ends with the other.
fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut tokens = tokens.to_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().as_ref().map_or(first, TokenTree::span);
    (Span::mixed_site().located_at(first), Span::mixed_site().located_at(last))
}

fn argument(index: usize) -> Ident {
    format_ident!("argument_{index}", span = Span::mixed_site())
}

/// What the registry is told. The runtime's macro adds the place, and is nothing unless the registry is on.
fn registration(route: &ValidRoute) -> TokenStream {
    let krate = &route.krate;
    let ValidRoute { name, method, path, auth, scopes, memory, timeout, description, entry, .. } = route;
    let (name, method, path, auth) = (name.as_str(), method.as_str(), path.as_str(), auth.as_str());
    let scopes = scopes.iter().map(Scope::as_str);
    let memory = memory.map(proc_macro2::Literal::u32_unsuffixed);
    let timeout = timeout.map(proc_macro2::Literal::u32_unsuffixed);
    let handler = route.handler.name();
    let memory = memory.into_iter();
    let timeout = timeout.into_iter();
    quote_spanned! {Span::mixed_site()=>
        #krate::__private::register! {
            name: #name,
            method: #method,
            path: #path,
            auth: #auth,
            scopes: [#(#scopes),*],
            memory: [#(#memory),*],
            timeout: [#(#timeout),*],
            description: #description,
            handler: #handler,
            entry: #entry,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::route::route;

    /// The expansion as rustfmt would write it, after the errors if there are any.
    fn expansion(attribute: &str, item: &str) -> String {
        let (tokens, errors) = route("items", attribute.parse().unwrap(), item.parse().unwrap());
        let errors: String = errors.iter().map(|error| format!("error: {error}\n")).collect();
        errors + &prettyplease::unparse(&syn::parse2(tokens).unwrap())
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
            r#"POST, "/a/{b}/{rest+}", auth = "cognito", scopes = ["a/b", "a/c"], memory = 256, timeout = 10,
               name = "create", description = "Creates \"it\"", crate = crate::api::routegen"#,
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
