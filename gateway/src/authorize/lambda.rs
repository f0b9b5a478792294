//! A Lambda authorizer: its function is asked with the event of payload format 2.0, and gives a simple response ([its rules]).
//!
//! Refused: the other form of response, an IAM policy.
//!
//! [its rules]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};
use tokio::time::Instant;

use super::{Refused, SourceOf, identity_source::Found, kept::Kept};
use crate::{
    event::{Call, Identity, authorizer_event},
    lambda::{self, LambdaFunction, Services},
    refusal::Refusal,
};

/// What is kept of a function's answers at most: the largest that it can give, and then some.
const KEPT_BYTES: usize = 8 * 1024 * 1024;

/// Asks a function, and keeps its answers.
#[derive(Debug)]
pub(crate) struct LambdaDecider {
    function: Arc<LambdaFunction>,
    sources: Vec<SourceOf>,
    ttl: Duration,
    /// With the time until which they count.
    kept: Kept<Vec<String>, (Instant, Decision), KEPT_BYTES>,
}

#[derive(Clone, Debug)]
struct Decision {
    authorized: bool,
    context: Option<Arc<RawValue>>,
}

/// A simple response.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Simple {
    is_authorized: Option<bool>,
    context: Option<Map<String, Value>>,
    policy_document: Option<Value>,
}

impl LambdaDecider {
    pub(crate) fn new(function: Arc<LambdaFunction>, sources: Vec<SourceOf>, ttl: Duration) -> Self {
        Self { function, sources, ttl, kept: Kept::default() }
    }

    pub(crate) async fn decide(
        &self,
        call: &Call<'_>,
        services: &Services,
        asked: &mut Option<String>,
    ) -> Result<Identity, Refused> {
        let mut identity = Vec::with_capacity(self.sources.len());
        for source in &self.sources {
            match source.find(call) {
                Found::One(text) => identity.push(text.into_owned()),
                Found::Nothing | Found::Several => {
                    let why = "the request has not exactly one value for each identity source".to_owned();
                    return Err(Refused { refusal: Refusal::Unauthorized(None), why });
                }
            }
        }
        let decision = match self.kept(&identity) {
            Some(decision) => decision,
            None => self.ask(call, identity, services, asked).await.map_err(|why| {
                let refusal = Refusal::InternalServerError;
                Refused { refusal, why: format!("the authorizer `{}` failed: {why}", self.function.name) }
            })?,
        };
        if decision.authorized {
            return Ok(Identity::Lambda(decision.context));
        }
        let why = format!("the authorizer `{}` said no", self.function.name);
        Err(Refused { refusal: Refusal::Forbidden(None), why })
    }

    fn kept(&self, identity: &[String]) -> Option<Decision> {
        let (until, decision) = self.kept.get(identity)?;
        (Instant::now() < until).then_some(decision)
    }

    async fn ask(
        &self,
        call: &Call<'_>,
        identity: Vec<String>,
        services: &Services,
        asked: &mut Option<String>,
    ) -> Result<Decision, String> {
        let payload = authorizer_event(call, &identity);
        let (request_id, trace) = (services.ids.invocation(), call.trace.to_owned());
        *asked = Some(request_id.clone());
        let question = lambda::Call { request_id, payload, trace };
        let answer = self.function.invoke(question).await.outcome.map_err(|error| error.to_string())?;
        let simple: Simple = serde_json::from_slice(&answer).map_err(|error| error.to_string())?;
        if simple.policy_document.is_some() {
            return Err("it answers with an IAM policy, and only simple responses are imitated".to_owned());
        }
        let authorized = simple.is_authorized.ok_or("its answer has no `isAuthorized`")?;
        let context = simple.context.map(|context| RawValue::from_string(Value::Object(context).to_string()));
        let context = context.transpose().map_err(|error| error.to_string())?.map(Arc::from);
        let decision = Decision { authorized, context };
        // Without identity sources everybody would share one answer.
        if !self.ttl.is_zero() && !identity.is_empty() {
            let context = decision.context.as_ref().map_or(0, |context| context.get().len());
            let bytes = context + identity.iter().map(String::len).sum::<usize>();
            self.kept.put(identity, (Instant::now() + self.ttl, decision.clone()), bytes);
        }
        Ok(decision)
    }
}
