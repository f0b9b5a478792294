//! Identifies a caller without API Gateway.
//!
//! In: a request's head, and the scopes that the route requires. Out: what handlers find as the authorizer's
//! context, or the response to the caller. No function is called for a request that lacks information which
//! the program declared.

use std::fmt;

use axum::{
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use lambda_runtime::{BoxFuture, Context};
use routegen_apigw::{
    claims::{has_one_of, scopes},
    event::RoutedRequest,
};
use routegen_spec::{IdentitySource, Scope};
use serde::Serialize;
use serde_json::{Map, Value};

use super::failed::failed;
use crate::{
    Decision, Init, Problem,
    authorizer::Authorizer,
    event::authorizer_request,
    log::chain,
    rejection::Rejection,
    serve::judge,
    simulate::event::{lambda_event, of_authorizer},
};

/// The claims, or the response that replaces the handler's.
type Outcome = Result<Map<String, Value>, Response>;

/// How callers are identified.
pub(super) enum Authorize {
    /// By the program's closure.
    Given(Box<dyn Fn(Parts) -> BoxFuture<'static, Outcome> + Send + Sync>),
    /// By a function with `#[authorizer]`.
    Registered { authorizer: Authorizer, identity_sources: Vec<IdentitySource>, init: Init },
}

impl Authorize {
    pub(super) fn with<F, C, E>(authorize: impl Fn(Parts) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<C, E>> + Send + 'static,
        C: Serialize,
        E: IntoResponse,
    {
        Self::Given(Box::new(move |parts| {
            let asked = authorize(parts);
            Box::pin(async {
                let asked = asked
                    .await
                    .map(|claims| object(&claims))
                    .map_err(|refusal| Rejection::own(refusal.into_response()));
                match asked {
                    Ok(Ok(claims)) => Ok(claims),
                    Ok(Err(cause)) => Err(failed(cause)),
                    Err(refusal) => Err(refusal.into_response().await),
                }
            })
        }))
    }

    /// Whether the program itself decides.
    pub(super) fn is_given(&self) -> bool {
        matches!(self, Self::Given(_))
    }

    /// Identifies the caller, and checks whether a token has one of the scopes, if there are any.
    pub(super) async fn ask(&self, parts: &Parts, request: &RoutedRequest<'_>, wanted: &[Scope]) -> Outcome {
        let claims = match self {
            Self::Given(given) => given(parts.clone()).await?,
            Self::Registered { authorizer, identity_sources, init } => {
                let unauthorized = || Problem::new(StatusCode::UNAUTHORIZED).into_response();
                let event = of_authorizer(request, identity_sources).ok_or_else(unauthorized)?;
                judged(*authorizer, init.clone(), &event).await?
            }
        };
        if !has_one_of(&scopes(&claims), wanted) {
            let challenge = HeaderValue::from_static(r#"Bearer error="insufficient_scope""#);
            let problem = Problem::new(StatusCode::FORBIDDEN);
            return Err(([(header::WWW_AUTHENTICATE, challenge)], problem).into_response());
        }
        Ok(claims)
    }
}

/// The context that an authorizer returns, or the response that API Gateway would return instead.
async fn judged(authorizer: Authorizer, init: Init, event: &[u8]) -> Outcome {
    let asked = async {
        let event = lambda_event(event, Context::default())?;
        judge(authorizer, init, authorizer_request(event)?).await
    };
    match asked.await {
        Ok(Decision::Allow(context)) => object(&context).map_err(failed),
        Ok(Decision::Deny) => Err(Problem::new(StatusCode::FORBIDDEN).into_response()),
        Err(error) => Err(failed(chain(&*error))),
    }
}

fn object(claims: &impl Serialize) -> Result<Map<String, Value>, String> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => Ok(claims),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err("claims are a JSON object, and these are something else".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl fmt::Debug for Authorize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given(_) => "Given",
            Self::Registered { .. } => "Registered",
        })
    }
}
