//! [`ValidRoutes`] become code.
//!
//! In: the routes of a function. Out: one `const _` that goes after the function, with each route's entry point and
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

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote_spanned};
use routegen_spec::{Auth, EnvName, Name, RouteKey, Scope};
use syn::Type;

use super::validate::{ValidRoute, ValidRoutes};
use crate::{
    glue::{self, Argument, Call},
    signature::Handler,
};

pub(crate) fn expand(ValidRoutes { handler, krate, routes }: &ValidRoutes) -> TokenStream {
    let arguments = Argument::all(handler);
    let expanded: Vec<Route<'_>> =
        routes.iter().enumerate().map(|(index, valid)| Route { handler, index, valid }).collect();
    let entries = expanded.iter().map(Route::entry);
    let call = call(handler, &arguments);
    let checks = checks(handler, &expanded);
    let registrations = expanded.iter().map(Route::registration);
    let items = quote_spanned! {Span::mixed_site()=>
        #(#entries)*
        #call
        #checks
        #(#registrations)*
    };
    glue::scope(handler, krate, &items, routes.iter().map(|route| route.entry.as_str()))
}

/// A route, and the function that it is of.
struct Route<'a> {
    handler: &'a Handler,
    /// Which of the function's routes it is.
    index: usize,
    valid: &'a ValidRoute,
}

