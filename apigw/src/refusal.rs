//! The answers that API Gateway gives by itself, with its texts.

use bytes::Bytes;
use http::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE},
};

/// A refusal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// The path or the query is not text.
    BadRequest,
    /// The request has no valid credentials; with the value of `www-authenticate`.
    Unauthorized(Option<String>),
    /// The caller is known but not allowed; with the value of `www-authenticate`.
    Forbidden(Option<String>),
    /// No route matches the request.
    NotFound,
    /// The body arrived too slowly.
    RequestTimeout,
    /// The body is larger than API Gateway or Lambda accepts.
    PayloadTooLarge,
    /// The route is throttled.
    TooManyRequests,
    /// The request line and headers are larger than API Gateway accepts.
    HeadersTooLarge,
    /// The function failed, or its answer is not a response.
    InternalServerError,
    /// The body has an unknown coding.
    NotImplemented,
    /// The function took longer than API Gateway waits.
    ServiceUnavailable,
}

impl Refusal {
    /// The status and the body. The bodies of 400, 408, 413, 431 and 501 are not documented; those of 403
    /// and 503 are reported.
    pub fn parts(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, r#"{"message":"Bad Request"}"#),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, r#"{"message":"Unauthorized"}"#),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, r#"{"message":"Forbidden"}"#),
            Self::NotFound => (StatusCode::NOT_FOUND, r#"{"message":"Not Found"}"#),
            Self::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, r#"{"message":"Request Timeout"}"#),
            Self::PayloadTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, r#"{"message":"Request Entity Too Large"}"#)
            }
            Self::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, r#"{"message":"Too Many Requests"}"#),
            Self::HeadersTooLarge => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                r#"{"message":"Request Header Fields Too Large"}"#,
            ),
            Self::InternalServerError => {
                (StatusCode::INTERNAL_SERVER_ERROR, r#"{"message":"Internal Server Error"}"#)
            }
            Self::NotImplemented => (StatusCode::NOT_IMPLEMENTED, r#"{"message":"Not Implemented"}"#),
            Self::ServiceUnavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, r#"{"message":"Service Unavailable"}"#)
            }
        }
    }

    /// The response that a client gets.
    pub fn response(&self) -> Response<Bytes> {
        let (status, body) = self.parts();
        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Self::Unauthorized(Some(challenge)) | Self::Forbidden(Some(challenge)) = self
            && let Ok(challenge) = HeaderValue::from_str(challenge)
        {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
