//! A Lambda authorizer: its function gets an event of payload format 2.0 and returns a simple response
//! ([its rules]).
//!
//! Refused: the other form of response, an IAM policy.
//!
//! [its rules]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

use std::{sync::Arc, time::Duration};

use routegen_apigw::{
    Refusal,
    authorizer::{Decision, decision},
    event::{Identity, RoutedRequest, authorizer_event},
    identity,
};
use routegen_spec::IdentitySource;
use tokio::time::Instant;

use super::{decision_cache::DecisionCache, refused::Refused};
use crate::functions::{Call, LambdaFunction, Services};

/// The size of the cache of a function's answers: more than the largest answer.
const KEPT_BYTES: usize = 8 * 1024 * 1024;

/// Calls an authorizer's function, and caches its answers.
#[derive(Debug)]
pub(crate) struct LambdaDecider {
    function: Arc<LambdaFunction>,
    sources: Vec<IdentitySource>,
    ttl: Duration,
    /// Each decision with its expiry.
    cache: DecisionCache<Vec<String>, (Instant, Decision), KEPT_BYTES>,
}

impl LambdaDecider {
    pub(crate) fn new(function: Arc<LambdaFunction>, sources: Vec<IdentitySource>, ttl: Duration) -> Self {
        Self { function, sources, ttl, cache: DecisionCache::default() }
    }

    pub(crate) async fn decide(
        &self,
        request: &RoutedRequest<'_>,
        trace: &str,
        services: &Services,
        asked: &mut Option<String>,
    ) -> Result<Identity, Refused> {
        let identity = identity::values(&self.sources, request).ok_or_else(|| {
            let why = "the request has not exactly one value for each identity source".to_owned();
            Refused { refusal: Refusal::Unauthorized(None), why }
        })?;
        let decision = match self.kept(&identity) {
            Some(decision) => decision,
            None => self.ask(request, identity, trace, services, asked).await.map_err(|why| {
                let refusal = Refusal::InternalServerError;
                Refused { refusal, why: format!("the authorizer `{}` failed: {why}", self.function.name) }
            })?,
        };
        if decision.authorized {
            return Ok(Identity::Lambda(decision.context));
        }
        let why = format!("the authorizer `{}` refused the request", self.function.name);
        Err(Refused { refusal: Refusal::Forbidden(None), why })
    }

    fn kept(&self, identity: &[String]) -> Option<Decision> {
        let (until, decision) = self.cache.get(identity)?;
        (Instant::now() < until).then_some(decision)
    }

    async fn ask(
        &self,
        request: &RoutedRequest<'_>,
        identity: Vec<String>,
        trace: &str,
        services: &Services,
        asked: &mut Option<String>,
    ) -> Result<Decision, String> {
        let payload = authorizer_event(request, &identity);
        let (request_id, trace) = (services.ids.invocation(), trace.to_owned());
        *asked = Some(request_id.clone());
        let question = Call { request_id, payload, trace };
        let answer = self.function.invoke(question).await.outcome.map_err(|error| error.to_string())?;
        let decision = decision(&answer).map_err(|error| error.to_string())?;
        // Without identity sources, all callers would share one answer.
        if !self.ttl.is_zero() && !identity.is_empty() {
            let context = decision.context.as_ref().map_or(0, |context| context.get().len());
            let bytes = context + identity.iter().map(String::len).sum::<usize>();
            self.cache.put(identity, (Instant::now() + self.ttl, decision.clone()), bytes);
        }
        Ok(decision)
    }
}
