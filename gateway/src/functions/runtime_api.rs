//! The Lambda Runtime API, as a runtime client in the process uses it ([its definition]).
//!
//! Refused: requests that may come from a browser, response streaming, and the APIs for extensions and
//! telemetry.
//!
//! [its definition]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::{Body as _, Incoming},
    header::{self, HeaderValue},
    http::request::Parts,
};
use routegen_spec::limits::ANSWER_BYTES;
use serde::Deserialize;
use tokio::time::timeout;

use super::{
    outcome::InvokeError,
    state::{Dispatched, Environment},
};
use crate::FunctionError;

const PREFIX: &str = "/2018-06-01/runtime/";

/// Larger than any error report.
const ERROR_BYTES: usize = 256 * 1024;

/// How long a client may take for a body.
const BODY_TIME: Duration = Duration::from_secs(30);

/// How much of a refused body is read and discarded, so that the client reads the reason: more than an
/// answer may have, but bounded.
const AWAY_BYTES: usize = 4 * ANSWER_BYTES;

/// How long that may take.
const AWAY_TIME: Duration = Duration::from_secs(5);

pub(super) async fn answer(environment: &Environment, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, mut body) = request.into_parts();
    let mut response = answer_to(environment, &parts, &mut body).await;
    if !read_away(&mut body).await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Reads to the end of a body, unless it is too far away. Returns whether it reached the end.
async fn read_away(body: &mut Incoming) -> bool {
    body.is_end_stream() || timeout(AWAY_TIME, away(body)).await.unwrap_or(false)
}

async fn away(body: &mut Incoming) -> bool {
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        bytes += frame.data_ref().map_or(0, Bytes::len);
        if bytes > AWAY_BYTES {
            return false;
        }
    }
    true
}

async fn answer_to(environment: &Environment, parts: &Parts, body: &mut Incoming) -> Response<Full<Bytes>> {
    if !is_from_a_runtime(environment, &parts.headers) {
        return refuse(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "this is the Runtime API of a local Lambda function",
        );
    }
    let Some(path) = parts.uri.path().strip_prefix(PREFIX) else {
        let message = "only the Runtime API is imitated: no extensions, no logs, no telemetry";
        return refuse(StatusCode::NOT_FOUND, "NotFound", message);
    };
    let words: Vec<&str> = path.split('/').collect();
    match (&parts.method, words.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(environment).await,
        (&Method::POST, ["invocation", id, "response"]) => {
            response(environment, id, &parts.headers, body).await
        }
        (&Method::POST, ["invocation", id, "error"]) => error(environment, id, &parts.headers, body).await,
        (&Method::POST, ["init", "error"]) => {
            let Some(error) = reported(&parts.headers, body).await else { return truncated() };
            environment.cannot_start(error);
            accepted()
        }
        _ => refuse(StatusCode::NOT_FOUND, "NotFound", "the Runtime API has no such operation"),
    }
}

/// A web page can reach loopback by a host name of its own. It cannot leave out `origin` in a request that
/// changes anything, and it cannot choose `host`.
fn is_from_a_runtime(environment: &Environment, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    host == Some(environment.address.as_bytes())
        && !headers.contains_key(header::ORIGIN)
        && !headers.contains_key("sec-fetch-site")
}

async fn next(environment: &Environment) -> Response<Full<Bytes>> {
    let Ok(Dispatched { job, deadline }) = environment.next().await else {
        let message = "the last invocation has no response yet";
        return refuse(StatusCode::FORBIDDEN, "InvalidStateTransition", message);
    };
    let mut response = Response::new(Full::new(job.payload));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut set = |name: &'static str, text: &str| {
        headers.insert(name, HeaderValue::from_str(text).expect("ids, numbers and traces are visible ASCII"));
    };
    set("lambda-runtime-aws-request-id", &job.request_id);
    set("lambda-runtime-deadline-ms", &deadline.to_string());
    set("lambda-runtime-trace-id", &job.trace);
    headers.insert("lambda-runtime-invoked-function-arn", job.arn);
    response
}

