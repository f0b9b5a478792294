//! Errors as clients see them: problem details of RFC 9457.

use std::{error::Error, fmt, sync::Arc};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// An error of a handler, answered as `application/problem+json` ([RFC 9457]).
///
/// `?` makes any error one with status 500. The client then learns the status and nothing else; the error itself and
/// its sources go to the function's log.
///
/// ```
/// use routegen::{Problem, http::StatusCode};
///
/// fn parse(text: &str) -> Result<u32, Problem> {
///     if text.is_empty() {
///         return Err(Problem::new(StatusCode::BAD_REQUEST).with_detail("the number is missing"));
///     }
///     Ok(text.parse()?)
/// }
/// assert_eq!(parse("").unwrap_err().status(), StatusCode::BAD_REQUEST);
/// assert_eq!(parse("x").unwrap_err().status(), StatusCode::INTERNAL_SERVER_ERROR);
/// ```
///
/// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
pub struct Problem {
    status: StatusCode,
    detail: Option<String>,
    cause: Option<Cause>,
}

/// Why a problem came up, kept in the response's extensions for the log.
#[derive(Clone)]
pub(crate) struct Cause(Arc<dyn Error + Send + Sync>);

impl Problem {
    /// A problem of which the client learns `status` and its standard title.
    pub fn new(status: StatusCode) -> Self {
        Self { status, detail: None, cause: None }
    }

    /// Tells the client what is wrong with this very request.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Keeps the error that led here, for the log only.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(Cause(Arc::from(cause.into())));
        self
    }

    /// The status that the client receives.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR).with_cause(cause)
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        /// The members of RFC 9457, section 3.1. `type` is left out, which means `about:blank`: the title is then
        /// the status's own.
        #[derive(Serialize)]
        struct Members<'a> {
            title: &'a str,
            status: u16,
            #[serde(skip_serializing_if = "Option::is_none")]
            detail: Option<&'a str>,
        }

        let members = Members {
            title: self.status.canonical_reason().unwrap_or("Unknown"),
            status: self.status.as_u16(),
            detail: self.detail.as_deref(),
        };
        let body = serde_json::to_string(&members).unwrap_or_default();
        let content_type = HeaderValue::from_static("application/problem+json");
        let mut response = (self.status, [(header::CONTENT_TYPE, content_type)], body).into_response();
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("status", &self.status)
            .field("detail", &self.detail)
            .field("cause", &self.cause.as_ref().map(ToString::to_string))
            .finish()
    }
}

impl fmt::Display for Cause {
    /// The error and its sources, from the outside in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