impl Route<'_> {
    /// The name of the entry point.
    fn ident(&self) -> Ident {
        match self.index {
            0 => glue::beside(self.handler, "entry_of"),
            index => glue::beside(self.handler, &format!("entry_{index}_of")),
        }
    }

    /// The exported function that an artifact links to, and nothing else does.
    fn entry(&self) -> TokenStream {
        let ValidRoute { name, method, path, entry: symbol, .. } = self.valid;
        let ident = self.ident();
        let call = glue::call(self.handler);
        let name = name.as_str();
        let key = RouteKey::new(*method, path).to_string();
        let parameters = path.parameters();
        let resources = self.known("RESOURCE");
        quote_spanned! {Span::mixed_site()=>
            #[unsafe(export_name = #symbol)]
            fn #ident() -> __private::Route {
                __private::Route {
                    name: #name,
                    key: #key,
                    parameters: &[#(#parameters),*],
                    resources: const { &[#(#resources),*] },
                    call: #call,
                }
            }
        }
    }

    /// What is known of each argument by that name.
    fn known(&self, constant: &str) -> Vec<TokenStream> {
        let constant = format_ident!("{constant}", span = Span::mixed_site());
        let known = self.handler.arguments.iter().map(|ty| argument(self.valid, ty));
        known.map(|argument| quote_spanned!(Span::mixed_site()=> #argument::#constant)).collect()
    }

    /// What the registry is told. The runtime's macro is nothing unless the registry is on.
    fn registration(&self) -> TokenStream {
        let ValidRoute { name, method, path, auth, description, tags, deprecated, entry, .. } = self.valid;
        let (name, method, path, auth) = (name.as_str(), method.as_str(), path.as_str(), auth.as_str());
        let scopes = self.valid.scopes.iter().map(Scope::as_str);
        let memory = self.valid.memory.map(Literal::u32_unsuffixed).into_iter();
        let timeout = self.valid.timeout.map(Literal::u32_unsuffixed).into_iter();
        let env = self.valid.env.iter().map(EnvName::as_str);
        let throttle = self.valid.throttle.iter().flat_map(|throttle| [throttle.rate, throttle.burst]);
        let throttle = throttle.map(Literal::u32_unsuffixed);
        let lambda = self.valid.lambda.iter().map(Name::as_str);
        let handler = self.handler.name();
        let source = glue::source(&self.valid.place);
        let fields = self.known("FIELDS");
        let body = self.known("BODY");
        let whole = self.known("WHOLE");
        let route = self.ident();
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
                source: #source,
                entry: #entry,
                fields: [#(#fields),*],
                body: [#((#body, #whole)),*],
                route: #route,
            }
        }
    }
}

/// The function from a request to a reply.
fn call(handler: &Handler, arguments: &[Argument<'_>]) -> TokenStream {
    let site = Span::mixed_site();
    let bounds = arguments.iter().enumerate().map(|(index, argument)| {
        let Argument { ty, marker, .. } = argument;
        if index + 1 == arguments.len() {
            quote_spanned!(site=> #ty: __private::FromRequest<#marker>)
        } else {
            quote_spanned!(site=> #ty: __private::FromParts<#marker>)
        }
    });
    let (request, extraction) = extraction(arguments);
    Call {
        handler,
        arguments,
        request,
        extraction,
        bounds: bounds.collect(),
        result: quote_spanned!(site=> __private::Reply),
        conversion: quote_spanned!(site=> __private::IntoReply::<_>::into_reply),
    }
    .to_token_stream()
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
        let whole = glue::extract(variable, &quote_spanned!(site=> #extractor(#request)));
        return (request, whole);
    }
    let heads = others.iter().map(|Argument { ty, marker, variable }| {
        let extractor = quote_spanned!(site=> <#ty as __private::FromParts<#marker>>::from_parts);
        glue::extract(variable, &quote_spanned!(site=> #extractor(&mut parts)))
    });
    let rejoined = quote_spanned!(site=> __private::Request::from_parts(parts, body));
    let whole = glue::extract(variable, &quote_spanned!(site=> #extractor(#rejoined)));
    let all = quote_spanned! {site=>
        let (mut parts, body) = __private::Request::into_parts(#request);
        #(#heads)*
        #whole
    };
    (request, all)
}

/// The refusal of types that are extractors and yet fail at every request, as the routes are, and of those that take the
/// body from the last argument.
fn checks(handler: &Handler, routes: &[Route<'_>]) -> TokenStream {
    let Some((last, others)) = handler.arguments.split_last() else { return TokenStream::new() };
    let mut seen = BTreeSet::new();
    let mut checks = TokenStream::new();
    for Route { valid, .. } in routes {
        for ty in &handler.arguments {
            let argument = argument(valid, ty);
            // What two routes say alike is checked once.
            if seen.insert(argument.to_string()) {
                checks.extend(glue::check(&quote_spanned!(Span::mixed_site()=> #argument::CHECK), ty));
            }
        }
    }
    let early = others.iter().map(|ty| {
        let (this, other) = (glue::takes_body(ty), glue::takes_body(last));
        let early = quote_spanned!(Span::mixed_site()=> __private::Early::<#ty, #last, #this, #other>::CHECK);
        glue::check(&early, ty)
    });
    let early: Vec<TokenStream> = early.collect();
    let import =
        (!early.is_empty()).then(|| quote_spanned!(Span::mixed_site()=> use __private::EarlyCheck as _;));
    quote_spanned! {Span::mixed_site()=>
        use __private::ArgumentCheck as _;
        #import
        #checks
        #(#early)*
    }
}

/// The type that tells what is known of an argument: its own type, and what the attribute says of the route.
fn argument(route: &ValidRoute, ty: &Type) -> TokenStream {
    let site = Span::mixed_site();
    let auth = match route.auth {
        Auth::None | Auth::Iam => quote_spanned!(site=> __private::Claimless),
        Auth::Authorizer(_) => quote_spanned!(site=> __private::WithClaims),
    };
    let parameters = Literal::usize_unsuffixed(route.path.parameters().count());
    quote_spanned!(site=> __private::Argument::<#ty, #auth, #parameters>)
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
    fn of_two_routes() {
        insta::assert_snapshot!(expansion(
            r#"GET, "/a/{id}", auth = "none", memory = 256"#,
            "#[cold]
            #[routegen::route(POST, \"/b\", auth = \"cognito\", name = \"b\")]
            async fn a(body: String) {}",
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
        insta::assert_snapshot!(expansion(
            r#"GET, "/a", auth = "none""#,
            r#"#[route(GET, "/b", auth = "none")] async fn a() {}"#,
        ));
    }
}
