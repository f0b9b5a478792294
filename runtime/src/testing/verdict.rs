//! What an authorizer said, as tests look at it.

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Decision, decision::Judgement, log::chain};

/// What an authorizer said, or why it did not.
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

    /// What API Gateway does: 200 where the request passes, 401 where it lacks an identity source and the function is not
    /// asked, 403 where it is denied, 500 where the function fails.
    pub fn status(&self) -> StatusCode {
        match self.0 {
            Said::Unknown => StatusCode::UNAUTHORIZED,
            Said::Decided(Decision::Allow(_)) => StatusCode::OK,
            Said::Decided(Decision::Deny) => StatusCode::FORBIDDEN,
            Said::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What handlers learn of the caller.
    ///
    /// # Panics
    ///
    /// Where the request does not pass, or the context is not of this type.
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

    /// Why the function failed, as the log has it.
    pub fn cause(&self) -> Option<&str> {
        match &self.0 {
            Said::Failed(cause) => Some(cause),
            Said::Unknown | Said::Decided(_) => None,
        }
    }
}
