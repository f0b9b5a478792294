//! Turns a request into an event.

use std::{
    borrow::Cow,
    net::IpAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{
    HeaderMap, Method,
    header::{self, HeaderName},
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{
    body,
    context::{Http, Identity, RequestContext},
    headers::{EventHeaders, FORWARDED_FOR, joined},
};
use crate::{ApiStage, QueryParameters, host};

/// The time format of events: Common Log Format.
const CLF: &str = "%d/%b/%Y:%H:%M:%S +0000";

/// A request that was routed, with what its receiver adds.
#[derive(Clone, Copy, Debug)]
pub struct RoutedRequest<'a> {
    /// The stage.
    pub stage: &'a ApiStage,
    /// The key of the selected route.
    pub route_key: &'a str,
    /// The route's parameters with their values in the request, percent-decoded.
    pub path_parameters: &'a [(String, String)],
    /// The method.
    pub method: &'a Method,
    /// The path as the client sent it, percent-encoded and with the stage.
    pub path: &'a str,
    /// The query as the client sent it; empty if there is none.
    pub query: &'a str,
    /// All header lines as the client sent them.
    pub headers: &'a HeaderMap,
    /// Cookies in addition to those in the headers, each as `name=value`: for cookies that cannot be in a
    /// header line.
    pub cookies: &'a [String],
    /// Headers of the receiver that replace those with the same names, which are in lower case.
    pub added_headers: &'a [(&'a str, Cow<'a, str>)],
    /// The HTTP version: `HTTP/1.1`.
    pub protocol: &'a str,
    /// The address of the client, if it is known.
    pub source_ip: Option<IpAddr>,
    /// API Gateway's id of the request.
    pub request_id: &'a str,
    /// When it arrived.
    pub time: SystemTime,
}

/// The event of the route's function. An empty body is left out.
pub fn proxy_event(request: &RoutedRequest<'_>, identity: &Identity, body: &[u8]) -> Bytes {
    write(request, &Kind::Proxy { identity, body })
}

/// The event of a Lambda authorizer's function ([its format]), with the values of its identity sources. It
/// contains no body.
///
/// [its format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
pub fn authorizer_event(request: &RoutedRequest<'_>, identity_source: &[String]) -> Bytes {
    write(request, &Kind::Authorizer { identity_source })
}

/// The value of the header `x-amzn-trace-id` in an event: only the root of the trace that Lambda passes to
/// a function. It is so in every event that AWS publishes, and in all captures.
pub fn trace_header(trace: &str) -> &str {
    trace.split_once(';').map_or(trace, |(root, _)| root)
}

enum Kind<'a> {
    Proxy { identity: &'a Identity, body: &'a [u8] },
    Authorizer { identity_source: &'a [String] },
}

fn write(request: &RoutedRequest<'_>, kind: &Kind<'_>) -> Bytes {
    let body_length = if let Kind::Proxy { body, .. } = kind { body.len() } else { 0 };
    // Base64 makes four bytes of three; the rest of an event is about twice the size of its headers.
    let mut json = Vec::with_capacity(2_048 + body_length / 3 * 4);
    serde_json::to_writer(&mut json, &Event { request, kind }).expect("an event has no keys but texts");
    json.into()
}

struct Event<'a> {
    request: &'a RoutedRequest<'a>,
    kind: &'a Kind<'a>,
}

/// Fields are in the order of the documentation's example. Empty ones are left out, except
/// `rawQueryString`.
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, kind } = self;
        let (raw_path, stage) = (request.raw_path(), request.stage);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", "2.0")?;
        if let Kind::Authorizer { identity_source } = kind {
            map.serialize_entry("type", "REQUEST")?;
            map.serialize_entry("routeArn", &request.arn())?;
            map.serialize_entry("identitySource", identity_source)?;
        }
        map.serialize_entry("routeKey", request.route_key)?;
        map.serialize_entry("rawPath", &raw_path)?;
        map.serialize_entry("rawQueryString", request.query)?;
        let cookies = request.all_cookies();
        if !cookies.is_empty() {
            map.serialize_entry("cookies", &cookies)?;
        }
        let forwarded_for = request.forwarded_for();
        let headers = EventHeaders {
            headers: request.headers,
            added: request.added_headers,
            forwarded_for: forwarded_for.as_deref(),
        };
        map.serialize_entry("headers", &headers)?;
        let query = QueryParameters::parse(request.query);
        if !query.is_empty() {
            map.serialize_entry("queryStringParameters", &query)?;
        }
        let identity = if let Kind::Proxy { identity, .. } = kind { Some(*identity) } else { None };
        request.context(identity, &raw_path, |context| map.serialize_entry("requestContext", context))?;
        if !request.path_parameters.is_empty() {
            map.serialize_entry("pathParameters", &Pairs(request.path_parameters))?;
        }
        if !stage.variables.is_empty() {
            map.serialize_entry("stageVariables", &stage.variables)?;
        }
        if let Kind::Proxy { body, .. } = kind {
            let (text, is_base64) = body::encode(request.headers, body).unzip();
            if let Some(text) = text {
                map.serialize_entry("body", &text)?;
            }
            map.serialize_entry("isBase64Encoded", &is_base64.unwrap_or(false))?;
        }
        map.end()
    }
}

