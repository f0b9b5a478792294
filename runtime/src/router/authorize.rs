//! Who a caller is, where no API Gateway has asked.
//!
//! In: a request's head, and the scopes that the route asks for. Out: what handlers find as the authorizer's, or the
//! response that the caller gets.

use std::{fmt, sync::Arc};

use axum::{
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use lambda_http::{BoxFuture, aws_lambda_events::apigw::ApiGatewayRequestAuthorizer};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    Problem,
    extract::{Rejection, scopes},
};

/// The claims, or what is answered in place of a handler's response.
type Outcome = Result<Map<String, Value>, Response>;

/// How callers are known.
#[derive(Clone)]
pub(super) struct Authorize(Arc<dyn Fn(Parts) -> BoxFuture<'static, Outcome> + Send + Sync>);

impl Authorize {
    pub(super) fn with<F, C, E>(authorize: impl Fn(Parts) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<C, E>> + Send + 'static,
        C: Serialize,
        E: IntoResponse,
    {
        Self(Arc::new(move |parts| {
            let asked = authorize(parts);
            Box::pin(async {
                let asked = asked.await.map(|claims| object(&claims)).map_err(Rejection::new);
                match asked {
                    Ok(outcome) => outcome,
                    Err(refusal) => Err(refusal.into_problem().await),
                }
            })
        }))
    }

    /// Asks who the caller is, and whether a token has one of the scopes, if there are any.
    pub(super) async fn ask(
        &self,
        parts: &Parts,
        wanted: &[&str],
    ) -> Result<ApiGatewayRequestAuthorizer, Response> {
        let claims = (self.0)(parts.clone()).await?;
        let mut authorizer = ApiGatewayRequestAuthorizer::default();
        // Where a Lambda authorizer's context stands, which keeps the types of the claims.
        authorizer.fields = claims.into_iter().collect();
        let has = scopes(&authorizer);
        if !wanted.is_empty() && !has.iter().any(|scope| wanted.contains(&scope.as_str())) {
            let challenge = HeaderValue::from_static(r#"Bearer error="insufficient_scope""#);
            let problem = Problem::new(StatusCode::FORBIDDEN);
            return Err(([(header::WWW_AUTHENTICATE, challenge)], problem).into_response());
        }
        Ok(authorizer)
    }
}

fn object(claims: &impl Serialize) -> Outcome {
    match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => Ok(claims),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(other) => Err(failed(format!("claims are a JSON object, and these are {other}"))),
        Err(error) => Err(failed(error.to_string())),
    }
}

fn failed(cause: String) -> Response {
    tracing::error!(target: crate::log::TARGET, "{cause}");
    Problem::internal(cause).into_response()
}

impl fmt::Debug for Authorize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorize")
    }
}
