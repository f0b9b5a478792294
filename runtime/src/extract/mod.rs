//! Makes a handler's arguments from a request.
//!
//! axum's extractors work unchanged, or are made from the event (`made.rs`). These traits stand between them
//! and the generated code for three reasons: the whole `lambda_http::Request` is an argument too, a wrong
//! type gets a message with what to write instead, and every rejection passes through one place, where axum's
//! become problems of RFC 9457.

mod address;
mod check;
mod claims;
mod entries;
#[cfg(feature = "registry")]
pub(crate) mod fields;
mod made;
mod path;
mod place;
#[cfg(test)]
mod property;
mod query;
mod readings;
mod resource;
mod route_key;
mod text;
mod token;
#[cfg(feature = "garde")]
mod valid;

use std::marker::PhantomData;

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequestParts},
    http::request::Parts,
};
pub use check::{Argument, ArgumentCheck, Claimless, WithClaims, check};
pub(crate) use check::{Check, Passed};
pub use claims::{Claims, Scopes, StandardClaims};
#[cfg(feature = "router")]
pub(crate) use entries::SaidByProgram;
pub use made::Make;
pub use path::Path;
pub use place::{Asked, AskedCheck, Early, EarlyCheck};
pub use query::Query;
pub use resource::TakesResources;
pub use route_key::RouteKey;
#[cfg(feature = "garde")]
pub use valid::{Valid, Validated, ValuePlace};

use crate::{rejection::Rejection, request::Request};

/// An argument that leaves the body to another one: every argument but the last of a route, and all of an
/// authorizer.
///
/// `M` exists for the error messages: with it the generated code has a bound that the compiler checks in one
/// place, where the entry point chooses `M`, so that a wrong type is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from the head of a request",
    label = "not an extractor of a request's head",
    note = "such an argument implements axum's `FromRequestParts`, such as `Path<T>`, `Query<T>` and `HeaderMap`",
    note = "`State<T>` takes a `T` that implements `routegen::Resource` and `Clone`"
)]
pub trait FromParts<M>: Sized {
    /// Makes the argument, or returns why the handler is not called.
    fn from_parts(parts: &mut Parts) -> impl Future<Output = Result<Self, Rejection>> + Send;
}

/// Marks axum's extractors of a request's head.
#[derive(Debug)]
pub struct ViaParts;

impl<T: FromRequestParts<()>> FromParts<ViaParts> for T {
    async fn from_parts(parts: &mut Parts) -> Result<Self, Rejection> {
        T::from_request_parts(parts, &()).await.map_err(Rejection::new::<T::Rejection>)
    }
}

/// Marks arguments that read the body. This trait accepts them before the last argument, so that the check
/// that refuses them there gives the only error, with the reason.
#[derive(Debug)]
pub struct Refused;

#[diagnostic::do_not_recommend]
impl<T: axum::extract::FromRequest<()>> FromParts<Refused> for T {
    async fn from_parts(_: &mut Parts) -> Result<Self, Rejection> {
        unreachable!("what reads the body does not compile here")
    }
}

#[cfg(feature = "lambda_http")]
#[diagnostic::do_not_recommend]
impl FromParts<Whole> for Request {
    async fn from_parts(_: &mut Parts) -> Result<Self, Rejection> {
        unreachable!("what may read the body does not compile here")
    }
}

/// The last argument, which may read the body. `M` only distinguishes the implementations for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a route",
    label = "not an extractor",
    note = "take what implements axum's `FromRequest` or `FromRequestParts`, such as `Json<T>`, `Path<T>`, `Query<T>` \
            and `HeaderMap`, or the whole `lambda_http::Request` (feature `lambda_http`)",
    note = "a type of your own is read from the body as `Json<T>`, where it implements `serde::Deserialize`, and \
            `State<T>` takes one that implements `routegen::Resource` and `Clone`"
)]
pub trait FromRequest<M>: Sized {
    /// Makes the argument, or returns why the handler is not called.
    fn from_request(request: Request) -> impl Future<Output = Result<Self, Rejection>> + Send;
}

/// Marks axum's extractors.
#[derive(Debug)]
pub struct ViaAxum<M>(PhantomData<M>);

/// Marks `lambda_http`'s request.
#[cfg(feature = "lambda_http")]
#[derive(Debug)]
pub struct Whole;

impl<T, M> FromRequest<ViaAxum<M>> for T
where
    T: axum::extract::FromRequest<(), M>,
{
    async fn from_request(request: Request) -> Result<Self, Rejection> {
        let mut request = request.map(|body| match body {
            aws_lambda_events::encodings::Body::Text(text) => Body::from(text),
            aws_lambda_events::encodings::Body::Binary(bytes) => Body::from(bytes),
            _ => Body::empty(),
        });
        // The whole body is in memory already, and Lambda refuses more than 6 MB; axum's own limit of 2 MB
        // would only surprise.
        DefaultBodyLimit::disable().apply(&mut request);
        T::from_request(request, &()).await.map_err(Rejection::new)
    }
}

#[cfg(feature = "lambda_http")]
impl FromRequest<Whole> for Request {
    async fn from_request(request: Request) -> Result<Self, Rejection> {
        Ok(request)
    }
}

/// A marker that is still to be inferred, with a span in which errors can be reported.
pub type Via<M> = M;
