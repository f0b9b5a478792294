//! What the compiler can check about an argument before any request: whether it would fail on every one, and
//! whether it is a resource to create.
//!
//! In: the argument's type, and what the attribute declares about the route. Out: an error at the argument
//! that says what to write. It accepts types that it does not recognize.

use std::{convert::Infallible, marker::PhantomData};

#[cfg(feature = "registry")]
use super::Query;
#[cfg(feature = "registry")]
use super::fields::Fields;
use super::{Claims, Path, Scopes, address::Address};
use crate::resource::{Declaration, Maker, Res, Resource, declared};

/// Checks at compile time whether `T` would fail on every request of a route with this number of path
/// parameters, behind an authorizer with or without claims.
///
/// An associated constant of the type itself is found before a trait's, so each type that may be refused has
/// its own `CHECK`, and all others fall back to [`ArgumentCheck`].
#[derive(Debug)]
pub struct Argument<T, Auth, const PARAMETERS: usize>(PhantomData<(T, Auth)>, Infallible);

/// Accepts every type that [`Argument`] does not list.
pub trait ArgumentCheck {
    /// Accepts the argument.
    const CHECK: Passed = Passed;

    /// It is not a struct that axum makes from a path.
    const TYPED_PATH: Passed = Passed;

    /// What is wrong with the type for every request.
    #[cfg(feature = "registry")]
    const FIELDS: Option<Fields> = None;

    /// It leaves the body to others.
    const BODY: bool = false;

    /// It is not the whole request.
    const WHOLE: bool = false;

    /// There is nothing to create.
    const RESOURCE: Option<&'static Maker> = None;

    /// It declares nothing.
    const DECLARED: Option<Declaration> = None;
}

impl<T, Auth, const PARAMETERS: usize> ArgumentCheck for Argument<T, Auth, PARAMETERS> {
    #[cfg(feature = "registry")]
    const FIELDS: Option<Fields> = Some(super::fields::of_any::<T>);
}

// With axum's marker for the body, this matches only extractors of the body: those of the head are
// `FromRequest` with another marker.
impl<T: axum::extract::FromRequest<()>, Auth, const PARAMETERS: usize> Argument<T, Auth, PARAMETERS> {
    /// It reads the body.
    pub const BODY: bool = true;
}

impl<Auth, const PARAMETERS: usize> Argument<crate::request::Request, Auth, PARAMETERS> {
    /// Whether it reads the body is unknown.
    pub const WHOLE: bool = true;
}

impl<Auth, const PARAMETERS: usize> Argument<axum::extract::Request, Auth, PARAMETERS> {
    /// Whether it reads the body is unknown.
    pub const WHOLE: bool = true;
}

/// Refuses to compile unless the check passes.
pub const fn check<C: Check>(_: &C) {}

/// A check that passes. The traits below explain why one does not.
pub trait Check {}

/// Nothing is known to be wrong with the argument.
#[derive(Debug)]
pub struct Passed;

impl Check for Passed {}

/// An argument that axum makes only behind its router or in its server.
#[derive(Debug)]
pub struct OfAxum<T>(PhantomData<T>);

// The compiler shows the message of a bound only if the bound is on another type than the one that implements
// it.
impl<T> Check for OfAxum<T> where Route<T>: BehindRouter<T> {}

/// The place of an argument.
#[derive(Debug)]
pub struct Route<T>(PhantomData<T>);

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "`{T}` requires axum's router, which a route does not have",
    label = "nothing would be found",
    note = "instead of `MatchedPath` and `NestedPath`, take `routegen::RouteKey`",
    note = "instead of `RawPathParams`, take `Path<Vec<(String, String)>>`, and instead of `Result<Path<T>, …>`, take \
            `routegen::Path<T>`",
    note = "instead of a struct with `TypedPath`, take `Path` of a struct with the parameters' names"
)]
pub trait BehindRouter<T> {}

/// Refuses these types.
macro_rules! of_axum {
    ($([$($generics:tt)*] $ty:ty;)*) => {
        $(impl<$($generics)* Auth, const PARAMETERS: usize> Argument<$ty, Auth, PARAMETERS> {
            /// There is no axum router.
            pub const CHECK: OfAxum<$ty> = OfAxum(PhantomData);
        })*
    };
}

