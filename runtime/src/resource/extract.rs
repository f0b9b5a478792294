//! A resource as an argument.
//!
//! In: what serves the request knows of resources. Out: the resource, made now if nobody has asked for it before.

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};

use super::init::{Res, Resource};
use crate::{Problem, route::Surroundings};

impl<T: Resource, S: Sync> FromRequestParts<S> for Res<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let surroundings = parts.extensions.get::<Surroundings>();
        let init = surroundings.map(|surroundings| surroundings.init.clone()).unwrap_or_default();
        init.get().await.map_err(|error| Problem::internal(error).into_response())
    }
}
