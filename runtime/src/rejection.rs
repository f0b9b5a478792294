//! Why an argument could not be made, as clients see it.
//!
//! In: the response that an extractor answers with in place of its value. Out: a problem of RFC 9457, if the response
//! is a plain text or nothing; a response that has a form of its own, such as a custom extractor's JSON or a redirect,
//! stays as it is. It does not look at types: axum's extractors and everyone else's are treated alike.

use axum::{
    body::{Body, to_bytes},
    http::header,
    response::{IntoResponse, Response},
};
use lambda_http::Error;

use crate::{Problem, problem::Cause};

/// The response in place of an argument, as the extractor made it.
#[derive(Debug)]
pub struct Rejection(Response);

impl Rejection {
    pub(crate) fn new(rejection: impl IntoResponse) -> Self {
        Self(rejection.into_response())
    }

    /// Why the argument could not be made, where no client receives a response. What is wrong with the server is an error.
    pub(crate) async fn into_reason(self) -> Result<String, Error> {
        let Self(response) = self;
        let (parts, body) = response.into_parts();
        let text = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = match parts.extensions.get::<Cause>() {
            Some(cause) => cause.to_string(),
            None => String::from_utf8_lossy(&text).into_owned(),
        };
        let reason =
            if text.is_empty() { parts.status.to_string() } else { format!("{}: {text}", parts.status) };
        if parts.status.is_server_error() { Err(reason.into()) } else { Ok(reason) }
    }

    /// The response that the client receives.
    pub(crate) async fn into_problem(self) -> Response {
        let Self(response) = self;
        let status = response.status();
        if !(status.is_client_error() || status.is_server_error()) || !is_plain(&response) {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        // It is in memory, in one piece: what cannot be read has no text to tell.
        let text = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let problem = match text {
            text if text.is_empty() => Problem::new(status),
            // What is wrong with the server is for its author.
            text if status.is_server_error() => Problem::new(status).with_cause(text),
            text => Problem::new(status).with_detail(text),
        };
        let (head, body) = problem.into_response().into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        // The rejection's other headers hold: an extractor that checks a password says how to give one.
        parts.headers.extend(head.headers);
        if let Some(cause) = head.extensions.get::<Cause>() {
            parts.extensions.insert(cause.clone());
        }
        Response::from_parts(parts, body)
    }
}

/// Whether the response has no form that its author chose: a text as axum's own rejections are, or nothing at all.
fn is_plain(response: &Response<Body>) -> bool {
    match response.headers().get(header::CONTENT_TYPE) {
        None => true,
        Some(kind) => kind.to_str().is_ok_and(|kind| {
            let essence = kind.split(';').next().unwrap_or_default();
            essence.trim().eq_ignore_ascii_case("text/plain")
        }),
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Json,
        http::{HeaderName, StatusCode},
    };
    use futures_util::FutureExt as _;

    use super::*;

    /// Status, content type, body, and what the log is told.
    fn answer(rejection: impl IntoResponse) -> (u16, String, String, Option<String>) {
        let response = Rejection::new(rejection).into_problem().now_or_never().unwrap();
        let (parts, body) = response.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.map_or_else(String::new, |kind| kind.to_str().unwrap().to_owned());
        let body = to_bytes(body, usize::MAX).now_or_never().unwrap().unwrap();
        let cause = parts.extensions.get::<Cause>().map(ToString::to_string);
        (parts.status.as_u16(), kind, String::from_utf8(body.to_vec()).unwrap(), cause)
    }

    const PROBLEM: &str = "application/problem+json";

    #[test]
    fn a_text_is_the_detail_of_a_problem() {
        let expected = r#"{"title":"Bad Request","status":400,"detail":"no \"id\""}"#;
        let text = (StatusCode::BAD_REQUEST, "no \"id\"");
        assert_eq!(answer(text), (400, PROBLEM.into(), expected.into(), None));
    }

    #[test]
    fn a_status_alone_is_a_problem_without_detail() {
        let expected = r#"{"title":"Forbidden","status":403}"#;
        assert_eq!(answer(StatusCode::FORBIDDEN), (403, PROBLEM.into(), expected.into(), None));
    }

    #[test]
    fn what_is_wrong_with_the_server_goes_to_the_log() {
        let rejection = (StatusCode::INTERNAL_SERVER_ERROR, "no extension `Pool`");
        let expected = r#"{"title":"Internal Server Error","status":500}"#;
        assert_eq!(
            answer(rejection),
            (500, PROBLEM.into(), expected.into(), Some("no extension `Pool`".into()))
        );
    }

    #[test]
    fn a_form_of_the_extractors_own_stays() {
        let json = (StatusCode::BAD_REQUEST, Json("no"));
        assert_eq!(answer(json), (400, "application/json".into(), "\"no\"".into(), None));
        let problem = Problem::new(StatusCode::BAD_REQUEST).with_detail("no").with_cause("secret");
        let expected = r#"{"title":"Bad Request","status":400,"detail":"no"}"#;
        assert_eq!(answer(problem), (400, PROBLEM.into(), expected.into(), Some("secret".into())));
        let redirect = axum::response::Redirect::to("/login");
        assert_eq!(answer(redirect).0, 303);
    }

    #[test]
    fn headers_of_the_rejection_hold_except_for_those_of_its_body() {
        let headers = [
            (header::WWW_AUTHENTICATE, "Basic"),
            (header::CONTENT_LENGTH, "2"),
            (HeaderName::from_static("retry-after"), "3"),
        ];
        let rejection = Rejection::new((StatusCode::UNAUTHORIZED, headers, "no"));
        let response = rejection.into_problem().now_or_never().unwrap();
        let names: Vec<&str> = response.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Basic");
        assert_eq!(response.headers()["retry-after"], "3");
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM);
    }
}
