//! What the compiler can know of an argument before any request: whether it would fail on every one, and whether it is
//! a resource to make.
//!
//! In: the argument's type, and what the attribute says of the route. Out: an error at the argument that says what to
//! write. It lets pass what it does not know.

use std::{convert::Infallible, marker::PhantomData};

#[cfg(feature = "registry")]
use super::fields::Fields;
use super::{Claims, Path};
use crate::resource::{Maker, Res, Resource};

/// Asks at compile time whether `T` would fail on every request of a route with so many path parameters, behind an
/// authorizer that gives claims or not.
///
/// An associated constant of the type itself is found before one of a trait, so a type that can be refused has its own
/// `CHECK`, and all others fall back to [`ArgumentCheck`].
#[derive(Debug)]
pub struct Argument<T, Auth, const PARAMETERS: usize>(PhantomData<(T, Auth)>, Infallible);

/// Lets every type pass that [`Argument`] does not know.
pub trait ArgumentCheck {
    /// Nothing to say.
    const CHECK: Passed = Passed;

    /// No fields to compare.
    #[cfg(feature = "registry")]
    const FIELDS: Option<Fields> = None;

    /// It leaves the body to others.
    const BODY: bool = false;

    /// It is not the whole request.
    const WHOLE: bool = false;

    /// Nothing to make.
    const RESOURCE: Option<&'static Maker> = None;

    /// Nothing that is made has a type.
    const RESOURCE_NAME: Option<fn() -> &'static str> = None;
}

impl<T, Auth, const PARAMETERS: usize> ArgumentCheck for Argument<T, Auth, PARAMETERS> {}

// By axum's marker these are the extractors of the body alone: those of the head are `FromRequest` by another one.
impl<T: axum::extract::FromRequest<()>, Auth, const PARAMETERS: usize> Argument<T, Auth, PARAMETERS> {
    /// It takes the body.
    pub const BODY: bool = true;
}

impl<Auth, const PARAMETERS: usize> Argument<crate::request::Request, Auth, PARAMETERS> {
    /// What becomes of the body, nobody knows.
    pub const WHOLE: bool = true;
}

impl<Auth, const PARAMETERS: usize> Argument<axum::extract::Request, Auth, PARAMETERS> {
    /// What becomes of the body, nobody knows.
    pub const WHOLE: bool = true;
}

/// Refuses to compile unless the check passes.
pub const fn check<C: Check>(_: &C) {}

/// A check that passes. Why one does not, the traits below say.
pub trait Check {}

/// Nothing is known against the argument.
#[derive(Debug)]
pub struct Passed;

impl Check for Passed {}

impl<T, Auth, const PARAMETERS: usize> Argument<axum::extract::Path<T>, Auth, PARAMETERS> {
    /// axum's `Path` finds the parameters only behind axum's router.
    pub const CHECK: AxumPath<T> = AxumPath(PhantomData);
}

/// axum's own `Path`.
#[derive(Debug)]
pub struct AxumPath<T>(PhantomData<T>);

// The compiler shows the message of a bound only where it is asked of another type than the one that has it.
impl<T> Check for AxumPath<T> where Route<T>: BehindRouter {}

/// Where an argument stands.
#[derive(Debug)]
pub struct Route<T>(PhantomData<T>);

/// Never so.
#[diagnostic::on_unimplemented(
    message = "axum's own `Path` finds no parameters in a route",
    label = "axum's own `Path`",
    note = "write `routegen::Path`, which takes the same types"
)]
pub trait BehindRouter {}

impl<Auth, const PARAMETERS: usize> Argument<crate::AuthorizerRequest, Auth, PARAMETERS> {
    /// Nobody asks a route whether a request may pass.
    pub const CHECK: Question<Auth> = Question(PhantomData);
}

/// What an authorizer is asked.
#[derive(Debug)]
pub struct Question<Auth>(PhantomData<Auth>);

impl<Auth: OfAnAuthorizer> Check for Question<Auth> {}

