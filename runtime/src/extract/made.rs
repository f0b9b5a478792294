//! axum's own extractors that find nothing in a function's request, made from the event instead.
//!
//! In: the type of an argument. Out: its value. axum's `Path` reads the parameters from its router, `State`
//! the router's state, and `ConnectInfo` the server's connection. Their fields are public, so they can be
//! made here from API Gateway's parameters, a resource, or the caller's address. This applies to arguments
//! only: within a user's own extractor, axum runs its own code.

use axum::{
    Extension,
    extract::{ConnectInfo, State},
    http::request::Parts,
    response::IntoResponse,
};
use serde::de::DeserializeOwned;

use super::{Argument, FromParts, FromRequest, address::Address, path, query, resource};
use crate::{
    Problem, Res, Resource,
    rejection::Rejection,
    request::Request,
    resource::{Declaration, Maker, declared},
};

/// Makes an argument in the way of its type. An associated function of [`Argument`] itself is found before
/// this trait's, so each of axum's types that is made differently has its own.
pub trait Make<T> {
    /// Makes it from the request's head.
    fn from_parts<M>(parts: &mut Parts) -> impl Future<Output = Result<T, Rejection>> + Send
    where
        T: FromParts<M>,
    {
        T::from_parts(parts)
    }

    /// Makes it from the whole request.
    fn from_request<M>(request: Request) -> impl Future<Output = Result<T, Rejection>> + Send
    where
        T: FromRequest<M>,
    {
        T::from_request(request)
    }
}

impl<T, Auth, const PARAMETERS: usize> Make<T> for Argument<T, Auth, PARAMETERS> {}

/// Implements an argument of one of axum's types with a function.
macro_rules! made {
    ($($(#[$doc:meta])* [$($generics:tt)*] $ty:ty = $make:expr;)*) => {
        $(impl<$($generics)*, Auth, const PARAMETERS: usize> Argument<$ty, Auth, PARAMETERS> {
            $(#[$doc])*
            #[doc(hidden)]
            pub async fn from_parts<M>(parts: &mut Parts) -> Result<$ty, Rejection> {
                $make(parts).await
            }

            $(#[$doc])*
            #[doc(hidden)]
            pub async fn from_request<M>(request: Request) -> Result<$ty, Rejection> {
                $make(&mut request.into_parts().0).await
            }
        })*
    };
}

made! {
    /// From API Gateway's parameters.
    [T: DeserializeOwned] axum::extract::Path<T> = async |parts: &mut Parts| {
        path::of(parts).map(axum::extract::Path).map_err(Problem::into_response).map_err(Rejection::own)
    };

    /// The same, if the path has any.
    [T: DeserializeOwned] Option<axum::extract::Path<T>> = async |parts: &mut Parts| {
        path::optional(parts).map(|path| path.map(axum::extract::Path)).map_err(Problem::into_response).map_err(Rejection::own)
    };

    /// With support for lists.
    [T: DeserializeOwned] axum::extract::Query<T> = async |parts: &mut Parts| {
        query::of(parts).map(axum::extract::Query).map_err(Problem::into_response).map_err(Rejection::own)
    };

    /// The resource that the argument declares.
    [T: Resource] Res<T> = async |parts: &mut Parts| resource::of(parts).await.map_err(Rejection::own);

    /// From what a layer inserted, or from the resource.
    [T: Resource + Clone] Extension<T> = async |parts: &mut Parts| match parts.extensions.get::<T>() {
        Some(value) => Ok(Extension(value.clone())),
        None => cloned(parts).await.map(Extension),
    };

    /// From the address in the event.
    [T: Address] ConnectInfo<T> = async |parts: &mut Parts| {
        let unknown = || Problem::internal("the address that the request came from is not known").into_response();
        T::of(parts).map(ConnectInfo).ok_or_else(|| Rejection::own(unknown()))
    };
}

/// Marks arguments that are made from a resource.
#[derive(Debug)]
pub struct ViaResource;

impl<T: Resource + Clone> FromParts<ViaResource> for State<T> {
    async fn from_parts(parts: &mut Parts) -> Result<Self, Rejection> {
        cloned(parts).await.map(State)
    }
}

impl<T: Resource + Clone> FromRequest<ViaResource> for State<T> {
    async fn from_request(request: Request) -> Result<Self, Rejection> {
        cloned(&mut request.into_parts().0).await.map(State)
    }
}

impl<T: Resource, Auth, const PARAMETERS: usize> Argument<State<T>, Auth, PARAMETERS> {
    /// What is created before the first invocation.
    pub const RESOURCE: Option<&'static Maker> = Some(const { &Maker::of::<T>() });

    /// What it declares.
    pub const DECLARED: Option<Declaration> = Some(|| vec![declared::<T>()]);
}

impl<T: Resource, Auth, const PARAMETERS: usize> Argument<Extension<T>, Auth, PARAMETERS> {
    /// What is created before the first invocation.
    pub const RESOURCE: Option<&'static Maker> = Some(const { &Maker::of::<T>() });

    /// What it declares.
    pub const DECLARED: Option<Declaration> = Some(|| vec![declared::<T>()]);
}

async fn cloned<T: Resource + Clone>(parts: &mut Parts) -> Result<T, Rejection> {
    let resource = resource::of::<T>(parts).await.map_err(Rejection::own)?;
    Ok(T::clone(&resource))
}
