//! Converts the event of a Lambda authorizer into a request, and its decision into a simple response.
//!
//! In: the event of payload format 2.0. Out: a request without a body, whose head the extractors of routes
//! can read, with an [`AuthorizerRequest`]. It refuses events of format 1.0, whose response would have to be
//! a policy.

use std::collections::BTreeMap;

use aws_lambda_events::query_map::QueryMap;
use lambda_runtime::{Error, LambdaEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::{details, request::request};
use crate::{Decision, authorizer::AuthorizerRequest, request::Request};

/// The fields of an authorizer's event that a route's event does not have, or that its request does not
/// contain.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own {
    version: String,
    #[serde(rename = "type")]
    kind: String,
    route_arn: String,
    identity_source: Option<Vec<String>>,
    cookies: Option<Vec<String>>,
}

/// The request that the event describes.
pub(crate) fn authorizer_request(event: LambdaEvent<Box<RawValue>>) -> Result<Request, Error> {
    let LambdaEvent { payload, context, .. } = event;
    let (own, others) = read(&payload).map_err(|error| {
        format!("this is not an event of a Lambda authorizer with payload format 2.0: {error}")
    })?;
    let Own { version, kind, .. } = &own;
    if (version.as_str(), kind.as_str()) != ("2.0", "REQUEST") {
        return Err(format!(
            "this is an event of type {kind} with payload format {version}, and an authorizer takes REQUEST with 2.0"
        )
        .into());
    }
    // Fields that a route's event has too are converted in the same way.
    let mut request = request(LambdaEvent::new(others, context))?;
    let asks = asks(own, &request);
    request.extensions_mut().insert(asks);
    Ok(request)
}

/// The two parts of the event. In a route's event, `identitySource` would have another type.
fn read(payload: &RawValue) -> Result<(Own, Box<RawValue>), serde_json::Error> {
    let own = serde_json::from_str(payload.get())?;
    let mut others: BTreeMap<String, Box<RawValue>> = serde_json::from_str(payload.get())?;
    others.remove("identitySource");
    Ok((own, to_raw_value(&others)?))
}

fn asks(own: Own, request: &Request) -> AuthorizerRequest {
    let pairs = |map: Option<&QueryMap>| {
        let pairs = map.into_iter().flat_map(QueryMap::iter);
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let extensions = request.extensions();
    let mut asks = AuthorizerRequest {
        identity_source: own.identity_source.unwrap_or_default(),
        route_arn: own.route_arn,
        raw_path: details::raw_path(extensions).to_owned(),
        raw_query_string: request.uri().query().unwrap_or_default().to_owned(),
        headers: request.headers().clone(),
        cookies: own.cookies.unwrap_or_default(),
        path_parameters: pairs(details::path_parameters(extensions)),
        stage_variables: pairs(details::stage_variables(extensions)),
        ..AuthorizerRequest::default()
    };
    if let Some(context) = details::http_context(extensions) {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        asks.route_key = text(&context.route_key);
        asks.api_id = text(&context.apiid);
        asks.stage = text(&context.stage);
        asks.request_id = text(&context.request_id);
        asks.source_ip = text(&context.http.source_ip);
    }
    asks
}

/// The response to API Gateway.
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

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use lambda_runtime::Context;
    use serde_json::{Value, json};

    use lambda_http::RequestExt as _;

    use super::*;

    /// The example in AWS's documentation, without client certificates.
    fn event() -> Value {
        json!({
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/request",
            "identitySource": ["user1", "123"],
            "routeKey": "GET /items/{id}",
            "rawPath": "/my/path",
            "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
            "cookies": ["cookie1=a", "cookie2=b"],
            "headers": { "header1": "value1", "header2": "value2", "host": "api.example.com" },
            "queryStringParameters": { "parameter1": "value1,value2", "parameter2": "value" },
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api-id",
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "id",
                "http": {
                    "method": "POST", "path": "/my/path", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                    "userAgent": "agent",
                },
                "requestId": "id",
                "routeKey": "GET /items/{id}",
                "stage": "test",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_583_348_638_390_u64,
            },
            "pathParameters": { "id": "7" },
            "stageVariables": { "colour": "blue" },
        })
    }

    fn made(event: &Value) -> Result<Request, Error> {
        authorizer_request(LambdaEvent::new(to_raw_value(event).unwrap(), Context::default()))
    }

    #[test]
    fn the_event_is_a_request_that_the_extractors_of_routes_read() {
        let request = made(&event()).unwrap();
        assert_eq!(request.method(), "POST");
        assert_eq!(
            request.uri(),
            "https://api.example.com/my/path?parameter1=value1&parameter1=value2&parameter2=value"
        );
        assert_eq!(
            (&request.headers()["header1"], &request.headers()["cookie"]),
            (&HeaderValue::from_static("value1"), &HeaderValue::from_static("cookie1=a; cookie2=b"))
        );
        assert_eq!(request.query_string_parameters().all("parameter1").unwrap(), ["value1", "value2"]);
        assert_eq!(request.stage_variables().first("colour"), Some("blue"));

        let asks = request.extensions().get::<AuthorizerRequest>().unwrap();
        assert_eq!((asks.identity(), asks.identity_source.len()), (Some("user1"), 2));
        assert_eq!(asks.route_arn, "arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/request");
        assert_eq!((&*asks.route_key, &*asks.raw_path), ("GET /items/{id}", "/my/path"));
        assert_eq!((&*asks.path_parameters["id"], &*asks.stage_variables["colour"]), ("7", "blue"));
        assert_eq!((&*asks.api_id, &*asks.stage, &*asks.request_id), ("api-id", "test", "id"));
        assert_eq!((&*asks.source_ip, asks.header("header2")), ("192.0.2.1", Some("value2")));
        assert_eq!(asks.cookies, ["cookie1=a", "cookie2=b"]);
        assert!(!format!("{asks:?}").contains("user1"));
    }

    #[test]
    fn what_is_empty_may_be_missing_or_null() {
        let mut event = event();
        for name in ["identitySource", "cookies", "pathParameters", "stageVariables"] {
            event[name] = Value::Null;
        }
        for name in ["headers", "queryStringParameters", "rawQueryString"] {
            event.as_object_mut().unwrap().remove(name);
        }
        let request = made(&event).unwrap();
        assert_eq!(request.uri(), "https://id.execute-api.us-east-1.amazonaws.com/my/path");
        assert_eq!(request.extensions().get::<AuthorizerRequest>().unwrap().identity(), None);
    }

    #[test]
    fn another_event_is_refused() {
        let refused = |name: &str, value: Value| {
            let mut event = event();
            event[name] = value;
            made(&event).unwrap_err().to_string()
        };
        let format = "this is an event of type REQUEST with payload format 1.0, and an authorizer takes REQUEST with 2.0";
        assert_eq!(refused("version", json!("1.0")), format);
        assert!(refused("type", json!("TOKEN")).contains("of type TOKEN"));
        assert!(refused("routeArn", Value::Null).starts_with("this is not an event of a Lambda authorizer"));
    }
}
