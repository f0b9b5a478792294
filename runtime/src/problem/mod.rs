//! Errors as clients see them: problem details of RFC 9457.

mod typed;

use std::{borrow::Cow, error::Error, fmt, sync::Arc};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::value::RawValue;

pub use self::typed::{Failure, IntoProblem, NotAnError, check_error_status, downcast, error_status};
use crate::log::chain;

/// A handler's error, answered as `application/problem+json` ([RFC 9457]).
///
/// `?` converts any error into one with status 500: anything that implements [`std::error::Error`], a boxed
/// error such as [`Error`], an `anyhow::Error`, or a string. The client then sees the status and
/// nothing else; the error itself and its sources go to the function's log.
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
/// A kind of problem that clients need to distinguish has its own `type` and `title`, and members with the
/// data that clients need to continue:
///
/// ```
/// use routegen::{Problem, http::StatusCode};
///
/// fn out_of_credit(balance: u32) -> Problem {
///     Problem::new(StatusCode::FORBIDDEN)
///         .with_type("https://example.com/probs/out-of-credit")
///         .with_title("You do not have enough credit")
///         .with_detail(format!("Your balance is {balance}, but that costs 50"))
///         .with_instance("/account/12345/msgs/abc")
///         .with_member("balance", &balance)
/// }
/// # out_of_credit(30);
/// ```
///
/// If a service has its own errors, each with a status, define them as a type: see
/// [`#[derive(Problem)]`](derive@crate::Problem).
///
/// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
pub struct Problem(Box<Members>);

/// Boxed, so that a handler's `Result` is no larger than its success value.
struct Members {
    status: StatusCode,
    kind: Option<Cow<'static, str>>,
    title: Option<Cow<'static, str>>,
    detail: Option<Cow<'static, str>>,
    instance: Option<Cow<'static, str>>,
    others: Vec<(Cow<'static, str>, Box<RawValue>)>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// The cause of a problem, kept in the response's extensions for the log.
#[derive(Clone)]
pub(crate) struct Cause(Arc<dyn Error + Send + Sync>);

impl Problem {
    /// Creates a problem that shows the client `status` and its standard title.
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Members {
            status,
            kind: None,
            title: None,
            detail: None,
            instance: None,
            others: Vec::new(),
            cause: None,
        }))
    }

    /// Sets the URI that identifies the kind of problem; the default is `about:blank`. Clients compare it. It
    /// does not have to resolve, but should lead to a page for people.
    #[must_use]
    pub fn with_type(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = Some(uri.into());
        self
    }

    /// Sets a short description of the kind of problem, instead of the status's own phrase. It is the same
    /// for every problem of the type.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.0.title = Some(title.into());
        self
    }

    /// Sets the detail: what is wrong with this particular request.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Sets a URI that identifies this occurrence.
    #[must_use]
    pub fn with_instance(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.instance = Some(uri.into());
        self
    }

    /// Adds your own member (RFC 9457, section 3.2), after the standard ones.
    ///
    /// A value that cannot be serialized as JSON is left out, and its error becomes the
    /// [cause](Self::with_cause).
    ///
    /// # Panics
    ///
    /// If `name` is a standard member or was added before: JSON members are unique.
    #[must_use]
    #[track_caller]
    pub fn with_member(mut self, name: impl Into<Cow<'static, str>>, value: &impl Serialize) -> Self {
        let name = name.into();
        let taken = STANDARD.contains(&&*name) || self.0.others.iter().any(|(other, _)| *other == name);
        assert!(!taken, "the problem has a member `{name}` already");
        match serde_json::value::to_raw_value(value) {
            Ok(value) => self.0.others.push((name, value)),
            Err(error) => return self.with_cause(error),
        }
        self
    }

    /// Sets the error that led here, for the log only.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The status that the client receives.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What the client sees about this request.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// Converts the problem into an error, where no client receives it.
    pub(crate) fn into_error(self) -> Box<dyn Error + Send + Sync> {
        let cause = self.0.cause.as_deref().map(|cause| chain(cause));
        match cause.as_deref().or(self.detail()) {
            Some(why) => format!("{}: {why}", self.status()).into(),
            None => self.status().to_string().into(),
        }
    }

    pub(crate) fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR).with_cause(cause)
    }
}