async fn response(
    environment: &Environment,
    id: &str,
    headers: &HeaderMap,
    body: &mut Incoming,
) -> Response<Full<Bytes>> {
    if !environment.works_on(id) {
        return unknown(environment, id);
    }
    if !is_buffered(headers) {
        let message = "an HTTP API has no streamed responses";
        let error = FunctionError::new("Runtime.StreamingNotSupported", message);
        environment.complete(id, Err(InvokeError::Function(error)));
        return refuse(StatusCode::BAD_REQUEST, "InvalidResponseMode", message);
    }
    match read(body, ANSWER_BYTES).await {
        Ok(body) => {
            if environment.complete(id, Ok(body)) {
                accepted()
            } else {
                unknown(environment, id)
            }
        }
        Err(Unread::TooLarge(bytes)) => {
            let error = InvokeError::AnswerTooLarge { bytes };
            let message = error.to_string();
            environment.complete(id, Err(error));
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
        }
        Err(Unread::Truncated) => truncated(),
    }
}

async fn error(
    environment: &Environment,
    id: &str,
    headers: &HeaderMap,
    body: &mut Incoming,
) -> Response<Full<Bytes>> {
    if !environment.works_on(id) {
        return unknown(environment, id);
    }
    let Some(error) = reported(headers, body).await else { return truncated() };
    environment.complete(id, Err(InvokeError::Function(error)));
    accepted()
}

/// A function's error report, in Lambda's form or any other; `None` if it is incomplete.
async fn reported(headers: &HeaderMap, body: &mut Incoming) -> Option<FunctionError> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Report {
        error_type: Option<String>,
        error_message: Option<String>,
    }
    let kind = headers.get("lambda-runtime-function-error-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let body = match read(body, ERROR_BYTES).await {
        Ok(body) => body,
        Err(Unread::TooLarge(_)) => Bytes::new(),
        Err(Unread::Truncated) => return None,
    };
    let report: Report = serde_json::from_slice(&body).unwrap_or_default();
    let kind = report.error_type.or(kind).unwrap_or_else(|| "Runtime.Unknown".to_owned());
    let message = report.error_message.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
    Some(FunctionError::new(kind, message))
}

/// Why a body could not be read.
enum Unread {
    /// It has this many bytes, as far as it declares its length or was read.
    TooLarge(u64),
    /// It broke off or did not arrive. The environment's watcher notices whether the client's process is
    /// still running.
    Truncated,
}

async fn read(body: &mut Incoming, most: usize) -> Result<Bytes, Unread> {
    let declared = body.size_hint().exact();
    match timeout(BODY_TIME, Limited::new(&mut *body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Unread::TooLarge(declared.unwrap_or(most as u64 + 1)))
        }
        Ok(Err(_)) | Err(_) => Err(Unread::Truncated),
    }
}

/// Whether an answer is buffered, which is the default.
fn is_buffered(headers: &HeaderMap) -> bool {
    let mode = headers.get("lambda-runtime-function-response-mode").map(HeaderValue::as_bytes);
    mode.is_none_or(|mode| mode.is_empty() || mode.eq_ignore_ascii_case(b"buffered"))
}

fn truncated() -> Response<Full<Bytes>> {
    refuse(StatusCode::BAD_REQUEST, "TruncatedResponse", "the body broke off")
}

fn accepted() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}\n")));
    *response.status_mut() = StatusCode::ACCEPTED;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Each invocation is answered only once. For the one that ended last, the reason is the environment's
/// state, as in AWS's own emulator (aws/aws-lambda-runtime-interface-emulator, `lambda/rapi/handler`), even
/// if its answer was too large.
fn unknown(environment: &Environment, id: &str) -> Response<Full<Bytes>> {
    if environment.has_just_ended(id) {
        let message = format!("the invocation {id} has ended");
        return refuse(StatusCode::FORBIDDEN, "InvalidStateTransition", &message);
    }
    let message = format!("there is no invocation {id}, or its time is up");
    refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", &message)
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response<Full<Bytes>> {
    let body = serde_json::json!({ "errorType": kind, "errorMessage": message });
    let mut response = Response::new(Full::new(body.to_string().into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
