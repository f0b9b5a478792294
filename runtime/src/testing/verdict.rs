//! An authorizer's decision, for tests.

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Decision, decision::Judgement, log::chain};

/// An authorizer's decision, or why there is none.
#[derive(Clone, Debug)]
pub struct Verdict(Said);

#[derive(Clone, Debug)]
enum Said {
    /// The request lacks an identity source.
    Unknown,
    Decided(Decision<Option<Box<RawValue>>>),
    Failed(String),
}

impl Verdict {
    pub(super) fn unknown() -> Self {
        Self(Said::Unknown)
    }

    pub(super) fn of(judgement: Judgement) -> Self {
        Self(judgement.map_or_else(|error| Said::Failed(chain(&*error)), Said::Decided))
    }

    /// Whether the request may pass.
    pub fn is_allowed(&self) -> bool {
        matches!(self.0, Said::Decided(Decision::Allow(_)))
    }

    /// The status that API Gateway would return: 200 if the request passes, 401 if it lacks an identity
    /// source and the function is not called, 403 if it is denied, 500 if the function fails.
    pub fn status(&self) -> StatusCode {
        match self.0 {
            Said::Unknown => StatusCode::UNAUTHORIZED,
            Said::Decided(Decision::Allow(_)) => StatusCode::OK,
            Said::Decided(Decision::Deny) => StatusCode::FORBIDDEN,
            Said::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The context that handlers receive about the caller.
    ///
    /// # Panics
    ///
    /// If the request does not pass, or the context is not of this type.
    #[track_caller]
    pub fn context<T: DeserializeOwned>(&self) -> T {
        let Said::Decided(Decision::Allow(context)) = &self.0 else {
            panic!("the request does not pass: {:?}", self.0);
        };
        let context = context.as_ref().map_or("null", |context| context.get());
        match serde_json::from_str(context) {
            Ok(context) => context,
            Err(error) => panic!("the context is not what was expected ({error}): {context}"),
        }
    }

    /// Why the function failed, as logged.
    pub fn cause(&self) -> Option<&str> {
        match &self.0 {
            Said::Failed(cause) => Some(cause),
            Said::Unknown | Said::Decided(_) => None,
        }
    }
}