/// Never so.
#[diagnostic::on_unimplemented(
    message = "only an authorizer has an `AuthorizerRequest`",
    label = "not there in a route",
    note = "take `HeaderMap`, `Query<T>` or the whole `lambda_http::Request`, or what the authorizer said as `Claims<T>`"
)]
pub trait OfAnAuthorizer {}

impl<T: Resource, Auth, const PARAMETERS: usize> Argument<Res<T>, Auth, PARAMETERS> {
    /// What is made before the first invocation.
    pub const RESOURCE: Option<&'static Maker> = Some(const { &Maker::of::<T>() });

    /// Its type, for the registry, which is not to link what makes it.
    pub const RESOURCE_NAME: Option<fn() -> &'static str> = Some(std::any::type_name::<T>);
}

impl<T, Auth, const PARAMETERS: usize> Argument<Claims<T>, Auth, PARAMETERS> {
    /// Claims come from an authorizer.
    pub const CHECK: ClaimsOf<Auth> = ClaimsOf(PhantomData);
}

/// The claims of a route.
#[derive(Debug)]
pub struct ClaimsOf<Auth>(PhantomData<Auth>);

impl<Auth: HasClaims> Check for ClaimsOf<Auth> {}

/// What `auth` says: an authorizer that hands on claims, or its context.
#[diagnostic::on_unimplemented(
    message = "a route with `auth = \"none\"` or `auth = \"iam\"` has no claims",
    label = "there are no claims to take",
    note = "write `auth = \"cognito\"`, or leave the argument out"
)]
pub trait HasClaims {}

/// `auth` names an authorizer.
#[derive(Debug)]
pub struct WithClaims;

/// `auth = "none"`, or `"iam"`.
#[derive(Debug)]
pub struct Claimless;

impl HasClaims for WithClaims {}

/// The values that a `Path` takes, and the parameters that there are.
#[derive(Debug)]
pub struct Arity<const VALUES: usize, const PARAMETERS: usize>;

impl<const VALUES: usize, const PARAMETERS: usize> Check for Arity<VALUES, PARAMETERS> where
    Passed: Agreement<VALUES, PARAMETERS>
{
}

/// A `Path` takes as many values as the route's path has parameters.
#[diagnostic::on_unimplemented(
    message = "the values in this `Path` are {VALUES}, and the parameters in the route's path are {PARAMETERS}",
    label = "not as many values as the path has parameters",
    note = "one parameter is a value, several are a tuple with a value for each, or a struct with their names"
)]
pub trait Agreement<const VALUES: usize, const PARAMETERS: usize> {}

impl<const SAME: usize> Agreement<SAME, SAME> for Passed {}

#[cfg(feature = "registry")]
impl<T: serde::de::DeserializeOwned, Auth, const PARAMETERS: usize> Argument<Path<T>, Auth, PARAMETERS> {
    /// Asks for the fields of a struct, whose names are to be those of the parameters.
    pub const FIELDS: Option<Fields> = Some(super::fields::of::<T>);
}

/// The types that are one value, whatever it is.
macro_rules! one_value {
    ($($ty:ty)*) => {
        $(impl<Auth, const PARAMETERS: usize> Argument<Path<$ty>, Auth, PARAMETERS> {
            /// One value is one parameter.
            pub const CHECK: Arity<1, PARAMETERS> = Arity;
        })*
    };
}

one_value! {
    bool char String Box<str>
    u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64
    std::net::IpAddr std::net::Ipv4Addr std::net::Ipv6Addr
}

/// Tuples of every length up to the one given.
macro_rules! tuples {
    () => {};
    ($first:ident $($rest:ident)*) => {
        impl<Auth, const PARAMETERS: usize, $first, $($rest),*>
            Argument<Path<($first, $($rest,)*)>, Auth, PARAMETERS>
        {
            /// A value for each parameter.
            pub const CHECK: Arity<{ [stringify!($first), $(stringify!($rest)),*].len() }, PARAMETERS> = Arity;
        }
        tuples! { $($rest)* }
    };
}

tuples! { A B C D E F G H I J K L M N O P }
