//! A request becomes an event.

use std::{
    borrow::Cow,
    net::SocketAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use hyper::{
    HeaderMap,
    header::{self, HeaderName},
    http::request::Parts,
};
use percent_encoding::percent_decode_str;
use routegen_spec::routing::RequestPath;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{
    QueryParameters, body,
    context::{Http, Identity, RequestContext},
    headers::{EventHeaders, joined},
};
use crate::{
    live::{ACCOUNT_ID, API_ID, LiveApi, LiveRoute},
    server::host_name,
};

/// The time of a request in the Common Log Format, which events have.
const CLF: &[BorrowedFormatItem<'_>] =
    format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A request that a route was found for.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) api: &'a LiveApi,
    pub(crate) route: &'a LiveRoute,
    pub(crate) parts: &'a Parts,
    /// The path without the stage.
    pub(crate) path: &'a RequestPath<'a>,
    pub(crate) query: &'a QueryParameters<'a>,
    /// Nothing where the body has not come yet, and does not say how long it is.
    pub(crate) body_length: Option<u64>,
    pub(crate) client: SocketAddr,
    pub(crate) port: u16,
    pub(crate) request_id: &'a str,
    pub(crate) trace: &'a str,
    pub(crate) time: SystemTime,
}

/// The event of the route's function.
pub(crate) fn event(call: &Call<'_>, identity: &Identity, body: &[u8]) -> Bytes {
    write(call, &Kind::Proxy { identity, body })
}

/// The event of a Lambda authorizer's function ([its format]): it has no body.
///
/// [its format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
pub(crate) fn authorizer_event(call: &Call<'_>, identity_source: &[String]) -> Bytes {
    write(call, &Kind::Authorizer { identity_source })
}

enum Kind<'a> {
    Proxy { identity: &'a Identity, body: &'a [u8] },
    Authorizer { identity_source: &'a [String] },
}

fn write(call: &Call<'_>, kind: &Kind<'_>) -> Bytes {
    let body_length = if let Kind::Proxy { body, .. } = kind { body.len() } else { 0 };
    // Base64 makes four bytes of three; the rest of an event is about twice its headers.
    let mut json = Vec::with_capacity(2_048 + body_length / 3 * 4);
    serde_json::to_writer(&mut json, &Event { call, kind }).expect("an event has no keys but texts");
    json.into()
}

struct Event<'a> {
    call: &'a Call<'a>,
    kind: &'a Kind<'a>,
}

/// In the order of the documentation's example. Empty fields are left out, but `rawQueryString`.
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { call, kind } = self;
        let headers = &call.parts.headers;
        let raw_path = percent_decode_str(call.parts.uri.path()).decode_utf8_lossy();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", "2.0")?;
        if let Kind::Authorizer { identity_source } = kind {
            map.serialize_entry("type", "REQUEST")?;
            map.serialize_entry("routeArn", &call.arn())?;
            map.serialize_entry("identitySource", identity_source)?;
        }
        map.serialize_entry("routeKey", &call.route.key)?;
        map.serialize_entry("rawPath", &raw_path)?;
        map.serialize_entry("rawQueryString", call.parts.uri.query().unwrap_or_default())?;
        let cookies = cookies(headers);
        if !cookies.is_empty() {
            map.serialize_entry("cookies", &cookies)?;
        }
        map.serialize_entry("headers", &EventHeaders { headers, added: &call.added_headers() })?;
        if !call.query.is_empty() {
            map.serialize_entry("queryStringParameters", call.query)?;
        }
        call.context(kind, &raw_path, |context| map.serialize_entry("requestContext", context))?;
        let parameters = PathParameters { call };
        if call.route.path.parameters().next().is_some() {
            map.serialize_entry("pathParameters", &parameters)?;
        }
        if !call.api.stage_variables.is_empty() {
            map.serialize_entry("stageVariables", &call.api.stage_variables)?;
        }
        if let Kind::Proxy { body, .. } = kind {
            let (text, is_base64) = body::encode(headers, body).unzip();
            if let Some(text) = text {
                map.serialize_entry("body", &text)?;
            }
            map.serialize_entry("isBase64Encoded", &is_base64.unwrap_or(false))?;
        }
        map.end()
    }
}

