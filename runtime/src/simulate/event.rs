//! The events that API Gateway would send, in the form in which this crate's functions read them.
//!
//! In: a request that a route matches, with what its receiver knows about it. Out: the event of payload 2.0,
//! for a route or an authorizer, with the identity.

use std::hash::{BuildHasher as _, RandomState};

use axum::body::Bytes;
use lambda_runtime::{Context, LambdaEvent};
use routegen_apigw::{
    event::{RoutedRequest, authorizer_event},
    identity,
};
use routegen_spec::{AuthorizerSpec, IdentitySource};
use serde_json::value::RawValue;

/// A unique id for a request.
pub(crate) fn request_id() -> String {
    // The standard library seeds each of them anew, to protect maps whose keys clients choose.
    let [first, second] = [(); 2].map(|()| RandomState::new().hash_one(0));
    format!("{first:016x}{second:016x}")
}

/// The identity sources of an authorizer, or the first one that requests do not have by themselves.
pub(crate) fn identity_sources(of: &AuthorizerSpec) -> Result<Vec<IdentitySource>, &IdentitySource> {
    match of.identity_sources.iter().find(|source| !source.is_of_a_request()) {
        Some(source) => Err(source),
        None => Ok(of.identity_sources.clone()),
    }
}

/// An authorizer's event; `None` if the request lacks an identity source, so that API Gateway does not call
/// the function.
pub(crate) fn of_authorizer(request: &RoutedRequest<'_>, sources: &[IdentitySource]) -> Option<Bytes> {
    Some(authorizer_event(request, &identity::values(sources, request)?))
}

/// An event as Lambda passes it to a function.
pub(crate) fn lambda_event(event: &[u8], context: Context) -> serde_json::Result<LambdaEvent<Box<RawValue>>> {
    Ok(LambdaEvent::new(serde_json::from_slice(event)?, context))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_requests_have_one_id() {
        let ids: std::collections::HashSet<String> = (0..1_000).map(|_| request_id()).collect();
        assert_eq!(ids.len(), 1_000);
    }
}