impl RoutedRequest<'_> {
    /// The path as events have it, in `rawPath` and everywhere else: percent-decoded once, with the stage
    /// (reported, not documented: captures in middleapi/standard-server #93, and AWS's own test tool,
    /// aws/aws-lambda-dotnet #1901).
    pub fn raw_path(&self) -> Cow<'_, str> {
        percent_decode_str(self.path).decode_utf8_lossy()
    }

    /// The host that the request names, without the port.
    pub fn domain_name(&self) -> Option<&str> {
        self.text(header::HOST).map(host::name).filter(|name| !name.is_empty())
    }

    /// The first header `User-Agent`, if it is text.
    pub fn user_agent(&self) -> &str {
        self.text(header::USER_AGENT).unwrap_or_default()
    }

    /// All lines of a header.
    pub(crate) fn lines(&self, name: &str) -> impl Iterator<Item = Cow<'_, str>> {
        self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()))
    }

    /// A header, if it is text.
    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The ARN of the route, with the request's method and path ([the form]). It contains the stage once,
    /// although the request's path also begins with a named stage.
    ///
    /// [the form]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    fn arn(&self) -> String {
        let ApiStage { account_id, api_id, region, name, .. } = self.stage;
        // The rest of `/stage/path` after its first segment, however that is encoded.
        let after_stage = |path: &str| path.get(1..).and_then(|path| path.find('/')).map(|at| at + 1);
        let path = match name {
            Some(_) => after_stage(self.path).map_or("", |at| &self.path[at..]),
            None => self.path,
        };
        let (stage, method) = (self.stage.name(), self.method);
        format!("arn:aws:execute-api:{region}:{account_id}:{api_id}/{stage}/{method}{path}")
    }

    /// The addresses that the request came through. Behind API Gateway, the last one is the client's. A
    /// list whose last address is not known to be the client's cannot be trusted, so there is none.
    fn forwarded_for(&self) -> Option<String> {
        let client = self.source_ip?;
        let before = joined(self.headers, FORWARDED_FOR);
        Some(if before.is_empty() { client.to_string() } else { format!("{before}, {client}") })
    }

    /// The cookies of all `cookie` headers and the additional ones, one by one.
    fn all_cookies(&self) -> Vec<Cow<'_, str>> {
        let mut cookies = Vec::new();
        for value in self.headers.get_all(header::COOKIE) {
            match String::from_utf8_lossy(value.as_bytes()) {
                Cow::Borrowed(text) => cookies.extend(split(text).map(Cow::Borrowed)),
                Cow::Owned(text) => cookies.extend(split(&text).map(|cookie| Cow::Owned(cookie.to_owned()))),
            }
        }
        cookies.extend(self.cookies.iter().map(|cookie| Cow::Borrowed(cookie.as_str())));
        cookies
    }

    /// Passes the context to `lend`, because it borrows from values that are created here.
    fn context<R>(
        &self,
        identity: Option<&Identity>,
        path: &str,
        lend: impl FnOnce(&RequestContext<'_>) -> R,
    ) -> R {
        let domain_name = self.domain_name();
        let epoch = self.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = Timestamp::try_from(self.time).unwrap_or_default().strftime(CLF).to_string();
        lend(&RequestContext {
            account_id: &self.stage.account_id,
            api_id: &self.stage.api_id,
            authorizer: identity.filter(|identity| !matches!(identity, Identity::Open)),
            domain_name,
            domain_prefix: domain_name.and_then(|name| name.split('.').next()),
            http: Http {
                method: self.method.as_str(),
                path,
                protocol: self.protocol,
                source_ip: self.source_ip.map(|address| address.to_string()).as_deref(),
                user_agent: self.user_agent(),
            },
            request_id: self.request_id,
            route_key: self.route_key,
            stage: self.stage.name(),
            time: &time,
            time_epoch: u64::try_from(epoch.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

fn split(cookies: &str) -> impl Iterator<Item = &str> {
    cookies.split(';').map(str::trim).filter(|cookie| !cookie.is_empty())
}

/// Serializes names and values as a map.
struct Pairs<'a>(&'a [(String, String)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
impl RoutedRequest<'static> {
    /// A request for tests, which set what matters to them.
    pub(crate) fn example() -> Self {
        use std::sync::LazyLock;
        static STAGE: LazyLock<ApiStage> = LazyLock::new(ApiStage::default);
        static HEADERS: LazyLock<HeaderMap> = LazyLock::new(HeaderMap::new);
        RoutedRequest {
            stage: &STAGE,
            route_key: "$default",
            path_parameters: &[],
            method: &Method::GET,
            path: "/",
            query: "",
            headers: &HEADERS,
            cookies: &[],
            added_headers: &[],
            protocol: "HTTP/1.1",
            source_ip: None,
            request_id: "id",
            time: UNIX_EPOCH,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;
    use serde_json::{Value, json};

    use super::*;

    fn event(request: &RoutedRequest<'_>) -> Value {
        serde_json::from_slice(&proxy_event(request, &Identity::Open, b"")).unwrap()
    }

    fn headers(lines: &[(&'static str, &'static [u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn an_event_says_of_a_request_what_is_known_of_it() {
        let headers = headers(&[
            ("host", b"api.example.com:8080"),
            ("x-a", b"1"),
            ("x-a", b"2"),
            ("x-odd", b"\xff"),
            ("cookie", b"a=1; b=2 ;;c=\xe4"),
            ("cookie", b"d=4"),
            ("user-agent", b"agent"),
            ("user-agent", b"other"),
            ("connection", b"close"),
            ("x-forwarded-for", b"10.0.0.1"),
            ("x-forwarded-for", b"10.0.0.2"),
            ("x-forwarded-proto", b"gopher"),
        ]);
        let request = RoutedRequest {
            path: "/%61dmin//a%2Fb%252f/../%ff",
            query: "a=1&a=%202&&b",
            headers: &headers,
            cookies: &["e=\n".to_owned()],
            added_headers: &[("x-forwarded-proto", "https".into())],
            protocol: "HTTP/2.0",
            source_ip: Some([192, 0, 2, 7].into()),
            path_parameters: &[("a".to_owned(), "a".to_owned()), ("rest".to_owned(), "b/c".to_owned())],
            time: UNIX_EPOCH + Duration::from_millis(1_583_348_638_390),
            ..RoutedRequest::example()
        };
        let expected = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/admin//a/b%2f/../\u{fffd}",
            "rawQueryString": "a=1&a=%202&&b",
            "headers": {
                "host": "api.example.com:8080", "x-a": "1,2", "x-odd": "\u{fffd}", "user-agent": "agent,other",
                "x-forwarded-for": "10.0.0.1,10.0.0.2, 192.0.2.7", "x-forwarded-proto": "https",
            },
            "cookies": ["a=1", "b=2", "c=\u{fffd}", "d=4", "e=\n"],
            "queryStringParameters": { "a": "1, 2", "b": "" },
            "pathParameters": { "a": "a", "rest": "b/c" },
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "local",
                "domainName": "api.example.com",
                "domainPrefix": "api",
                "http": {
                    "method": "GET", "path": "/admin//a/b%2f/../\u{fffd}", "protocol": "HTTP/2.0",
                    "sourceIp": "192.0.2.7", "userAgent": "agent",
                },
                "requestId": "id",
                "routeKey": "$default",
                "stage": "$default",
                "time": "04/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_583_348_638_390_u64,
            },
            "isBase64Encoded": false,
        });
        assert_eq!(event(&request), expected);
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        let headers = headers(&[("x-forwarded-for", b"10.0.0.1")]);
        let event = event(&RoutedRequest { headers: &headers, ..RoutedRequest::example() });
        assert_eq!(event["headers"], json!({}));
        let context = &event["requestContext"];
        assert_eq!((context.get("domainName"), context["http"].get("sourceIp")), (None, None));
        assert_eq!(context["http"]["userAgent"], "");
    }

    #[test]
    fn the_domain_is_the_host_without_a_port() {
        for (host, name) in [
            ("localhost:80", Some("localhost")),
            ("localhost:x", Some("localhost:x")),
            ("[::1]:80", Some("[::1]")),
            ("", None),
            (":80", None),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            let event = event(&RoutedRequest { headers: &headers, ..RoutedRequest::example() });
            assert_eq!(event["requestContext"]["domainName"].as_str(), name, "{host}");
        }
    }

    #[test]
    fn the_stage_is_in_an_arn_once() {
        let arn = |stage: Option<&str>, path: &str| {
            let stage = ApiStage { name: stage.map(str::to_owned), ..ApiStage::default() };
            RoutedRequest { stage: &stage, path, ..RoutedRequest::example() }.arn()
        };
        let arn_of = |rest: &str| format!("arn:aws:execute-api:us-east-1:123456789012:local/{rest}");
        assert_eq!(arn(None, "/a%2Fb/c"), arn_of("$default/GET/a%2Fb/c"));
        assert_eq!(arn(Some("live"), "/live/a%2Fb"), arn_of("live/GET/a%2Fb"));
        assert_eq!(arn(Some("live"), "/%6cive/a"), arn_of("live/GET/a"));
        assert_eq!(arn(Some("live"), "/live"), arn_of("live/GET"));
    }

    #[test]
    fn a_trace_is_told_by_its_root() {
        assert_eq!(trace_header("Root=1-5e6722a7-cc56;Parent=5;Sampled=0"), "Root=1-5e6722a7-cc56");
        assert_eq!(trace_header("Root=1-5e6722a7-cc56"), "Root=1-5e6722a7-cc56");
    }
}
