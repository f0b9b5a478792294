//! The answer of a Lambda authorizer: a simple response ([its form]).
//!
//! In: the answer's JSON. Out: whether the request may pass, and the context that handlers get. The other
//! form of a response, an IAM policy, is refused.
//!
//! [its form]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

/// The decision of an authorizer's function.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Whether the request may pass.
    pub authorized: bool,
    /// The value of `requestContext.authorizer.lambda`.
    pub context: Option<Arc<RawValue>>,
}

/// Why an answer is not a decision.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoDecision {
    /// Its JSON has another form.
    #[error(transparent)]
    Shape(#[from] serde_json::Error),
    /// It is an IAM policy.
    #[error("it answers with an IAM policy, and only simple responses are imitated")]
    Policy,
    /// It does not state whether the request may pass.
    #[error("its answer has no `isAuthorized`")]
    Undecided,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Simple {
    is_authorized: Option<bool>,
    context: Option<Map<String, Value>>,
    policy_document: Option<Value>,
}

/// Reads an answer.
pub fn decision(answer: &[u8]) -> Result<Decision, NoDecision> {
    let simple: Simple = serde_json::from_slice(answer)?;
    if simple.policy_document.is_some() {
        return Err(NoDecision::Policy);
    }
    let authorized = simple.is_authorized.ok_or(NoDecision::Undecided)?;
    let context = simple.context.map(|context| RawValue::from_string(Value::Object(context).to_string()));
    Ok(Decision { authorized, context: context.transpose()?.map(Arc::from) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_a_simple_response() {
        let context = |answer: &str| {
            let decision = decision(answer.as_bytes()).unwrap();
            (decision.authorized, decision.context.map(|context| context.get().to_owned()))
        };
        assert_eq!(context(r#"{"isAuthorized":true}"#), (true, None));
        assert_eq!(context(r#"{"isAuthorized":false,"context":null}"#), (false, None));
        let with_context = r#"{"isAuthorized":true,"context":{"a":[1,{}]}}"#;
        assert_eq!(context(with_context), (true, Some(r#"{"a":[1,{}]}"#.to_owned())));
        for (answer, why) in [
            (r#"{"principalId":"a","policyDocument":{}}"#, "IAM policy"),
            (r#"{"isAuthorized":true,"policyDocument":{}}"#, "IAM policy"),
            ("{}", "no `isAuthorized`"),
            (r#"{"isAuthorized":null}"#, "no `isAuthorized`"),
            (r#"{"isAuthorized":"true"}"#, "invalid type"),
            (r#"{"isAuthorized":true,"context":[]}"#, "invalid type"),
            ("true", "invalid type"),
        ] {
            let error = decision(answer.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{answer}: {error}");
        }
    }
}
