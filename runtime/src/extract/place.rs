//! What the compiler can check about an argument from its position: before another one, or in an authorizer.
//!
//! In: the argument's type, and whether it reads the body. Out: an error at the argument that says what to
//! write. The constants are found in the same way as those of [`Argument`](super::Argument).

use std::{convert::Infallible, marker::PhantomData};

use super::{
    Claims, Path, Scopes,
    check::{Check, Passed},
};

/// Checks at compile time whether an argument before the last one reads the body (`TAKES`), which the last
/// one may read too (`TAKEN`).
#[derive(Debug)]
pub struct Early<T, Last, const TAKES: bool, const TAKEN: bool>(PhantomData<(T, Last)>, Infallible);

/// Accepts every type that leaves the body to others.
pub trait EarlyCheck {
    /// Accepts the argument.
    const CHECK: Passed = Passed;
}

impl<T, Last, const TAKES: bool, const TAKEN: bool> EarlyCheck for Early<T, Last, TAKES, TAKEN> {}

impl<T, Last> Early<T, Last, true, true> {
    /// There is only one body.
    pub const CHECK: Twice<T, Last> = Twice(PhantomData);
}

impl<T, Last> Early<T, Last, true, false> {
    /// The body is read after everything else.
    pub const CHECK: TooEarly<T> = TooEarly(PhantomData);
}

/// Two arguments that read the body.
#[derive(Debug)]
pub struct Twice<T, Last>(PhantomData<(T, Last)>);

impl<T: SharesBody<Last>, Last> Check for Twice<T, Last> {}

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{Last}` both read the body, and a request has one",
    label = "reads the body, as the last argument does",
    note = "only the last argument can read the body: remove one of them",
    note = "a body of several parts is one struct in `Json<T>`"
)]
pub trait SharesBody<Last> {}

/// An argument that reads the body, before one that does not.
#[derive(Debug)]
pub struct TooEarly<T>(PhantomData<T>);

impl<T: ReadLast> Check for TooEarly<T> {}

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "`{Self}` reads the body, and is not the last argument",
    label = "only the last argument can read the body",
    note = "move it after the others"
)]
pub trait ReadLast {}

/// Checks at compile time whether an authorizer can have the argument, which reads the body (`TAKES`) or not.
#[derive(Debug)]
pub struct Asked<T, const TAKES: bool>(PhantomData<T>, Infallible);

/// Accepts every type that [`Asked`] does not list.
pub trait AskedCheck {
    /// Accepts the argument.
    const CHECK: Passed = Passed;
}

impl<T, const TAKES: bool> AskedCheck for Asked<T, TAKES> {}

impl<T> Asked<T, true> {
    /// API Gateway sends an authorizer no body.
    pub const CHECK: Bodiless<T> = Bodiless(PhantomData);
}

/// An argument that would be read from a body.
#[derive(Debug)]
pub struct Bodiless<T>(PhantomData<T>);

impl<T: WithoutBody> Check for Bodiless<T> {}

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "`{Self}` reads the body, which an authorizer does not get",
    label = "there is no body to read",
    note = "take `AuthorizerRequest`, or what reads the request's head, such as `HeaderMap` and `Query<T>`"
)]
pub trait WithoutBody {}

/// Refuses these types, each with its own check.
macro_rules! refused {
    ($($(#[$doc:meta])* [$($generics:ident)*] $ty:ty = $check:ident;)*) => {
        $(impl<$($generics),*> Asked<$ty, false> {
            $(#[$doc])*
            pub const CHECK: $check<$ty> = $check(PhantomData);
        })*
    };
}

refused! {
    /// Claims come from an authorizer.
    [T] Claims<T> = Unknown;
    /// Claims come from an authorizer.
    [T] Option<Claims<T>> = Unknown;
    /// Scopes are those of a token that API Gateway has verified.
    [] Scopes = Unknown;
    /// The routes of an authorizer have different parameters.
    [T] Path<T> = Pathless;
    /// The routes of an authorizer have different parameters.
    [T] Option<Path<T>> = Pathless;
    /// The routes of an authorizer have different parameters.
    [T] axum::extract::Path<T> = Pathless;
    /// The routes of an authorizer have different parameters.
    [T] Option<axum::extract::Path<T>> = Pathless;
    /// The routes of an authorizer have different parameters.
    [] axum::extract::RawPathParams = Pathless;
    /// The routes of an authorizer have different paths.
    [] axum::extract::MatchedPath = Pathless;
    /// The routes of an authorizer have different paths.
    [] Option<axum::extract::MatchedPath> = Pathless;
    /// The routes of an authorizer have different paths.
    [] axum::extract::NestedPath = Pathless;
}

/// What is not known about the caller yet.
#[derive(Debug)]
pub struct Unknown<T>(PhantomData<T>);

impl<T: Known> Check for Unknown<T> {}

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "an authorizer has no claims: it creates them",
    label = "there are no claims yet",
    note = "take `AuthorizerRequest`, and return the claims in `Decision::Allow`"
)]
pub trait Known {}

/// The parameters of a path.
#[derive(Debug)]
pub struct Pathless<T>(PhantomData<T>);

impl<T: OfOneRoute> Check for Pathless<T> {}

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "an authorizer has no path of its own",
    label = "belongs to a route",
    note = "take `AuthorizerRequest`, whose `path_parameters` and `route_key` are those of the route that is called"
)]
pub trait OfOneRoute {}
