//! Expands [`ValidRoutes`] into code.
//!
//! In: the routes of a function. Out: one `const _` after the function, with each route's entry point and
//! registration. It refuses nothing: whatever could be wrong was refused before. What only types reveal, such
//! as an argument that is not an extractor, is reported by the compiler, in the places that the spans here
//! determine.
//!
//! The generated code follows the rules in `glue.rs`.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use routegen_spec::{Auth, RouteSpec};
use syn::Type;

use super::{
    responses::Response,
    validate::{ValidRoute, ValidRoutes},
};
use crate::{
    doc,
    glue::{self, Argument, Call, Known},
    signature::Handler,
    values::Around,
};

pub(crate) fn expand(ValidRoutes { handler, krate, routes }: &ValidRoutes) -> TokenStream {
    // Routes with the same guards share the function that calls the handler, and those with the same
    // middleware share the middleware too.
    let first_like = |route: &ValidRoute, key: fn(&RouteSpec) -> Vec<&[String]>| {
        routes.iter().position(|other| key(&other.spec) == key(&route.spec)).unwrap_or_default()
    };
    let expanded: Vec<Route<'_>> = routes
        .iter()
        .enumerate()
        .map(|(index, valid)| Route {
            handler,
            index,
            valid,
            calls: first_like(valid, |spec| vec![&spec.guards]),
            around: first_like(valid, |spec| vec![&spec.guards, &spec.middleware]),
        })
        .collect();
    let entries = expanded.iter().map(Route::entry);
    let calls = expanded.iter().filter(|route| route.calls == route.index).map(Route::call);
    let arounds = expanded.iter().filter(|route| route.around == route.index).map(Route::around);
    let checks = checks(handler, &expanded);
    let responses = expanded.iter().map(Route::response_types);
    let registrations = expanded.iter().map(Route::registration);
    let items = quote_spanned! {Span::mixed_site()=>
        #(#entries)*
        #(#calls)*
        #(#arounds)*
        #checks
        #(#responses)*
        #(#registrations)*
    };
    glue::scope(handler, krate, &items, routes.iter().map(|route| route.spec.entry.as_str()))
}

/// A route, and the function that it belongs to.
struct Route<'a> {
    handler: &'a Handler,
    /// Its index among the function's routes.
    index: usize,
    valid: &'a ValidRoute,
    /// The route whose function also calls the handler for this one.
    calls: usize,
    /// The route whose middleware is also around this one's handler.
    around: usize,
}

