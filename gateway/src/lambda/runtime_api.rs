//! The Lambda Runtime API, as a runtime client in the process sees it ([its definition]).
//!
//! Refused: requests that a browser could have made, response streaming, and the APIs of extensions and telemetry.
//!
//! [its definition]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderValue},
};
use serde::Deserialize;

use super::{
    InvokeError, PAYLOAD_BYTES,
    environment::{Dispatched, Environment},
};
use crate::FunctionError;

const PREFIX: &str = "/2018-06-01/runtime/";

/// More than any report of an error has.
const ERROR_BYTES: usize = 256 * 1024;

pub(super) async fn answer(environment: &Environment, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if !is_from_a_runtime(environment, &request) {
        return refuse(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "this is the Runtime API of a local Lambda function",
        );
    }
    let path = request.uri().path();
    let Some(path) = path.strip_prefix(PREFIX).map(str::to_owned) else {
        let message = "only the Runtime API is imitated: no extensions, no logs, no telemetry";
        return refuse(StatusCode::NOT_FOUND, "NotFound", message);
    };
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(environment).await,
        (&Method::POST, ["invocation", id, "response"]) => response(environment, id, request).await,
        (&Method::POST, ["invocation", id, "error"]) => error(environment, id, request).await,
        (&Method::POST, ["init", "error"]) => {
            environment.cannot_start(reported(request).await);
            accepted()
        }
        _ => refuse(StatusCode::NOT_FOUND, "NotFound", "the Runtime API has no such operation"),
    }
}

/// A page in a browser can reach loopback too, by a name of its own that leads there. It cannot leave out `origin` in what
/// changes anything, and it cannot choose `host`.
fn is_from_a_runtime(environment: &Environment, request: &Request<Incoming>) -> bool {
    let headers = request.headers();
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

async fn response(environment: &Environment, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if !environment.works_on(id) {
        return unknown(id);
    }
    if request.headers().contains_key("lambda-runtime-function-response-mode") {
        let message = "an HTTP API has no streamed responses";
        let error = FunctionError::new("Runtime.StreamingNotSupported", message);
        environment.complete(id, Err(InvokeError::Function(error)));
        return refuse(StatusCode::BAD_REQUEST, "InvalidResponseMode", message);
    }
    match Limited::new(request.into_body(), PAYLOAD_BYTES).collect().await {
        Ok(body) => {
            if environment.complete(id, Ok(body.to_bytes())) {
                accepted()
            } else {
                unknown(id)
            }
        }
        Err(error) if error.is::<LengthLimitError>() => {
            environment.complete(id, Err(InvokeError::AnswerTooLarge));
            let message = InvokeError::AnswerTooLarge.to_string();
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
        }
        // The client went in the middle of it; whether its process goes on, whoever watches it sees.
        Err(_) => refuse(StatusCode::BAD_REQUEST, "TruncatedResponse", "the response broke off"),
    }
}

async fn error(environment: &Environment, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if !environment.works_on(id) {
        return unknown(id);
    }
    let error = reported(request).await;
    environment.complete(id, Err(InvokeError::Function(error)));
    accepted()
}

/// What a function says of its error, in Lambda's form or in none.
async fn reported(request: Request<Incoming>) -> FunctionError {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Report {
        error_type: Option<String>,
        error_message: Option<String>,
    }
    let kind = request.headers().get("lambda-runtime-function-error-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let body = Limited::new(request.into_body(), ERROR_BYTES).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let report: Report = serde_json::from_slice(&body).unwrap_or_default();
    let kind = report.error_type.or(kind).unwrap_or_else(|| "Runtime.Unknown".to_owned());
    let message = report.error_message.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
    FunctionError::new(kind, message)
}

fn accepted() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}\n")));
    *response.status_mut() = StatusCode::ACCEPTED;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn unknown(id: &str) -> Response<Full<Bytes>> {
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
