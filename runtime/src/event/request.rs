//! An event of payload format 2.0 becomes a request.

#[cfg(feature = "rest")]
use std::collections::BTreeMap;

#[cfg(feature = "rest")]
use axum::http::HeaderName;
use axum::http::{HeaderValue, Uri, header};
use lambda_http::{
    Body, Context, Error, LambdaEvent, RequestExt as _,
    aws_lambda_events::{apigw::ApiGatewayV2httpRequest, query_map::QueryMap},
    request::RequestContext,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::value::RawValue;

use crate::route::Request;

/// What cannot stand in a URI's query. API Gateway has decoded nothing in it.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// What cannot stand in a URI's path. API Gateway decodes the path, so a `?` in it is part of a segment.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// The request that the event tells of.
///
/// The event comes as raw JSON, because the Lambda runtime would read a typed one through a layer that tracks the path
/// to every value.
pub(crate) fn request(event: LambdaEvent<Box<RawValue>>) -> Result<Request, Error> {
    let LambdaEvent { payload, context, .. } = event;
    #[cfg(feature = "rest")]
    if let Some(request) = rest(payload.get()) {
        return Ok(with_context(request, context));
    }
    let event = serde_json::from_str(payload.get())
        .map_err(|error| format!("this is no event of an HTTP API with payload format 2.0: {error}"))?;

    Ok(http(event, context))
}

/// The request of an event of payload format 2.0.
pub(super) fn http(mut event: ApiGatewayV2httpRequest, context: Context) -> Request {
    let mut request = Request::new(body(&mut event));
    *request.method_mut() = event.request_context.http.method.clone();
    *request.uri_mut() = uri(&event);
    *request.headers_mut() = std::mem::take(&mut event.headers);
    let headers = request.headers_mut();
    // The cookies are not among the headers of the event.
    if let Some(cookies) = event.cookies
        && let Ok(cookies) = HeaderValue::from_str(&cookies.join("; "))
    {
        headers.insert(header::COOKIE, cookies);
    }
    // The map of the event joins repeated parameters by commas; only the raw query tells them apart.
    let query: QueryMap = match &event.raw_query_string {
        Some(query) => query.parse().unwrap_or_default(),
        None => event.query_string_parameters,
    };
    let request = request
        .with_raw_http_path(event.raw_path.unwrap_or_default())
        .with_query_string_parameters(query)
        .with_path_parameters(event.path_parameters)
        .with_stage_variables(event.stage_variables)
        .with_request_context(RequestContext::ApiGatewayV2(event.request_context));
    with_context(request, context)
}

/// The request of an event of payload format 1.0; `None` for one of another format.
#[cfg(feature = "rest")]
fn rest(event: &str) -> Option<Request> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Format {
        version: Option<String>,
        multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    }
    // A REST API does not say the version, an HTTP API that sends this format does.
    let format: Format = serde_json::from_str(event).ok()?;
    if format.version.as_deref() == Some("2.0") {
        return None;
    }
    let mut request = lambda_http::request::from_str(event).ok()?;
    // `lambda_http` puts the last value of each header in the place of all of them.
    for (name, values) in format.multi_value_headers.unwrap_or_default() {
        let Ok(name) = HeaderName::try_from(name) else { continue };
        request.headers_mut().remove(&name);
        for value in values.iter().filter_map(|value| HeaderValue::from_str(value).ok()) {
            request.headers_mut().append(&name, value);
        }
    }
    Some(request)
}

fn with_context(mut request: Request, context: Context) -> Request {
    if let Some(Ok(trace)) = context.xray_trace_id.as_deref().map(HeaderValue::from_str) {
        request.headers_mut().insert("x-amzn-trace-id", trace);
    }
    request.with_lambda_context(context)
}

fn body(event: &mut ApiGatewayV2httpRequest) -> Body {
    match event.body.take() {
        Some(body) if event.is_base64_encoded => Body::from_maybe_encoded(true, &body),
        Some(body) => Body::Text(body),
        None => Body::Empty,
    }
}