of_axum! {
    [] axum::extract::MatchedPath;
    [] axum::extract::NestedPath;
    [] axum::extract::RawPathParams;
    [] Option<axum::extract::MatchedPath>;
    [] Option<axum::extract::NestedPath>;
    [E,] Result<axum::extract::MatchedPath, E>;
    [E,] Result<axum::extract::NestedPath, E>;
    [E,] Result<axum::extract::RawPathParams, E>;
    [T, E,] Result<axum::extract::Path<T>, E>;
}

impl<T, Auth, const PARAMETERS: usize> Argument<axum::extract::ConnectInfo<T>, Auth, PARAMETERS> {
    /// There is one type of address.
    pub const CHECK: CallerOf<T> = CallerOf(PhantomData);
}

/// A caller with an address of this type.
#[derive(Debug)]
pub struct CallerOf<T>(PhantomData<T>);

impl<T: Address> Check for CallerOf<T> {}

// axum makes other types from the path's parameters too, and reads its router for all of them: these are
// structs with axum-extra's `TypedPath`, which implement `Display` too.
impl<T, Auth, const PARAMETERS: usize> Argument<T, Auth, PARAMETERS>
where
    T: axum::extract::FromRequestParts<(), Rejection = axum::extract::rejection::PathRejection>
        + std::fmt::Display,
{
    /// There is no axum router.
    pub const TYPED_PATH: OfAxum<T> = OfAxum(PhantomData);
}

impl<Auth, const PARAMETERS: usize> Argument<crate::AuthorizerRequest, Auth, PARAMETERS> {
    /// API Gateway does not call a route to decide about a request.
    pub const CHECK: Question<Auth> = Question(PhantomData);
}

/// The request that an authorizer decides about.
#[derive(Debug)]
pub struct Question<Auth>(PhantomData<Auth>);

impl<Auth: OfAnAuthorizer> Check for Question<Auth> {}

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "only an authorizer has an `AuthorizerRequest`",
    label = "not there in a route",
    note = "take `HeaderMap`, `Query<T>` or the whole `lambda_http::Request` (feature `lambda_http`), or the authorizer's claims as `Claims<T>`"
)]
pub trait OfAnAuthorizer {}

impl<T: Resource, Auth, const PARAMETERS: usize> Argument<Res<T>, Auth, PARAMETERS> {
    /// What is created before the first invocation.
    pub const RESOURCE: Option<&'static Maker> = Some(const { &Maker::of::<T>() });

    /// What it declares, for the registry, which must not link the code that creates it.
    pub const DECLARED: Option<Declaration> = Some(|| vec![declared::<T>()]);
}

impl<T, Auth, const PARAMETERS: usize> Argument<Claims<T>, Auth, PARAMETERS> {
    /// Claims come from an authorizer.
    pub const CHECK: ClaimsOf<Auth> = ClaimsOf(PhantomData);
}

impl<Auth, const PARAMETERS: usize> Argument<Scopes, Auth, PARAMETERS> {
    /// Scopes come from an authorizer.
    pub const CHECK: ClaimsOf<Auth> = ClaimsOf(PhantomData);
}

/// The claims of a route.
#[derive(Debug)]
pub struct ClaimsOf<Auth>(PhantomData<Auth>);

impl<Auth: HasClaims> Check for ClaimsOf<Auth> {}

/// The kind of `auth`: an authorizer that passes on claims, or its context.
#[diagnostic::on_unimplemented(
    message = "a route with `auth = \"none\"` or `auth = \"iam\"` has no claims",
    label = "there are no claims to take",
    note = "write `auth = \"cognito\"`, or remove the argument"
)]
pub trait HasClaims {}

/// `auth` names an authorizer.
#[derive(Debug)]
pub struct WithClaims;

/// `auth = "none"`, or `"iam"`.
#[derive(Debug)]
pub struct Claimless;

impl HasClaims for WithClaims {}

/// The number of values that a `Path` takes, and the number of parameters.
#[derive(Debug)]
pub struct Arity<const VALUES: usize, const PARAMETERS: usize>;

impl<const VALUES: usize, const PARAMETERS: usize> Check for Arity<VALUES, PARAMETERS> where
    Passed: Agreement<VALUES, PARAMETERS>
{
}

