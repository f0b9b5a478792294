//! Expands a [`ValidAuthorizer`] into an entry point and a registration, like a route.
//!
//! In: the authorizer. Out: the code after the function. It refuses nothing. The generated code follows the
//! rules in `glue.rs`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};

use super::validate::ValidAuthorizer;
use crate::{
    glue::{self, Argument, Call, Known},
    signature::Handler,
};

pub(crate) fn expand(authorizer: &ValidAuthorizer) -> TokenStream {
    let entry = entry(authorizer);
    let call = call(&authorizer.handler);
    let checks = checks(&authorizer.handler);
    let registration = registration(authorizer);
    let items = quote_spanned! {Span::mixed_site()=>
        #entry
        #call
        #checks
        #registration
    };
    glue::scope(&authorizer.handler, &authorizer.krate, &items, [authorizer.spec.entry.as_str()].into_iter())
}

/// The exported function, which only an artifact links to.
fn entry(authorizer: &ValidAuthorizer) -> TokenStream {
    let ValidAuthorizer { spec, handler, .. } = authorizer;
    let ident = glue::beside(handler, "entry_of");
    let call = glue::call(&glue::beside(handler, "call_of"), handler.arguments.iter());
    let (name, symbol) = (spec.name.as_str(), &spec.entry);
    let arguments = &handler.arguments;
    quote_spanned! {Span::mixed_site()=>
        #[unsafe(export_name = #symbol)]
        fn #ident() -> __private::Authorizer {
            __private::Authorizer {
                name: #name,
                resources: const { &[#(__private::Argument::<#arguments, __private::Claimless, 0>::RESOURCE),*] },
                call: #call,
            }
        }
    }
}

/// The function from a request to a verdict. There is no body, so all arguments are made from the request's
/// head.
fn call(handler: &Handler) -> TokenStream {
    let site = Span::mixed_site();
    let arguments = Argument::all(&handler.arguments);
    let bounds = arguments
        .iter()
        .map(|Argument { ty, marker, .. }| quote_spanned!(site=> #ty: __private::FromParts<#marker>));
    let heads = arguments.iter().map(|argument| {
        let extractor = glue::make(argument, "from_parts");
        glue::extract(&argument.variable, &quote_spanned!(site=> #extractor(&mut parts)))
    });
    let (request, extraction) = if arguments.is_empty() {
        (quote_spanned!(site=> _), TokenStream::new())
    } else {
        let request = quote_spanned!(site=> request);
        let parts = quote_spanned!(site=> let (mut parts, _) = __private::Request::into_parts(#request););
        (request, quote_spanned!(site=> #parts #(#heads)*))
    };
    Call {
        handler,
        ident: glue::beside(handler, "call_of"),
        arguments: &arguments,
        guards: 0,
        parameters: quote_spanned!(site=> #request: __private::Request),
        passed: Vec::new(),
        extraction,
        bounds: bounds.collect(),
        result: quote_spanned!(site=> __private::Verdict),
        conversion: quote_spanned!(site=> __private::IntoDecision::<_>::into_decision),
        is_response: false,
    }
    .to_token_stream()
}

/// The checks that refuse extractors which have nothing to extract before a request has passed.
fn checks(handler: &Handler) -> TokenStream {
    if handler.arguments.is_empty() {
        return TokenStream::new();
    }
    let checks = handler.arguments.iter().map(|ty| {
        let takes = glue::takes_body(ty);
        let check = quote_spanned!(Span::mixed_site()=> __private::Asked::<#ty, #takes>::CHECK);
        glue::check(&check, ty)
    });
    quote_spanned! {Span::mixed_site()=>
        use __private::{ArgumentCheck as _, AskedCheck as _};
        #(#checks)*
    }
}

fn registration(ValidAuthorizer { spec, handler, .. }: &ValidAuthorizer) -> TokenStream {
    let kind = quote_spanned!(Span::mixed_site()=> Authorizer);
    let entry = glue::beside(handler, "entry_of");
    // The registry checks nothing else about its arguments' types: an authorizer has neither a path nor a
    // body.
    let arguments = handler.arguments.iter().map(|ty| {
        let argument =
            quote_spanned!(Span::mixed_site()=> __private::Argument::<#ty, __private::Claimless, 0>);
        quote_spanned!(Span::mixed_site()=> (__private::Option::None, false, false, #argument::DECLARED))
    });
    let known = Known { arguments: arguments.collect(), ..Known::default() };
    glue::registration(handler, &kind, &spec.to_declaration(), &TokenStream::new(), &known, &entry)
}

#[cfg(test)]
mod tests {
    use crate::authorizer::authorizer;

    /// The expansion as rustfmt would format it, after the errors if there are any.
    fn expansion(attribute: &str, item: &str) -> String {
        let (tokens, errors) = authorizer("items", attribute.parse().unwrap(), item.parse().unwrap());
        let mut expansion: Vec<String> = errors.iter().map(|error| format!("error: {error}")).collect();
        expansion.push(prettyplease::unparse(&syn::parse2(tokens).unwrap()));
        expansion.join("\n")
    }

    #[test]
    fn without_an_argument() {
        insta::assert_snapshot!(expansion("", "async fn nobody() -> Decision { Decision::Deny }"));
    }

    #[test]
    fn with_many_keys_and_arguments() {
        insta::assert_snapshot!(expansion(
            r#"identity_sources = ["$request.header.x-api-key"], ttl = 300, memory = 256, timeout = 5, env = ["KEYS"],
               name = "keys", crate = crate::api::routegen"#,
            "/// Knows callers by their key
            #[cfg(unix)]
            async fn api_key(request: AuthorizerRequest, keys: Res<Keys>) -> Result<Decision<Caller>, Problem> {
                keys.of(request).await
            }",
        ));
    }

    #[test]
    fn an_error_leaves_the_item_alone() {
        insta::assert_snapshot!(expansion("ttl = 9999", "fn api_key(a: &str) {}"));
    }
}