/// The whole URI; without scheme and host where what the client sent as its host is none.
fn uri(event: &ApiGatewayV2httpRequest) -> Uri {
    let path = event.raw_path.as_deref().unwrap_or("/");
    let mut target = utf8_percent_encode(path, PATH).to_string();
    if let Some(query) = event.raw_query_string.as_deref().filter(|query| !query.is_empty()) {
        target.push('?');
        target.extend(utf8_percent_encode(query, QUERY));
    }
    let header = |name: &str| event.headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").or(event.request_context.domain_name.as_deref()).unwrap_or_default();
    let scheme = header("x-forwarded-proto").unwrap_or("https");
    let whole = Uri::builder().scheme(scheme).authority(host).path_and_query(target.as_str()).build();
    whole.or_else(|_| target.parse()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use super::*;

    fn event() -> Value {
        json!({
            "version": "2.0",
            "routeKey": "PUT /items/{id}",
            "rawPath": "/items/7",
            "rawQueryString": "tag=a&tag=b",
            "cookies": ["a=1", "b=2"],
            "headers": { "host": "api.example.com", "x-forwarded-proto": "https" },
            "queryStringParameters": { "tag": "a,b" },
            "pathParameters": { "id": "7" },
            "stageVariables": { "colour": "blue" },
            "requestContext": {
                "domainName": "other.example.com",
                "http": { "method": "PUT", "path": "/items/7" },
                "stage": "$default",
                "timeEpoch": 1,
            },
            "body": "pen",
            "isBase64Encoded": false,
        })
    }

    fn made(event: &Value) -> Result<Request, Error> {
        let mut context = Context::default();
        context.xray_trace_id = Some("Root=1".to_owned());
        request(LambdaEvent::new(serde_json::value::to_raw_value(event).unwrap(), context))
    }

    #[test]
    fn a_request_is_the_one_that_lambda_http_makes() {
        let ours = made(&event()).unwrap();
        let theirs = lambda_http::request::from_str(&event().to_string()).unwrap();
        assert_eq!((ours.method(), ours.uri(), ours.body()), (theirs.method(), theirs.uri(), theirs.body()));
        assert_eq!(ours.raw_http_path(), theirs.raw_http_path());
        assert_eq!(ours.query_string_parameters(), theirs.query_string_parameters());
        assert_eq!(ours.path_parameters(), theirs.path_parameters());
        assert_eq!(ours.stage_variables(), theirs.stage_variables());
        let context = |request: &Request| serde_json::to_value(request.request_context()).unwrap();
        assert_eq!(context(&ours), context(&theirs));
        let mut headers = ours.headers().clone();
        // Under Lambda, lambda_http adds it elsewhere.
        assert_eq!(headers.remove("x-amzn-trace-id").unwrap(), "Root=1");
        assert_eq!(&headers, theirs.headers());

        assert_eq!(ours.method(), Method::PUT);
        assert_eq!(ours.uri(), "https://api.example.com/items/7?tag=a&tag=b");
        assert_eq!(ours.query_string_parameters().all("tag").unwrap(), ["a", "b"]);
        assert_eq!(ours.headers()["cookie"], "a=1; b=2");
    }

    #[test]
    fn a_body_in_base64_is_decoded() {
        let mut event = event();
        event["isBase64Encoded"] = true.into();
        event["body"] = "AP8=".into();
        assert_eq!(made(&event).unwrap().into_body(), Body::Binary(vec![0, 255]));
        event.as_object_mut().unwrap().remove("body");
        assert_eq!(made(&event).unwrap().into_body(), Body::Empty);
    }

    #[test]
    fn a_decoded_path_becomes_a_path_again() {
        let mut event = event();
        event["rawPath"] = "/items/a b?ä{}#/..".into();
        event["rawQueryString"] = "".into();
        let uri = made(&event).unwrap().uri().clone();
        assert_eq!(uri, "https://api.example.com/items/a%20b%3F%C3%A4%7B%7D%23/..");
        event["rawQueryString"] = "q=a b%20c".into();
        assert_eq!(made(&event).unwrap().uri().query(), Some("q=a%20b%20c"));
    }

    #[test]
    fn a_host_that_is_none_leaves_the_path() {
        let mut event = event();
        event["headers"] = json!({ "host": "no host" });
        assert_eq!(made(&event).unwrap().uri(), "/items/7?tag=a&tag=b");
        event["headers"] = json!({});
        assert_eq!(made(&event).unwrap().uri().host(), Some("other.example.com"));
    }

    #[cfg(feature = "rest")]
    #[test]
    fn an_event_of_a_rest_api_is_read_and_known_as_one() {
        use crate::event::Form;

        let event = json!({
            "resource": "/items/{id}",
            "path": "/items/7",
            "httpMethod": "PUT",
            "headers": { "Host": "api.example.com", "X-Tag": "b" },
            "multiValueHeaders": { "Host": ["api.example.com"], "X-Tag": ["a", "b"] },
            "queryStringParameters": { "tag": "b" },
            "multiValueQueryStringParameters": { "tag": ["a", "b"] },
            "pathParameters": { "id": "7" },
            "requestContext": { "stage": "live", "httpMethod": "PUT", "resourcePath": "/items/{id}" },
            "body": "AP8=",
            "isBase64Encoded": true,
        });
        let request = made(&event).unwrap();
        assert_eq!(Form::of(&request), Form::Rest);
        assert_eq!((request.method(), request.body()), (&Method::PUT, &Body::Binary(vec![0, 255])));
        assert_eq!(request.path_parameters().first("id"), Some("7"));
        assert_eq!(request.query_string_parameters().all("tag").unwrap(), ["a", "b"]);
        assert_eq!(request.headers().get_all("x-tag").iter().count(), 2);
        assert_eq!(request.headers()["x-amzn-trace-id"], "Root=1");
        assert_eq!(Form::of(&made(&self::event()).unwrap()), Form::Http);
    }

    #[test]
    fn an_event_of_another_kind_is_refused() {
        let error = made(&json!({ "Records": [] })).unwrap_err().to_string();
        assert!(
            error.starts_with("this is no event of an HTTP API with payload format 2.0: missing field"),
            "{error}"
        );
    }
}
