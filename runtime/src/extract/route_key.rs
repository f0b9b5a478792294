//! The route that a request matched, as an argument.
//!
//! In: the event's context. Out: the route key, as API Gateway has it. It never makes one up.

use std::ops::Deref;

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};

use crate::{Problem, event::details};

/// Extracts the key of the request's route, such as `GET /items/{id}` or `$default`: for handlers with
/// several routes, and for extractors of your own that log or count. It replaces axum's `MatchedPath`, which
/// only works behind axum's router.
///
/// ```
/// use routegen::{RouteKey, route};
///
/// #[route(GET, "/items/{id}", auth = "none")]
/// #[route(GET, "/v1/items/{id}", auth = "none", name = "get_item_v1", deprecated = true)]
/// async fn get_item(RouteKey(key): RouteKey) -> String {
///     format!("this is {key}")
/// }
/// ```
///
/// In an authorizer, it is the key of the route that the authorizer decides about.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RouteKey(pub String);

impl RouteKey {
    /// The path of the key: `/items/{id}`, or `$default`.
    pub fn path(&self) -> &str {
        self.0.split_once(' ').map_or(&*self.0, |(_, path)| path)
    }
}

impl Deref for RouteKey {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for RouteKey {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let key = key(parts).filter(|key| !key.is_empty());
        let missing = || Problem::internal("the event does not say the route").into_response();
        key.map(Self).ok_or_else(missing)
    }
}

/// The route key of the event. A REST API's event has the request's method and the resource, which is the
/// route key unless the route is for any method.
fn key(parts: &Parts) -> Option<String> {
    #[cfg(feature = "rest")]
    if let Some(context) = details::rest_context(&parts.extensions) {
        return match context.resource_path.as_deref()? {
            resource if resource.starts_with('/') => Some(format!("{} {resource}", context.http_method)),
            resource => Some(resource.to_owned()),
        };
    }
    details::http_context(&parts.extensions)?.route_key.clone()
}
