//! `[[accepted]]`: changes of the API that `routegen diff` finds and someone has accepted.
//!
//! In: the tables. Out: the accepted changes. It refuses an entry without a reason, and a date that does not
//! exist.

use std::sync::Arc;

use miette::NamedSource;
use routegen_spec::Date;
use serde::Deserialize;
use toml::Spanned;

use super::{
    key_span::KeySpan,
    mistake::{Mistake, spanned},
};
use crate::project::Error;

/// A change of the API that `routegen diff` accepts.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Accepted"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The id of the rule that reports it, as `routegen diff` prints it.
    #[cfg_attr(test, schemars(with = "String"))]
    id: Spanned<String>,
    /// The route key, as `routegen diff` prints it.
    operation: String,
    /// The fingerprint of the change, as `routegen diff` prints it.
    fingerprint: String,
    /// Why it is accepted.
    #[cfg_attr(test, schemars(with = "String", length(min = 1)))]
    reason: Spanned<String>,
    /// The day from which it is no longer accepted, for example `2027-01-31`.
    #[cfg_attr(test, schemars(with = "Option<String>", extend("format" = "date")))]
    until: Option<Spanned<String>>,
}

/// A change that is accepted.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// The id of the rule.
    pub(crate) id: String,
    pub(crate) operation: String,
    pub(crate) fingerprint: String,
    /// The date from which it is no longer accepted.
    pub(crate) until: Option<Date>,
    place: KeySpan,
}

impl Written {
    pub(super) fn validate(&self) -> Result<(), Mistake> {
        if self.reason.as_ref().trim().is_empty() {
            return Err(spanned("`reason` must explain why the change is accepted", &self.reason));
        }
        self.until().map(drop)
    }

    fn until(&self) -> Result<Option<Date>, Mistake> {
        let Some(until) = &self.until else { return Ok(None) };
        until.as_ref().parse().map(Some).map_err(|error: routegen_spec::DateError| Mistake {
            help: Some(error.help()),
            ..spanned(&error.to_string(), until)
        })
    }

    pub(super) fn accepted(&self, source_code: Option<&Arc<NamedSource<String>>>) -> Accepted {
        Accepted {
            id: self.id.as_ref().clone(),
            operation: self.operation.clone(),
            fingerprint: self.fingerprint.clone(),
            until: self.until().ok().flatten(),
            place: KeySpan { span: self.id.span(), source_code: source_code.cloned() },
        }
    }
}

impl Accepted {
    /// An error about this entry.
    pub(crate) fn mistake(&self, reason: String, help: Option<String>) -> Error {
        self.place.mistake(reason, help)
    }
}
