//! axum's own extractors that find nothing in a request of a function, made of what the event has.
//!
//! In: the type of an argument. Out: its value. axum's `Path` asks its router for the parameters, `State` the router's state, and
//! `ConnectInfo` the server; their fields are public, so each can be made here of the parameters of API Gateway, of a resource, of
//! the caller's address. Only an argument is made so: what an extractor of the user's own asks of axum, axum answers.

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

/// Makes an argument as its own type says. An associated function of [`Argument`] itself is found before those of this trait, so
/// that each type of axum that is made otherwise has its own.
pub trait Make<T> {
    /// Makes it of the request's head.
    fn from_parts<M>(parts: &mut Parts) -> impl Future<Output = Result<T, Rejection>> + Send
    where
        T: FromParts<M>,
    {
        T::from_parts(parts)
    }

    /// Makes it of the whole request.
    fn from_request<M>(request: Request) -> impl Future<Output = Result<T, Rejection>> + Send
    where
        T: FromRequest<M>,
    {
        T::from_request(request)
    }
}

impl<T, Auth, const PARAMETERS: usize> Make<T> for Argument<T, Auth, PARAMETERS> {}

/// Makes an argument of a type of axum by a function here.
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
    /// Of the parameters of API Gateway.
    [T: DeserializeOwned] axum::extract::Path<T> = async |parts: &mut Parts| {
        path::of(parts).map(axum::extract::Path).map_err(Problem::into_response).map_err(Rejection::own)
    };

    /// Of the same, if the path has any.
    [T: DeserializeOwned] Option<axum::extract::Path<T>> = async |parts: &mut Parts| {
        path::optional(parts).map(|path| path.map(axum::extract::Path)).map_err(Problem::into_response).map_err(Rejection::own)
    };

    /// With lists.
    [T: DeserializeOwned] axum::extract::Query<T> = async |parts: &mut Parts| {
        query::of(parts).map(axum::extract::Query).map_err(Problem::into_response).map_err(Rejection::own)
    };

    /// What the argument declares.
    [T: Resource] Res<T> = async |parts: &mut Parts| resource::of(parts).await.map_err(Rejection::own);

    /// Of what a layer has put there, or of the resource.
    [T: Resource + Clone] Extension<T> = async |parts: &mut Parts| match parts.extensions.get::<T>() {
        Some(value) => Ok(Extension(value.clone())),
        None => cloned(parts).await.map(Extension),
    };

    /// Of the address that the event says.
    [T: Address] ConnectInfo<T> = async |parts: &mut Parts| {
        let unknown = || Problem::internal("the address that the request came from is not known").into_response();
        T::of(parts).map(ConnectInfo).ok_or_else(|| Rejection::own(unknown()))
    };
}

/// Marks what is made of a resource.
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
    /// What is made before the first invocation.
    pub const RESOURCE: Option<&'static Maker> = Some(const { &Maker::of::<T>() });

    /// What it declares.
    pub const DECLARED: Option<Declaration> = Some(|| vec![declared::<T>()]);
}

impl<T: Resource, Auth, const PARAMETERS: usize> Argument<Extension<T>, Auth, PARAMETERS> {
    /// What is made before the first invocation.
    pub const RESOURCE: Option<&'static Maker> = Some(const { &Maker::of::<T>() });

    /// What it declares.
    pub const DECLARED: Option<Declaration> = Some(|| vec![declared::<T>()]);
}

async fn cloned<T: Resource + Clone>(parts: &mut Parts) -> Result<T, Rejection> {
    let resource = resource::of::<T>(parts).await.map_err(Rejection::own)?;
    Ok(T::clone(&resource))
}
