//! Converts an event of payload format 1.0 into a request.
//!
//! REST APIs send it, and HTTP APIs that are configured to. Neither sends the raw query, only decoded
//! parameters: the URI is reassembled with the parameters of the query in the order of their names. The path
//! of an HTTP API is decoded too, and that of a REST API is as the client sent it (both reported with
//! captures: middleapi/standard-server #93, localstack/localstack #7728).

use aws_lambda_events::{apigw::ApiGatewayProxyRequest, query_map::QueryMap};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    details::{Details, RequestContext},
    parts::{ENCODED_PATH, PATH, body, uri},
};
use crate::request::Request;

/// Characters to encode in a name or a value of a query: all but the unreserved ones (RFC 3986, section 2.3).
const PARAMETER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Parses the event, with the characters to encode in its path; returns `None` for another format.
pub(super) fn event(event: &str) -> Option<(ApiGatewayProxyRequest, &'static AsciiSet)> {
    #[derive(serde::Deserialize)]
    struct Format {
        version: Option<String>,
    }
    // A REST API does not send the version; an HTTP API that sends this format does.
    let format: Format = serde_json::from_str(event).ok()?;
    let path = match format.version.as_deref() {
        Some("2.0") => return None,
        Some(_) => PATH,
        None => ENCODED_PATH,
    };
    Some((serde_json::from_str(event).ok()?, path))
}

/// Converts the event into a request.
pub(super) fn request(event: ApiGatewayProxyRequest, path: &'static AsciiSet) -> Request {
    // If both are present, the one with several values for each name contains the other.
    let either = |several: QueryMap, single| if several.is_empty() { single } else { several };
    let query = either(event.multi_value_query_string_parameters, event.query_string_parameters);
    let headers =
        if event.multi_value_headers.is_empty() { event.headers } else { event.multi_value_headers };
    let raw_path = event.path.unwrap_or_else(|| "/".to_owned());

    let mut request = Request::new(body(event.body, event.is_base64_encoded));
    *request.method_mut() = event.http_method;
    let target = target(event.request_context.stage.as_deref(), &raw_path, path, &query);
    *request.uri_mut() = uri(&target, &headers, event.request_context.domain_name.as_deref());
    *request.headers_mut() = headers;
    let details = Details {
        raw_path,
        query,
        path_parameters: event.path_parameters.into(),
        stage_variables: event.stage_variables.into(),
        context: RequestContext::ApiGatewayV1(event.request_context),
    };
    details.attach(request)
}