/// A `Path` takes as many values as the route's path has parameters.
#[diagnostic::on_unimplemented(
    message = "mismatched parameters: this `Path` extracts {VALUES}, and the route's path has {PARAMETERS}",
    label = "not as many values as the path has parameters",
    note = "one parameter is a value, several are a tuple with a value for each, or a struct with their names"
)]
pub trait Agreement<const VALUES: usize, const PARAMETERS: usize> {}

impl<const SAME: usize> Agreement<SAME, SAME> for Passed {}

/// The values that a `Path` takes, if there are any parameters.
#[derive(Debug)]
pub struct OptionalArity<const VALUES: usize, const PARAMETERS: usize>;

impl<const VALUES: usize, const PARAMETERS: usize> Check for OptionalArity<VALUES, PARAMETERS> where
    Optional: Agreement<VALUES, PARAMETERS>
{
}

/// An optional `Path`.
#[derive(Debug)]
pub struct Optional;

/// A path without parameters has none of the values.
macro_rules! optional_agreement {
    ($($values:literal)*) => {
        $(
            impl Agreement<$values, 0> for Optional {}
            impl Agreement<$values, $values> for Optional {}
        )*
    };
}

optional_agreement! { 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 }

/// The registry's checks of types that read path parameters, query parameters, or claims.
#[cfg(feature = "registry")]
macro_rules! asks {
    ($($function:ident $ty:ty;)*) => {
        $(impl<T: serde::de::DeserializeOwned, Auth, const PARAMETERS: usize> Argument<$ty, Auth, PARAMETERS> {
            /// What is wrong with the type for every request.
            pub const FIELDS: Option<Fields> = Some(super::fields::$function::<T>);
        })*
    };
}

#[cfg(feature = "registry")]
asks! {
    of_path Path<T>;
    of_optional_path Option<Path<T>>;
    of_path axum::extract::Path<T>;
    of_optional_path Option<axum::extract::Path<T>>;
    of_query Query<T>;
    of_query Option<Query<T>>;
    of_query axum::extract::Query<T>;
    of_claims Claims<T>;
    of_claims Option<Claims<T>>;
}

#[cfg(all(feature = "garde", feature = "registry"))]
asks! {
    of_path super::Valid<Path<T>>;
    of_query super::Valid<Query<T>>;
}

/// The checks of a `Path` with this number of values: this crate's, axum's, and the optional form of each.
macro_rules! values {
    ([$($generics:ident)*] $ty:ty, $values:expr) => {
        impl<$($generics,)* Auth, const PARAMETERS: usize> Argument<Path<$ty>, Auth, PARAMETERS> {
            /// A value for each parameter.
            pub const CHECK: Arity<{ $values }, PARAMETERS> = Arity;
        }

        impl<$($generics,)* Auth, const PARAMETERS: usize> Argument<axum::extract::Path<$ty>, Auth, PARAMETERS> {
            /// A value for each parameter.
            pub const CHECK: Arity<{ $values }, PARAMETERS> = Arity;
        }

        impl<$($generics,)* Auth, const PARAMETERS: usize> Argument<Option<Path<$ty>>, Auth, PARAMETERS> {
            /// A value for each parameter, if there are any.
            pub const CHECK: OptionalArity<{ $values }, PARAMETERS> = OptionalArity;
        }

        impl<$($generics,)* Auth, const PARAMETERS: usize> Argument<Option<axum::extract::Path<$ty>>, Auth, PARAMETERS> {
            /// A value for each parameter, if there are any.
            pub const CHECK: OptionalArity<{ $values }, PARAMETERS> = OptionalArity;
        }
    };
}

/// The types that always are one value.
macro_rules! one_value {
    ($($ty:ty)*) => {
        $(values! { [] $ty, 1 })*
    };
}

one_value! {
    bool char String Box<str>
    u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64
    std::net::IpAddr std::net::Ipv4Addr std::net::Ipv6Addr
}

/// Tuples up to the given length.
macro_rules! tuples {
    () => {};
    ($first:ident $($rest:ident)*) => {
        values! { [$first $($rest)*] ($first, $($rest,)*), [stringify!($first), $(stringify!($rest)),*].len() }
        tuples! { $($rest)* }
    };
}

tuples! { A B C D E F G H I J K L M N O P }