impl Call<'_> {
    /// The route in AWS's words, with the request's method and path ([the form]). The stage is in it once, though a named one is
    /// in the request's path too.
    ///
    /// [the form]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    fn arn(&self) -> String {
        let path = self.parts.uri.path();
        // What is left of `/stage/path` after its first segment, however that is encoded.
        let path =
            self.api.stage.as_ref().map_or(path, |_| path[1..].find('/').map_or("", |at| &path[1 + at..]));
        let (region, stage, method) = (&self.api.region, self.api.stage_name(), &self.parts.method);
        format!("arn:aws:execute-api:{region}:{ACCOUNT_ID}:{API_ID}/{stage}/{method}{path}")
    }

    /// The name that the request is for, without the port.
    pub(crate) fn domain_name(&self) -> &str {
        self.header(header::HOST).map_or("localhost", host_name)
    }

    /// A header, where it is text.
    pub(crate) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What API Gateway says of the client, and of the body even where there is none (AWS's own example of a GET,
    /// awsdocs/aws-lambda-developer-guide, sample-apps/nodejs-apig/event-v2.json, and captures in aws/aws-lambda-go and
    /// awslabs/aws-lambda-rust-runtime). `x-forwarded-proto` is the truth: the gateway speaks plain HTTP.
    fn added_headers(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let client = self.client.ip().to_string();
        let before = joined(&self.parts.headers, &FORWARDED_FOR);
        let forwarded = if before.is_empty() { client } else { format!("{before}, {client}") };
        let length = self.body_length.map(|length| ("content-length", Cow::Owned(length.to_string())));
        let others = [
            ("x-amzn-trace-id", Cow::Borrowed(self.trace)),
            ("x-forwarded-for", Cow::Owned(forwarded)),
            ("x-forwarded-port", Cow::Owned(self.port.to_string())),
            ("x-forwarded-proto", Cow::Borrowed("http")),
        ];
        length.into_iter().chain(others).collect()
    }

    /// Lends out the context, which borrows from values that are made here.
    fn context<R>(&self, kind: &Kind<'_>, path: &str, lend: impl FnOnce(&RequestContext<'_>) -> R) -> R {
        let domain_name = self.domain_name();
        let epoch = self.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = OffsetDateTime::from(self.time).format(CLF).unwrap_or_default();
        let identity = if let Kind::Proxy { identity, .. } = kind { Some(*identity) } else { None };
        lend(&RequestContext {
            account_id: ACCOUNT_ID,
            api_id: API_ID,
            authorizer: identity.filter(|identity| !matches!(identity, Identity::Open)),
            domain_name,
            domain_prefix: domain_name.split('.').next().unwrap_or_default(),
            http: Http {
                method: self.parts.method.as_str(),
                path,
                protocol: "HTTP/1.1",
                source_ip: &self.client.ip().to_string(),
                user_agent: self.header(header::USER_AGENT).unwrap_or_default(),
            },
            request_id: self.request_id,
            route_key: &self.route.key,
            stage: self.api.stage_name(),
            time: &time,
            time_epoch: u64::try_from(epoch.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// The cookies of all `cookie` headers, one by one.
fn cookies(headers: &HeaderMap) -> Vec<Cow<'_, str>> {
    let mut cookies = Vec::new();
    for value in headers.get_all(header::COOKIE) {
        match String::from_utf8_lossy(value.as_bytes()) {
            Cow::Borrowed(text) => cookies.extend(split(text).map(Cow::Borrowed)),
            Cow::Owned(text) => cookies.extend(split(&text).map(|cookie| Cow::Owned(cookie.to_owned()))),
        }
    }
    cookies
}

fn split(cookies: &str) -> impl Iterator<Item = &str> {
    cookies.split(';').map(str::trim).filter(|cookie| !cookie.is_empty())
}

/// The parameters of the route with the request's values.
struct PathParameters<'a> {
    call: &'a Call<'a>,
}

impl Serialize for PathParameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.call.path.parameters(&self.call.route.path))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hyper::Request;
    use routegen_spec::{Auth, Method};
    use serde_json::{Value, json};

    use super::*;
    use crate::{Api, Function, Route, fuzz::called, lambda::Services};

    #[test]
    fn the_time_is_that_of_the_documentations_example() {
        let function = Function::in_process(async |_| Ok(json!({})));
        let route = Route::new(Method::Any, "/{a}/{rest+}".parse().unwrap(), Auth::None, "f");
        let api = Api::new().function("f", function).route(route);
        let api = LiveApi::new(&api, &Services::for_tests(), None).unwrap();
        let (parts, ()) = Request::get("/a/b/c").body(()).unwrap().into_parts();
        let time = UNIX_EPOCH + Duration::from_millis(1_583_348_638_390);
        let event = called(&api, &parts, b"", time, |call| event(call, &Identity::Open, b"")).unwrap();
        let event: Value = serde_json::from_slice(&event).unwrap();
        assert_eq!(event["requestContext"]["time"], "04/Mar/2020:19:03:58 +0000");
        assert_eq!(event["requestContext"]["timeEpoch"], 1_583_348_638_390_u64);
        assert_eq!(event["pathParameters"], json!({ "a": "a", "rest": "b/c" }));
    }
}
