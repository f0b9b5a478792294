//! Validates a [`MiddlewareAttr`] and the item under it as [`ValidMiddleware`].
//!
//! In: the attribute, with each argument valid by itself, and the item's tokens. Out: the only type that is
//! expanded. It refuses a function without arguments for the request and for `Next`.

use proc_macro2::TokenStream;
use routegen_spec::EnvName;
use syn::Type;

use super::parse::MiddlewareAttr;
use crate::{
    errors::Errors,
    function,
    signature::{self, Handler, Role},
};

/// Middleware that can be expanded.
pub(crate) struct ValidMiddleware {
    pub(crate) handler: Handler,
    /// The path of the crate `routegen`.
    pub(crate) krate: syn::Path,
    pub(crate) env: Vec<EnvName>,
    pub(crate) refuses: Vec<u16>,
}

impl ValidMiddleware {
    /// The types of the extractors, of the request, and of `Next`.
    pub(crate) fn arguments(&self) -> Option<(&[Type], &Type, &Type)> {
        match self.handler.arguments.as_slice() {
            [extractors @ .., request, next] => Some((extractors, request, next)),
            _ => None,
        }
    }
}

/// Returns `None` only together with an error.
pub(crate) fn validate(
    attribute: MiddlewareAttr,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<ValidMiddleware> {
    let handler = signature::read(item, Role::Middleware, errors)?;
    let middleware = ValidMiddleware {
        krate: function::krate(attribute.krate)?,
        env: attribute.env.value().unwrap_or_default(),
        refuses: attribute.refuses.value().unwrap_or_default(),
        handler,
    };
    if middleware.arguments().is_none() {
        let name = &middleware.handler.ident;
        errors.push(
            name,
            format!("`{name}` does not take a `Request` and a `Next`"),
            format!(
                "write `async fn {name}(request: Request, next: Next) -> Response`, after the extractors"
            ),
        );
    }
    Some(middleware)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_and_next_are_the_last_arguments() {
        for (item, wrong) in [
            ("async fn a(request: Request, next: Next) -> Response {}", 0),
            ("async fn a(_: A, _: B, request: Request, next: Next) {}", 0),
            ("async fn a() {}", 1),
            ("async fn a(request: Request) {}", 1),
            ("fn a(request: Request, next: Next) -> Response {}", 1),
            ("async fn a<T>(request: Request, next: Next) -> Response {}", 1),
            ("async fn a(&self, next: &Next) -> Response {}", 3),
            ("struct A;", 1),
        ] {
            let mut errors = Errors::default();
            validate(MiddlewareAttr::default(), item.parse().unwrap(), &mut errors);
            let errors = errors.into_vec();
            assert_eq!(errors.len(), wrong, "{item}: {errors:?}");
        }
    }
}
