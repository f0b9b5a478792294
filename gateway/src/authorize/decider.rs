//! Decides whether a request to a route may pass, for every kind of authorizer.

use std::sync::Arc;

use hyper::header::{AUTHORIZATION, HeaderMap};
use routegen_apigw::event::{Identity, RoutedRequest};
use routegen_spec::Scope;

use super::{iam::IamVerifier, jwt::JwtVerifier, lambda::LambdaDecider, refused::Refused};
use crate::functions::Services;

/// The authorizer of a route.
#[derive(Debug)]
pub(crate) enum Decider {
    Open,
    Iam(IamVerifier),
    Jwt(Arc<JwtVerifier>, Vec<Scope>),
    Lambda(Arc<LambdaDecider>),
}

impl Decider {
    /// Whether it needs the body too: a signature covers the body's hash. A request without a signature is
    /// refused without its body.
    pub(crate) fn needs_body(&self, headers: &HeaderMap) -> bool {
        matches!(self, Self::Iam(_)) && headers.contains_key(AUTHORIZATION)
    }

    /// Decides. `body` is the request's body if it is needed, and `trace` the trace that a function gets.
    /// `asked` becomes the id of the authorizer function's invocation, even if the client has gone before
    /// its answer.
    pub(crate) async fn decide(
        &self,
        request: &RoutedRequest<'_>,
        body: &[u8],
        trace: &str,
        services: &Services,
        asked: &mut Option<String>,
    ) -> Result<Identity, Refused> {
        match self {
            Self::Open => Ok(Identity::Open),
            Self::Iam(verifier) => verifier.verify(request, body),
            Self::Jwt(verifier, scopes) => verifier.decide(request, scopes).await,
            Self::Lambda(decider) => decider.decide(request, trace, services, asked).await,
        }
    }
}
