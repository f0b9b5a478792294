//! Expands [`ValidMiddleware`] into a type with the function's own name, by which routes refer to it.
//!
//! In: the middleware. Out: the code after the function. Functions and types have separate namespaces, so the
//! type is available wherever the function is: an import imports both. It refuses nothing. The generated code
//! follows the rules in `glue.rs`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;

use super::validate::ValidMiddleware;
use crate::{
    glue::{self, Argument, Call},
    place::{ends, locate},
};

pub(crate) fn expand(middleware: &ValidMiddleware) -> TokenStream {
    let Some((extractors, request, next)) = middleware.arguments() else { return TokenStream::new() };
    let site = Span::mixed_site();
    let ValidMiddleware { handler, krate, env, refuses } = middleware;
    let arguments = Argument::all(extractors);
    let bounds = arguments
        .iter()
        .map(|Argument { ty, marker, .. }| quote_spanned!(site=> #ty: __private::FromParts<#marker>));
    let heads = arguments.iter().map(|argument| {
        let extractor = glue::make(argument, "from_parts");
        glue::extract(&argument.variable, &quote_spanned!(site=> #extractor(&mut parts)))
    });
    let extraction = if arguments.is_empty() {
        TokenStream::new()
    } else {
        quote_spanned! {site=>
            let (mut parts, body) = __private::HttpRequest::into_parts(request);
            #(#heads)*
            let request = __private::HttpRequest::from_parts(parts, body);
        }
    };
    let ident = glue::beside(handler, "call_of");
    let call = Call {
        handler,
        ident: ident.clone(),
        arguments: &arguments,
        guards: 0,
        parameters: quote_spanned!(site=> request: __private::HttpRequest, next: __private::Next),
        // If an argument has another type, the error is at the argument.
        passed: vec![
            locate(quote_spanned!(site=> request), &ends(request)),
            locate(quote_spanned!(site=> next), &ends(next)),
        ],
        extraction,
        bounds: bounds.collect(),
        result: quote_spanned!(site=> __private::Answer),
        conversion: quote_spanned!(site=> __private::IntoReply::<_>::into_reply),
        is_response: true,
    };
    let named_call = glue::call(&ident, extractors.iter());
    let env = env.iter().map(routegen_spec::EnvName::as_str);
    let refuses = refuses.iter().map(|status| Literal::u16_unsuffixed(*status));
    let name = &handler.ident;
    let visibility = &handler.visibility;
    let attributes = glue::companions(&handler.attributes);
    let known = extractors
        .iter()
        .map(|ty| quote_spanned!(site=> __private::Argument::<#ty, __private::WithClaims, 0>));
    let known: Vec<_> = known.collect();
    let import = (!known.is_empty()).then(|| quote_spanned!(site=> use __private::ArgumentCheck as _;));
    quote_spanned! {site=>
        #attributes
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #visibility enum #name {}
        #attributes
        const _: () = {
            use #krate::__private;
            #import
            impl __private::Middleware for #name {
                const RESOURCES: &'static [__private::Option<&'static __private::Maker>] =
                    const { &[#(#known::RESOURCE),*] };
                const FACTS: __private::MiddlewareFacts = __private::MiddlewareFacts {
                    env: &[#(#env),*],
                    refuses: &[#(#refuses),*],
                    declared: &[#(#known::DECLARED),*],
                };
                fn around(inner: impl __private::Serve) -> impl __private::Serve {
                    __private::around(inner, #named_call)
                }
            }
            #call
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::middleware::middleware;

    /// The expansion as rustfmt would format it, after the errors if there are any.
    fn expansion(attribute: &str, item: &str) -> String {
        let (tokens, errors) = middleware(attribute.parse().unwrap(), item.parse().unwrap());
        let mut expansion: Vec<String> = errors.iter().map(|error| format!("error: {error}")).collect();
        expansion.push(prettyplease::unparse(&syn::parse2(tokens).unwrap()));
        expansion.join("\n")
    }

    #[test]
    fn of_a_request_alone() {
        insta::assert_snapshot!(expansion(
            "",
            "pub async fn pass(request: Request, next: Next) -> Response { next.run(request).await }",
        ));
    }

    #[test]
    fn with_keys_and_extractors() {
        insta::assert_snapshot!(expansion(
            r#"env = ["AUDIT_TABLE"], refuses = [401, 403], crate = crate::api::routegen"#,
            "#[cfg(unix)]
            pub(crate) async fn audit(log: Res<Audit>, headers: HeaderMap, request: Request, next: Next) -> Result<Response, Problem> {
                log.write(headers, next.run(request).await)
            }",
        ));
    }

    #[test]
    fn an_error_leaves_the_item_alone() {
        insta::assert_snapshot!(expansion("refuses = [200]", "async fn audit() {}"));
    }
}