impl Route<'_> {
    /// The name of the entry point.
    fn ident(&self) -> Ident {
        numbered(self.handler, "entry", self.index)
    }

    /// The exported function, which only an artifact links to.
    fn entry(&self) -> TokenStream {
        let spec = &self.valid.spec;
        let (name, symbol) = (spec.name.as_str(), &spec.entry);
        let ident = self.ident();
        let call = if self.valid.middleware.is_empty() {
            self.named_call()
        } else {
            numbered(self.handler, "around", self.around).into_token_stream()
        };
        let key = spec.route_key().to_string();
        let parameters = spec.path.parameters();
        let resources = self.resources();
        quote_spanned! {Span::mixed_site()=>
            #[unsafe(export_name = #symbol)]
            fn #ident() -> __private::Route {
                __private::Route {
                    name: #name,
                    key: #key,
                    parameters: &[#(#parameters),*],
                    resources: const { #resources },
                    call: #call,
                }
            }
        }
    }

    /// The resources of guards, arguments and middleware.
    fn resources(&self) -> TokenStream {
        let site = Span::mixed_site();
        let own = self.arguments().map(|argument| quote_spanned!(site=> #argument::RESOURCE));
        let own = quote_spanned!(site=> [#(#own),*]);
        let functions: Vec<_> = self.functions().collect();
        if functions.is_empty() {
            return quote_spanned!(site=> &#own);
        }
        let count = Literal::usize_unsuffixed(self.arguments().count());
        let lists =
            functions.iter().map(|path| quote_spanned!(site=> <#path as __private::Middleware>::RESOURCES));
        let lists: Vec<_> = lists.collect();
        quote_spanned!(site=> &__private::joined::<{ #count #(+ #lists.len())* }>(&[&#own, #(#lists),*]))
    }

    /// The functions among its middleware.
    fn functions(&self) -> impl Iterator<Item = &syn::Path> {
        self.valid.middleware.iter().filter_map(|around| match around {
            Around::Function(path) => Some(path),
            Around::Layer(_) => None,
        })
    }

    /// The type with what is known about each guard and argument.
    fn arguments(&self) -> impl Iterator<Item = TokenStream> {
        self.valid.guards.iter().chain(&self.handler.arguments).map(|ty| argument(self.valid, ty))
    }

    /// The function that extracts guards and arguments, and calls the handler.
    fn call(&self) -> TokenStream {
        let arguments = Argument::all(self.valid.guards.iter().chain(&self.handler.arguments));
        call(self.handler, numbered(self.handler, "call", self.calls), &arguments, self.valid.guards.len())
    }

    /// Names that function.
    fn named_call(&self) -> TokenStream {
        let types = self.valid.guards.iter().chain(&self.handler.arguments);
        glue::call(&numbered(self.handler, "call", self.calls), types)
    }

    /// The function that calls it through the middleware; empty without any.
    fn around(&self) -> TokenStream {
        if self.valid.middleware.is_empty() {
            return TokenStream::new();
        }
        let ident = numbered(self.handler, "around", self.around);
        glue::around(&ident, &self.valid.middleware, &self.named_call())
    }

    fn registration(&self) -> TokenStream {
        let site = Span::mixed_site();
        let facts = self.arguments().map(|argument| {
            quote_spanned!(site=> (#argument::FIELDS, #argument::BODY, #argument::WHOLE, #argument::DECLARED))
        });
        let middleware =
            self.functions().map(|path| quote_spanned!(site=> <#path as __private::Middleware>::FACTS));
        glue::registration(
            self.handler,
            &quote_spanned!(site=> Route),
            &self.valid.spec.to_declaration(),
            &self.valid.place,
            &Known { arguments: facts.collect(), middleware: middleware.collect(), types: self.types() },
            &self.ident(),
        )
    }

    /// The input for the OpenAPI document: the rest of the doc comment, and all types.
    fn types(&self) -> TokenStream {
        let details = doc::after_the_first_paragraph(&self.handler.attributes);
        let arguments = self.valid.guards.iter().chain(&self.handler.arguments);
        let ident = &self.handler.ident;
        let site = Span::mixed_site();
        let responses = self.valid.responses.iter().map(|Response { status, ty, description }| {
            // In the group of the type, so that what follows is not parsed as a part of it.
            let status = Literal::u16_unsuffixed(status.base10_parse().unwrap_or_default());
            quote_spanned!(site=> {#status #description #ty})
        });
        let responses: Vec<_> = responses.collect();
        let responses = (!responses.is_empty()).then(|| quote_spanned!(site=> , [#(#responses),*]));
        quote_spanned!(site=> #details, [#(#arguments),*], #ident #responses)
    }

    /// Names the types in `responses`, so that one that does not exist is an error in every build.
    fn response_types(&self) -> TokenStream {
        let types = self.valid.responses.iter().filter_map(|response| response.ty.as_ref());
        let aliases =
            types.map(|ty| quote_spanned!(Span::mixed_site()=> const _: () = { type _Response = #ty; };));
        aliases.collect()
    }
}

/// The name of an item for the route with this index, or for several routes, the first of which has this
/// index.
fn numbered(handler: &Handler, word: &str, index: usize) -> Ident {
    match index {
        0 => glue::beside(handler, &format!("{word}_of")),
        index => glue::beside(handler, &format!("{word}_{index}_of")),
    }
}

/// The function from a request to a reply. The values of the first `guards` arguments are not passed on.
fn call(handler: &Handler, ident: Ident, arguments: &[Argument<'_>], guards: usize) -> TokenStream {
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
        ident,
        arguments,
        guards,
        parameters: quote_spanned!(site=> #request: __private::Request),
        passed: Vec::new(),
        extraction,
        bounds: bounds.collect(),
        result: quote_spanned!(site=> __private::Reply),
        conversion: quote_spanned!(site=> __private::IntoReply::<_>::into_reply),
        is_response: true,
    }
    .to_token_stream()
}

/// The pattern of the request, and the statements that make the arguments from it. All but the last read the
/// request's head; the last may take the whole request.
fn extraction(arguments: &[Argument<'_>]) -> (TokenStream, TokenStream) {
    let site = Span::mixed_site();
    let request = quote_spanned!(site=> request);
    let Some((last, others)) = arguments.split_last() else {
        return (quote_spanned!(site=> _), TokenStream::new());
    };
    let (variable, extractor) = (&last.variable, glue::make(last, "from_request"));
    if others.is_empty() {
        let whole = glue::extract(variable, &quote_spanned!(site=> #extractor(#request)));
        return (request, whole);
    }
    let heads = others.iter().map(|argument| {
        let extractor = glue::make(argument, "from_parts");
        glue::extract(&argument.variable, &quote_spanned!(site=> #extractor(&mut parts)))
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

/// The checks that refuse extractors which fail for every request of these routes, and those that take the
/// body away from the last argument.
fn checks(handler: &Handler, routes: &[Route<'_>]) -> TokenStream {
    let guards: Vec<&Type> = routes.iter().flat_map(|route| &route.valid.guards).collect();
    if guards.is_empty() && handler.arguments.is_empty() {
        return TokenStream::new();
    }
    let mut seen = BTreeSet::new();
    let mut checks = TokenStream::new();
    for Route { valid, .. } in routes {
        let arguments = handler.arguments.iter().enumerate().map(|(index, ty)| (Some(index), ty));
        for (index, ty) in arguments.chain(valid.guards.iter().map(|ty| (None, ty))) {
            let argument = argument(valid, ty);
            // What two routes declare in the same way about an argument is checked once.
            if seen.insert((index, argument.to_string())) {
                checks.extend(glue::check(&quote_spanned!(Span::mixed_site()=> #argument::CHECK), ty));
            }
        }
    }
    let nothing = syn::parse_quote_spanned!(Span::mixed_site()=> ());
    let (last, others) = handler.arguments.split_last().unwrap_or((&nothing, &[]));
    let mut seen = BTreeSet::new();
    let guards: Vec<_> =
        guards.into_iter().filter(|ty| seen.insert(ty.to_token_stream().to_string())).collect();
    for ty in guards.iter().copied().chain(&handler.arguments) {
        let check = quote_spanned!(Span::mixed_site()=> __private::Argument::<#ty, __private::Claimless, 0>::TYPED_PATH);
        checks.extend(glue::check(&check, ty));
    }
    let early = guards.into_iter().chain(others).map(|ty| {
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

/// The type with what is known about an argument: its own type, and what the attribute declares about the
/// route.
fn argument(route: &ValidRoute, ty: &Type) -> TokenStream {
    let site = Span::mixed_site();
    let auth = if let Auth::Authorizer(_) = route.spec.auth {
        quote_spanned!(site=> __private::WithClaims)
    } else {
        quote_spanned!(site=> __private::Claimless)
    };
    let parameters = Literal::usize_unsuffixed(route.spec.path.parameters().count());
    quote_spanned!(site=> __private::Argument::<#ty, #auth, #parameters>)
}

#[cfg(test)]
mod tests {
    use crate::route::route;

    /// The expansion as rustfmt would format it, after the errors if there are any.
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
    fn with_responses() {
        insta::assert_snapshot!(expansion(
            r#"POST, "/items", auth = "none", responses(201 = Page<Item>: "the new page", 404, 409 = "taken")"#,
            "async fn create_item() -> impl IntoResponse {}",
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
    fn what_two_routes_say_alike_of_an_argument_is_checked_once() {
        let checks = |item: &str| expansion(r#"GET, "/a", auth = "none""#, item).matches("::CHECK").count();
        assert_eq!(checks(r#"#[route(GET, "/b", auth = "iam", name = "b")] async fn a(_: A) {}"#), 1);
        assert_eq!(checks(r#"#[route(GET, "/b", auth = "key", name = "b")] async fn a(_: A) {}"#), 2);
        // Of two arguments, the position of the first is checked too.
        assert_eq!(checks("async fn a(_: A, _: A) {}"), 3);
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
