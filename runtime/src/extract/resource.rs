//! A resource as an argument.
//!
//! In: a request in whose surroundings the resources are. Out: the one that is asked for, made if it is not there yet.

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};

use crate::{Problem, Res, Resource, request::Surroundings};

impl<T: Resource, S: Sync> FromRequestParts<S> for Res<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let surroundings = parts.extensions.get::<Surroundings>();
        let init = surroundings.map(|surroundings| surroundings.init.clone()).unwrap_or_default();
        init.get().await.map_err(|error| Problem::internal(error).into_response())
    }
}