/// The bound is wider than `Error`, which boxed errors do not implement; all of them become a boxed error.
impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::internal(error)
    }
}

/// The members of RFC 9457, section 3.1.
const STANDARD: [&str; 5] = ["type", "title", "status", "detail", "instance"];

impl Serialize for Members {
    /// `type` is omitted if it is `about:blank`: the title is then the status's own.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let title = self.title.as_deref().or(self.status.canonical_reason()).unwrap_or("Unknown");
        let mut map = serializer.serialize_map(None)?;
        let [kind, title_key, status, detail, instance] = STANDARD;
        if let Some(value) = &self.kind {
            map.serialize_entry(kind, value)?;
        }
        map.serialize_entry(title_key, title)?;
        map.serialize_entry(status, &self.status.as_u16())?;
        for (name, value) in [(detail, &self.detail), (instance, &self.instance)] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, value) in &self.others {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_string(&self.0).unwrap_or_default();
        let content_type = HeaderValue::from_static("application/problem+json");
        let mut response = (self.0.status, [(header::CONTENT_TYPE, content_type)], body).into_response();
        if let Some(cause) = self.0.cause {
            response.extensions_mut().insert(Cause(Arc::from(cause)));
        }
        response
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("status", &self.0.status)
            .field("type", &self.0.kind)
            .field("title", &self.0.title)
            .field("detail", &self.0.detail)
            .field("instance", &self.0.instance)
            .field("members", &self.0.others)
            .field("cause", &self.0.cause.as_deref().map(|cause| chain(cause)))
            .finish()
    }
}

impl fmt::Display for Cause {
    /// The error and its sources, from the outside in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(&*self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(problem: &Problem) -> String {
        serde_json::to_string(&problem.0).unwrap()
    }

    #[test]
    fn a_problem_has_the_members_that_were_said_and_no_other() {
        assert_eq!(
            json(&Problem::new(StatusCode::NOT_FOUND).with_cause("secret")),
            r#"{"title":"Not Found","status":404}"#
        );
        let full = Problem::new(StatusCode::FORBIDDEN)
            .with_member("accounts", &["/account/1"])
            .with_instance("/messages/1")
            .with_detail("30 is less than \"50\"")
            .with_title("Out of credit")
            .with_type("https://example.com/credit")
            .with_member("balance", &30);
        assert_eq!(
            json(&full),
            "{\"type\":\"https://example.com/credit\",\"title\":\"Out of credit\",\"status\":403,\
             \"detail\":\"30 is less than \\\"50\\\"\",\"instance\":\"/messages/1\",\
             \"accounts\":[\"/account/1\"],\"balance\":30}"
        );
    }

    #[test]
    #[should_panic(expected = "the problem has a member `status` already")]
    fn a_standard_member_cannot_be_added() {
        let _ = Problem::new(StatusCode::FORBIDDEN).with_member("status", &200);
    }

    #[test]
    fn a_member_that_cannot_be_json_is_left_out_and_told_to_the_log() {
        let problem = Problem::new(StatusCode::FORBIDDEN)
            .with_member("map", &std::collections::BTreeMap::from([((1, 2), 3)]));
        assert_eq!(json(&problem), r#"{"title":"Forbidden","status":403}"#);
        assert_eq!(chain(&*problem.0.cause.unwrap()), "key must be a string");
    }

    #[test]
    fn every_kind_of_error_becomes_a_problem_that_hides_it() {
        fn boxed() -> Result<(), Problem> {
            Err(lambda_runtime::Error::from("secret"))?;
            Ok(())
        }
        fn text() -> Result<(), Problem> {
            Err("secret")?;
            Ok(())
        }
        fn typed() -> Result<(), Problem> {
            Err(std::io::Error::other("secret"))?;
            Ok(())
        }
        for failed in [boxed, text, typed] {
            let problem = failed().unwrap_err();
            assert_eq!(json(&problem), r#"{"title":"Internal Server Error","status":500}"#);
            assert_eq!(chain(&*problem.0.cause.unwrap()), "secret");
        }
    }
}
