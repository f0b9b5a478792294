//! An authorizer's decision about a caller.
//!
//! In: the result of a function with `#[authorizer]`. Out: the decision with its context as JSON, or the
//! error that API Gateway receives instead. It refuses a context that is not a JSON object.

use lambda_runtime::Error;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::Problem;

/// Whether a caller may pass, and the context that handlers receive about the caller.
///
/// It is the result of a function with `#[authorizer]`. `T` is the context: a struct or map that serde
/// serializes as a JSON object, which handlers read as [`Claims<T>`](crate::Claims), or `()` for none. Values
/// may be of any JSON type, including nested ones.
///
/// ```
/// use routegen::Decision;
///
/// #[derive(serde::Serialize)]
/// struct Caller {
///     tenant: String,
/// }
///
/// fn who(key: &str) -> Decision<Caller> {
///     match key.split_once('.') {
///         Some((tenant, "secret")) => Decision::Allow(Caller { tenant: tenant.to_owned() }),
///         _ => Decision::Deny,
///     }
/// }
/// assert!(who("acme.secret").is_allowed());
/// assert!(!who("acme").is_allowed());
/// ```
///
/// An `Option` with a context converts into a decision, and so does a `bool`:
///
/// ```
/// use std::collections::HashMap;
///
/// use routegen::Decision;
///
/// let tenants = HashMap::from([("k1", HashMap::from([("tenant", "acme")]))]);
/// assert!(Decision::from(tenants.get("k1")).is_allowed());
/// assert_eq!(Decision::from("k2" == "k1"), Decision::Deny);
/// ```
///
/// A denied caller gets 403. That is a decision, and API Gateway may cache it (`ttl`). If no decision is
/// possible, for example because a database does not answer, return an error: `Result<Decision<T>, Problem>`.
/// The caller then gets 500, and nothing is cached.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[must_use = "a decision counts where the authorizer returns it"]
pub enum Decision<T = ()> {
    /// The caller may pass.
    Allow(T),
    /// The caller may not pass.
    Deny,
}

impl<T> Decision<T> {
    /// Whether the caller may pass.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow(_))
    }

    /// The context, if the caller may pass.
    pub fn context(self) -> Option<T> {
        match self {
            Self::Allow(context) => Some(context),
            Self::Deny => None,
        }
    }
}

impl<T> From<Option<T>> for Decision<T> {
    fn from(context: Option<T>) -> Self {
        context.map_or(Self::Deny, Self::Allow)
    }
}

impl From<bool> for Decision {
    fn from(allowed: bool) -> Self {
        if allowed { Self::Allow(()) } else { Self::Deny }
    }
}

/// The decision as the runtime handles it: the context is JSON, or `None` if there is none.
pub(crate) type Judgement = Result<Decision<Option<Box<RawValue>>>, Error>;

/// An authorizer's result with its types erased. `M` only distinguishes the implementations for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a decision that an authorizer can return",
    label = "not a decision",
    note = "return `Decision<T>` or `Result<Decision<T>, routegen::Problem>`, where `T` implements `serde::Serialize`"
)]
pub trait IntoDecision<M> {
    /// Returns the decision.
    fn into_decision(self) -> Judgement;
}

/// Marks a decision that cannot fail.
#[derive(Debug)]
pub struct Sure;

/// Marks results whose error is, or converts into, a boxed one.
#[derive(Debug)]
pub struct ViaError;

/// Marks results whose error is a problem.
#[derive(Debug)]
pub struct ViaProblem;

impl<T: Serialize> IntoDecision<Sure> for Decision<T> {
    fn into_decision(self) -> Judgement {
        match self {
            Self::Allow(context) => erase(to_raw_value(&context)?),
            Self::Deny => Ok(Decision::Deny),
        }
    }
}

impl<T: Serialize, E: Into<Error>> IntoDecision<ViaError> for Result<Decision<T>, E> {
    fn into_decision(self) -> Judgement {
        self.map_err(Into::into)?.into_decision()
    }
}

impl<T: Serialize> IntoDecision<ViaProblem> for Result<Decision<T>, Problem> {
    fn into_decision(self) -> Judgement {
        self.map_err(Problem::into_error)?.into_decision()
    }
}

/// API Gateway accepts only an object as the context, and treats anything else as a failed function.
fn erase(context: Box<RawValue>) -> Judgement {
    match context.get() {
        "null" => Ok(Decision::Allow(None)),
        json if json.starts_with('{') => Ok(Decision::Allow(Some(context))),
        json => Err(format!("an authorizer's context is a JSON object, and this is {json}").into()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::http::StatusCode;

    use super::*;

    /// The context, "denied", or the error.
    fn shown<M>(result: impl IntoDecision<M>) -> String {
        match result.into_decision() {
            Ok(Decision::Allow(context)) => {
                context.map_or("nothing".to_owned(), |json| json.get().to_owned())
            }
            Ok(Decision::Deny) => "denied".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_context_is_an_object_or_nothing() {
        let map = BTreeMap::from([("roles", vec!["a", "b"])]);
        assert_eq!(shown(Decision::Allow(map)), r#"{"roles":["a","b"]}"#);
        assert_eq!(shown(Decision::Allow(())), "nothing");
        assert_eq!(shown(Decision::<()>::Deny), "denied");
        assert_eq!(shown(Decision::Allow([1])), "an authorizer's context is a JSON object, and this is [1]");
        assert_eq!(
            shown(Decision::Allow("x")),
            "an authorizer's context is a JSON object, and this is \"x\""
        );
        let no_json = BTreeMap::from([((1, 2), 3)]);
        assert_eq!(shown(Decision::Allow(no_json)), "key must be a string");
    }

    #[test]
    fn every_kind_of_error_is_one_and_no_decision() {
        assert_eq!(shown(Err::<Decision, _>(Error::from("boxed"))), "boxed");
        assert_eq!(shown(Err::<Decision, _>("text")), "text");
        assert_eq!(
            shown(Err::<Decision, _>(std::env::VarError::NotPresent)),
            "environment variable not found"
        );
        assert_eq!(shown(Err::<Decision, _>(Problem::from("cause"))), "500 Internal Server Error: cause");
        let said = Problem::new(StatusCode::FORBIDDEN).with_detail("no");
        assert_eq!(shown(Err::<Decision, _>(said)), "403 Forbidden: no");
        assert_eq!(shown(Ok::<_, Problem>(Decision::from(true))), "nothing");
    }
}
