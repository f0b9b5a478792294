//! What decides on a route, whichever authorizer it has.

use std::sync::Arc;

use hyper::header::{AUTHORIZATION, HeaderMap};
use routegen_apigw::event::{Identity, RoutedRequest};
use routegen_spec::Scope;

use super::{iam::IamVerifier, jwt::JwtVerifier, lambda::LambdaDecider, refused::Refused};
use crate::functions::Services;

/// What decides on a route.
#[derive(Debug)]
pub(crate) enum Decider {
    Open,
    Iam(IamVerifier),
    Jwt(Arc<JwtVerifier>, Vec<Scope>),
    Lambda(Arc<LambdaDecider>),
}

impl Decider {
    /// Whether it decides on the body too: a signature covers its hash. A request without one is refused by its head.
    pub(crate) fn needs_body(&self, headers: &HeaderMap) -> bool {
        matches!(self, Self::Iam(_)) && headers.contains_key(AUTHORIZATION)
    }

    /// Decides. `body` is that of the request where it is needed, `trace` what a function is told of its trace; `asked` becomes the
    /// invocation of the function that was asked, also where nobody waits for its answer any more.
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
