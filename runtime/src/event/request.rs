//! Converts an event of payload format 2.0 into a request.

use aws_lambda_events::query_map::QueryMap;
use axum::http::{HeaderValue, header};
use lambda_runtime::{Context, Error, LambdaEvent};
use percent_encoding::utf8_percent_encode;
use serde_json::value::RawValue;

#[cfg(feature = "rest")]
use super::rest;
use super::{
    details::{Details, RequestContext},
    parts::{PATH, QUERY, body, uri},
    sent::Sent,
};
use crate::request::Request;

/// Converts the event into a request.
///
/// The event is raw JSON, because the Lambda runtime would deserialize a typed one through a layer that
/// tracks the path to every value.
pub(crate) fn request(event: LambdaEvent<Box<RawValue>>) -> Result<Request, Error> {
    let LambdaEvent { payload, context, .. } = event;
    #[cfg(feature = "rest")]
    if let Some((event, path)) = rest::event(payload.get()) {
        return Ok(with_context(rest::request(event, path), context));
    }
    let mut event: Sent = serde_json::from_str(payload.get())
        .map_err(|error| format!("this is not an event of an HTTP API with payload format 2.0: {error}"))?;
    let target = target(&event);
    let (request_context, typed_claims) = event.request_context.split();

    let mut request = Request::new(body(event.body.take(), event.is_base64_encoded));
    *request.method_mut() = request_context.http.method.clone();
    *request.uri_mut() = uri(&target, &event.headers, request_context.domain_name.as_deref());
    *request.headers_mut() = event.headers;
    if !typed_claims.0.is_empty() {
        request.extensions_mut().insert(typed_claims);
    }
    let headers = request.headers_mut();
    // The event's headers do not contain the cookies.
    if let Some(cookies) = event.cookies.and_then(cookie_header) {
        headers.insert(header::COOKIE, cookies);
    }
    // The event's map joins repeated parameters with commas; only the raw query keeps them apart.
    let query: QueryMap = match &event.raw_query_string {
        Some(query) => query.parse().unwrap_or_default(),
        None => event.query_string_parameters,
    };
    let details = Details {
        raw_path: event.raw_path.unwrap_or_default(),
        query,
        path_parameters: event.path_parameters.unwrap_or_default().into(),
        stage_variables: event.stage_variables.unwrap_or_default().into(),
        context: RequestContext::ApiGatewayV2(request_context),
    };
    Ok(with_context(details.attach(request), context))
}

fn with_context(mut request: Request, context: Context) -> Request {
    if let Some(Ok(trace)) = context.xray_trace_id.as_deref().map(HeaderValue::from_str) {
        request.headers_mut().insert("x-amzn-trace-id", trace);
    }
    request.extensions_mut().insert(context);
    request
}

/// Joins these cookies into a header. A cookie that is not a valid header value is left out alone.
fn cookie_header(mut cookies: Vec<String>) -> Option<HeaderValue> {
    cookies.retain(|cookie| !cookie.contains(|c: char| c.is_ascii_control() && c != '\t'));
    HeaderValue::from_str(&cookies.join("; ")).ok().filter(|header| !header.is_empty())
}

/// The path and the query as they appear in a URI.
fn target(event: &Sent) -> String {
    let mut target = utf8_percent_encode(event.raw_path.as_deref().unwrap_or("/"), PATH).to_string();
    if let Some(query) = event.raw_query_string.as_deref().filter(|query| !query.is_empty()) {
        target.push('?');
        target.extend(utf8_percent_encode(query, QUERY));
    }
    target
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::encodings::Body;
    use axum::http::Method;
    use lambda_http::RequestExt as _;
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
        // Under Lambda, `lambda_http` adds it elsewhere.
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
    fn a_path_that_is_decoded_once_is_the_one_of_the_event_whatever_is_in_it() {
        let decoded = |path: &str| {
            let mut event = event();
            event["rawPath"] = path.into();
            let request = made(&event).unwrap();
            assert_eq!(request.raw_http_path(), path);
            percent_encoding::percent_decode_str(request.uri().path()).decode_utf8().unwrap().into_owned()
        };
        for character in
            (0..=0x2ff).chain([0x2028, 0xfffd, 0xffff, 0x1_0000, 0x10_ffff]).filter_map(char::from_u32)
        {
            for path in [format!("/a{character}"), format!("/{character}/b"), format!("/%{character}41")] {
                assert_eq!(decoded(&path), path, "{path:?}");
            }
        }
        // The client sent `/%2525`, `/%252561` and `/%25zz`.
        for path in ["/%25", "/%2561", "/%zz", "/%", "//a//", "/a/../b", "/a+b", "/a;b=c"] {
            assert_eq!(decoded(path), path, "{path:?}");
        }
        let mut event = event();
        event["rawPath"] = "/100%25".into();
        assert_eq!(made(&event).unwrap().uri().path(), "/100%2525");
    }

    #[test]
    fn a_cookie_that_no_header_can_hold_takes_no_other_with_it() {
        let header = |cookies: &[&str]| {
            let mut event = event();
            event["cookies"] = json!(cookies);
            let headers = made(&event).unwrap().headers().clone();
            headers.get("cookie").map(|cookie| cookie.as_bytes().to_vec())
        };
        for control in (0..=31).chain([127]).filter(|byte| *byte != b'\t').map(char::from) {
            let odd = format!("odd=x{control}y");
            assert_eq!(header(&["a=1", &odd, "b=2"]), Some(b"a=1; b=2".to_vec()), "{control:?}");
        }
        assert_eq!(
            header(&["a=\u{e4}\u{fffd}", "b=\t2"]),
            Some("a=\u{e4}\u{fffd}; b=\t2".as_bytes().to_vec())
        );
        assert_eq!(header(&["odd=\n"]), None);
        assert_eq!(header(&[]), None);
    }

    #[test]
    fn a_host_that_is_none_leaves_the_path() {
        let mut event = event();
        event["headers"] = json!({ "host": "no host" });
        assert_eq!(made(&event).unwrap().uri(), "/items/7?tag=a&tag=b");
        event["headers"] = json!({});
        assert_eq!(made(&event).unwrap().uri().host(), Some("other.example.com"));
    }

    #[test]
    fn an_event_of_another_kind_is_refused() {
        let error = made(&json!({ "Records": [] })).unwrap_err().to_string();
        assert!(
            error.starts_with("this is not an event of an HTTP API with payload format 2.0: missing field"),
            "{error}"
        );
    }
}
