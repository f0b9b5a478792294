//! An event of a Lambda authorizer becomes a request, and its decision a simple response.
//!
//! In: the event of payload format 2.0. Out: a request without a body, whose head the extractors of routes read, with an
//! [`AuthorizerRequest`]. It refuses events of format 1.0, whose answer would have to be a policy.

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use lambda_http::{
    Error, LambdaEvent, RequestExt as _,
    aws_lambda_events::{apigw::ApiGatewayV2httpRequestContext, query_map::QueryMap},
    request::RequestContext,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::request::{uri, with_context, with_cookies};
use crate::{Decision, authorizer::AuthorizerRequest, route::Request};

/// The event. What is empty, API Gateway leaves out or makes null.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    version: String,
    #[serde(rename = "type")]
    kind: String,
    route_arn: String,
    identity_source: Option<Vec<String>>,
    route_key: String,
    raw_path: String,
    raw_query_string: Option<String>,
    cookies: Option<Vec<String>>,
    headers: Option<HashMap<String, String>>,
    path_parameters: Option<HashMap<String, String>>,
    stage_variables: Option<HashMap<String, String>>,
    request_context: ApiGatewayV2httpRequestContext,
}

/// The request that the event asks about.
pub(crate) fn authorizer_request(event: LambdaEvent<Box<RawValue>>) -> Result<Request, Error> {
    let LambdaEvent { payload, context, .. } = event;
    let event: Event = serde_json::from_str(payload.get()).map_err(|error| {
        format!("this is no event of a Lambda authorizer with payload format 2.0: {error}")
    })?;
    if (event.version.as_str(), event.kind.as_str()) != ("2.0", "REQUEST") {
        let Event { version, kind, .. } = event;
        return Err(format!(
            "this is an event of type {kind} with payload format {version}, and an authorizer takes REQUEST with 2.0"
        )
        .into());
    }
    let asks = AuthorizerRequest::from(&event);

    let mut request = Request::default();
    *request.method_mut() = event.request_context.http.method.clone();
    let domain = event.request_context.domain_name.as_deref();
    *request.uri_mut() = uri(&asks.raw_path, Some(&asks.raw_query_string), &asks.headers, domain);
    *request.headers_mut() = asks.headers.clone();
    with_cookies(request.headers_mut(), event.cookies);
    let query: QueryMap = asks.raw_query_string.parse().unwrap_or_default();
    let mut request = request
        .with_raw_http_path(event.raw_path)
        .with_query_string_parameters(query)
        .with_path_parameters(event.path_parameters.unwrap_or_default())
        .with_stage_variables(event.stage_variables.unwrap_or_default())
        .with_request_context(RequestContext::ApiGatewayV2(event.request_context));
    request.extensions_mut().insert(asks);
    Ok(with_context(request, context))
}

impl From<&Event> for AuthorizerRequest {
    fn from(event: &Event) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in event.headers.iter().flatten() {
            // What is no header in Rust's eyes, no extractor could ask for.
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
                headers.append(name, value);
            }
        }
        let context = event.request_context.clone();
        Self {
            identity_source: event.identity_source.clone().unwrap_or_default(),
            route_arn: event.route_arn.clone(),
            route_key: event.route_key.clone(),
            raw_path: event.raw_path.clone(),
            raw_query_string: event.raw_query_string.clone().unwrap_or_default(),
            headers,
            cookies: event.cookies.clone().unwrap_or_default(),
            path_parameters: event.path_parameters.clone().unwrap_or_default(),
            stage_variables: event.stage_variables.clone().unwrap_or_default(),
            api_id: context.apiid.unwrap_or_default(),
            stage: context.stage.unwrap_or_default(),
            request_id: context.request_id.unwrap_or_default(),
            source_ip: context.http.source_ip.unwrap_or_default(),
        }
    }
}

/// What API Gateway is told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SimpleResponse {
    is_authorized: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Box<RawValue>>,
}

impl SimpleResponse {
    pub(crate) fn of(decision: Decision<Option<Box<RawValue>>>) -> Self {
        Self { is_authorized: decision.is_allowed(), context: decision.context().flatten() }
    }
}
