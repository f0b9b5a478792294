//! A request of a server becomes one of a function.
//!
//! In: the request as hyper has it, and the parameters of its path. Out: the request with all that handlers find in one of
//! API Gateway's. It refuses a body that is too large.

use std::{collections::HashMap, time::SystemTime};

use axum::{
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest as _},
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use lambda_http::{
    Context, RequestExt as _,
    aws_lambda_events::{apigw::ApiGatewayV2httpRequestContext, query_map::QueryMap},
    request::RequestContext,
};

use crate::{extract::Rejection, route::Request};

/// The request's context, as far as it has one here.
pub(super) fn context(parts: &Parts, route_key: &str) -> ApiGatewayV2httpRequestContext {
    let text = |name| text(&parts.headers, name).map(str::to_owned);
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.route_key = Some(route_key.to_owned());
    context.stage = Some("$default".to_owned());
    context.request_id = text("x-request-id");
    context.domain_name = text("host");
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    context.time_epoch = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    context.http.method = parts.method.clone();
    context.http.path = Some(parts.uri.path().to_owned());
    context.http.protocol = Some(format!("{:?}", parts.version));
    context.http.user_agent = text(header::USER_AGENT.as_str());
    context
}

/// The request of a function, with its body.
pub(super) async fn of(
    parts: Parts,
    body: Body,
    limit: usize,
    parameters: Vec<(String, String)>,
    context: ApiGatewayV2httpRequestContext,
) -> Result<Request, Response> {
    let bytes = bytes(body, limit).await?;
    let body = match String::from_utf8(bytes.into()) {
        Ok(text) if text.is_empty() => lambda_http::Body::Empty,
        Ok(text) => lambda_http::Body::Text(text),
        Err(error) => lambda_http::Body::Binary(error.into_bytes()),
    };
    let query: QueryMap = parts.uri.query().unwrap_or_default().parse().unwrap_or_default();
    let path = parts.uri.path().to_owned();
    let mut lambda = Context::default();
    lambda.request_id = context.request_id.clone().unwrap_or_default();
    Ok(Request::from_parts(parts, body)
        .with_raw_http_path(path)
        .with_query_string_parameters(query)
        .with_path_parameters(parameters.into_iter().collect::<HashMap<_, _>>())
        .with_request_context(RequestContext::ApiGatewayV2(context))
        .with_lambda_context(lambda))
}

/// The whole body, as axum reads it: it says itself what is too large.
async fn bytes(body: Body, limit: usize) -> Result<Bytes, Response> {
    let mut request = axum::http::Request::new(body);
    DefaultBodyLimit::max(limit).apply(&mut request);
    match Bytes::from_request(request, &()).await {
        Ok(bytes) => Ok(bytes),
        Err(rejection) => Err(Rejection::new(rejection.into_response()).into_problem().await),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