/// The path and the query as they appear in a URI. The path is the client's, so it includes the stage, which
/// the event's lacks.
fn target(stage: Option<&str>, raw_path: &str, path: &'static AsciiSet, query: &QueryMap) -> String {
    let prefix = stage.filter(|stage| *stage != "$default").map(|stage| format!("/{stage}"));
    let prefix = prefix.filter(|prefix| !raw_path.starts_with(&format!("{prefix}/"))).unwrap_or_default();
    let mut target = prefix + &utf8_percent_encode(raw_path, path).to_string();
    let mut pairs: Vec<(&str, &str)> = query.iter().collect();
    // A stable sort: values of one name keep their order.
    pairs.sort_by_key(|(name, _)| *name);
    for (index, (name, value)) in pairs.into_iter().enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        target.extend(utf8_percent_encode(name, PARAMETER));
        target.push('=');
        target.extend(utf8_percent_encode(value, PARAMETER));
    }
    target
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_lambda_events::encodings::Body;
    use axum::{
        body::Bytes,
        extract::Query,
        http::{HeaderMap, HeaderName, Method},
        response::{AppendHeaders, IntoResponse},
    };
    use futures_util::FutureExt as _;
    use lambda_http::RequestExt as _;
    use lambda_runtime::{Context, LambdaEvent};
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json, value::to_raw_value};

    use crate::{Path, event::Form, registry::routes, serve::answer};

    fn made(event: &Value) -> super::Request {
        let mut context = Context::default();
        context.xray_trace_id = Some("Root=1".to_owned());
        crate::event::request(LambdaEvent::new(to_raw_value(event).unwrap(), context)).unwrap()
    }

    fn event() -> Value {
        json!({
            "resource": "/items/{id}",
            "path": "/items/7",
            "httpMethod": "PUT",
            "headers": { "Host": "api.example.com", "X-Tag": "b" },
            "multiValueHeaders": { "Host": ["api.example.com"], "X-Tag": ["a", "b"] },
            "queryStringParameters": { "tag": "b" },
            "multiValueQueryStringParameters": { "tag": ["a", "b"] },
            "pathParameters": { "id": "7" },
            "stageVariables": { "colour": "blue" },
            "requestContext": { "stage": "live", "httpMethod": "PUT", "resourcePath": "/items/{id}" },
            "body": "AP8=",
            "isBase64Encoded": true,
        })
    }

    #[test]
    fn an_event_of_a_rest_api_is_read_and_known_as_one() {
        let request = made(&event());
        assert_eq!(Form::of(&request), Form::Rest);
        assert_eq!((request.method(), request.body()), (&Method::PUT, &Body::Binary(vec![0, 255])));
        assert_eq!(request.uri(), "https://api.example.com/live/items/7?tag=a&tag=b");
        assert_eq!(request.raw_http_path(), "/items/7");
        assert_eq!(request.path_parameters().first("id"), Some("7"));
        assert_eq!(request.stage_variables().first("colour"), Some("blue"));
        assert_eq!(request.query_string_parameters().all("tag").unwrap(), ["a", "b"]);
        assert_eq!(request.headers().get_all("x-tag").iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(request.headers()["x-amzn-trace-id"], "Root=1");
    }

    #[test]
    fn the_lists_of_values_may_be_missing() {
        let mut event = event();
        event["multiValueHeaders"] = Value::Null;
        event.as_object_mut().unwrap().remove("multiValueQueryStringParameters");
        event["version"] = "1.0".into();
        event["requestContext"]["stage"] = "$default".into();
        let request = made(&event);
        assert_eq!(request.uri(), "https://api.example.com/items/7?tag=b");
        assert_eq!(request.headers()["x-tag"], "b");
    }

    #[test]
    fn what_clients_send_as_host_or_path_fails_nothing() {
        for (host, path, expected) in [
            ("no host", "/items/7", "/live/items/7"),
            ("api.example.com", "/items/a b?c#d/..", "https://api.example.com/live/items/a%20b%3Fc%23d/.."),
            ("api.example.com", "/live/items", "https://api.example.com/live/items"),
        ] {
            let mut event = event();
            event["multiValueHeaders"]["Host"] = json!([host]);
            event["path"] = path.into();
            event["multiValueQueryStringParameters"] = Value::Null;
            event["queryStringParameters"] = Value::Null;
            assert_eq!(made(&event).uri(), expected);
        }
    }

    #[test]
    fn a_path_is_encoded_where_an_http_api_has_decoded_it() {
        for (version, path, expected) in [
            (Value::Null, "/items/a%2Fb%2525", "/live/items/a%2Fb%2525"),
            ("1.0".into(), "/items/a%2Fb%25", "/live/items/a%252Fb%2525"),
            ("1.0".into(), "/live/items/%", "/live/items/%25"),
        ] {
            let mut event = event();
            event["version"] = version;
            event["path"] = path.into();
            assert_eq!(made(&event).uri().path(), expected, "{path}");
        }
    }

    /// A request as both ends see it: the model that the round trip through event and response is compared
    /// with.
    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    struct Seen {
        method: String,
        first: String,
        rest: String,
        query: BTreeMap<String, Vec<String>>,
        /// The values of one header, in order.
        values: Vec<String>,
        cookies: Vec<String>,
        body: Vec<u8>,
    }

    /// Returns what it received in headers, and the body itself.
    #[crate::route(ANY, "/seen/{first}/{rest+}", auth = "none", crate = crate)]
    async fn see_rest(
        method: Method,
        Path((first, rest)): Path<(String, String)>,
        Query(pairs): Query<Vec<(String, String)>>,
        headers: HeaderMap,
        body: Bytes,
    ) -> impl IntoResponse {
        let mut query = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in pairs {
            query.entry(name).or_default().push(value);
        }
        let all = |name: &str| -> Vec<String> {
            headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
        };
        let cookies: Vec<String> =
            all("cookie").iter().flat_map(|line| line.split("; ")).map(str::to_owned).collect();
        let set_cookies: Vec<_> = cookies.iter().map(|cookie| ("set-cookie", cookie.clone())).collect();
        let method = method.to_string();
        let seen = Seen { method, first, rest, query, values: all("x-value"), cookies, body: body.to_vec() };
        // In base64, because a header cannot contain Unicode.
        let seen = serde_json::to_string(&Body::Binary(serde_json::to_vec(&seen).unwrap())).unwrap();
        (AppendHeaders(set_cookies), [(HeaderName::from_static("x-seen"), seen)], body)
    }

    /// The event that a REST API would send.
    fn sent(request: &Seen) -> Value {
        let last = |values: &Vec<String>| values.last().cloned();
        let single: BTreeMap<_, _> =
            request.query.iter().map(|(name, values)| (name, last(values))).collect();
        let mut headers = json!({ "Host": ["api.example.com"] });
        for (name, values) in [("X-Value", &request.values), ("Cookie", &request.cookies)] {
            if !values.is_empty() {
                headers[name] = if name == "Cookie" { json!([values.join("; ")]) } else { json!(values) };
            }
        }
        let or_null = |value: Value| if value == json!({}) { Value::Null } else { value };
        let text = str::from_utf8(&request.body).ok();
        let (body, encoded) = match text {
            Some("") => (Value::Null, false),
            Some(text) => (json!(text), false),
            None => (json!(Body::Binary(request.body.clone())), true),
        };
        json!({
            "resource": "/seen/{first}/{rest+}",
            "path": format!("/seen/{}/{}", request.first, request.rest),
            "httpMethod": request.method,
            "headers": { "Host": "api.example.com" },
            "multiValueHeaders": headers,
            "queryStringParameters": or_null(json!(single)),
            "multiValueQueryStringParameters": or_null(json!(request.query)),
            "pathParameters": { "first": request.first, "rest": request.rest },
            "requestContext": {
                "stage": "live", "httpMethod": request.method, "resourcePath": "/seen/{first}/{rest+}",
            },
            "body": body,
            "isBase64Encoded": encoded,
        })
    }

    /// What API Gateway receives: what the handler saw, the cookies that it sets, and its body.
    fn received(event: &Value) -> (Seen, Vec<String>, Vec<u8>) {
        let route = routes().iter().find(|route| route.spec.name.as_str() == "see_rest").unwrap();
        let request = made(event);
        let form = Form::of(&request);
        let answered = async {
            let response = answer(route.entry.unwrap()(), crate::Init::default(), request).await;
            crate::event::answer(form, response).await.unwrap()
        };
        let answer = serde_json::to_value(answered.now_or_never().expect("nothing here waits")).unwrap();
        assert_eq!(answer["statusCode"], 200, "{answer}");
        let decoded = |text: &str| Body::from_maybe_encoded(true, text).to_vec();
        let seen: String = serde_json::from_str(answer["headers"]["x-seen"].as_str().unwrap()).unwrap();
        let body = answer["body"].as_str().unwrap_or_default();
        let encoded = answer["isBase64Encoded"] == true;
        (
            serde_json::from_slice(&decoded(&seen)).unwrap(),
            serde_json::from_value(answer["multiValueHeaders"]["set-cookie"].clone()).unwrap(),
            if encoded { decoded(body) } else { body.as_bytes().to_vec() },
        )
    }

    fn request() -> impl Strategy<Value = Seen> {
        let method = prop_oneof![Just("GET"), Just("POST"), Just("DELETE"), Just("OPTIONS")];
        let token = "[a-zA-Z0-9_-]{1,6}";
        let cookie = (token, token).prop_map(|(name, value)| format!("{name}={value}"));
        let values = prop::collection::vec("\\PC{0,6}", 1..3);
        (
            method,
            "\\PC{1,6}",
            ".{1,9}",
            prop::collection::btree_map(".{1,6}", values, 0..4),
            prop::collection::vec(token, 0..4),
            prop::collection::vec(cookie, 0..4),
            prop_oneof![prop::collection::vec(any::<u8>(), 0..32), ".{0,9}".prop_map(String::into_bytes)],
        )
            .prop_map(|(method, first, rest, query, values, cookies, body)| Seen {
                method: method.to_owned(),
                first,
                rest,
                query,
                values,
                cookies,
                body,
            })
    }

    proptest! {
        #[test]
        fn what_is_sent_is_what_arrives_and_comes_back(request in request()) {
            let (seen, cookies, body) = received(&sent(&request));
            prop_assert_eq!(&cookies, &request.cookies);
            prop_assert_eq!(&body, &request.body);
            prop_assert_eq!(seen, request);
        }
    }
}
