//! The events of payload 2.0 that API Gateway would send.
//!
//! In: the head of a request, the route that takes it, and what the place where it arrived knows of it. Out: the event as JSON: a
//! route's, to which the caller adds the body, or an authorizer's, with the identity. What is not known is left out.

use std::{
    borrow::Cow,
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
    time::{Duration, SystemTime},
};

use axum::http::{
    HeaderMap, HeaderName, Method,
    header::{COOKIE, HOST, USER_AGENT},
};
use percent_encoding::percent_decode_str;
use routegen_spec::{AuthorizerSpec, IdentitySource};
use serde_json::{Map, Value, json};

use super::{identity, query};
use crate::log::common_log;

/// The name of the stage where none is given.
pub(super) const STAGE: &str = "$default";

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The head of a request.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    /// As the client sends it.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    /// All lines as the client sends them.
    pub(crate) headers: &'a HeaderMap,
    /// Cookies that no line can hold, each as `name=value`.
    pub(crate) cookies: &'a [String],
    /// What is said in place of headers of these names, by the server that receives the request.
    pub(crate) added: &'a [(&'a str, &'a str)],
    /// The version of HTTP: `HTTP/1.1`.
    pub(crate) protocol: &'a str,
    /// Where the request came from, if that is known.
    pub(crate) source_ip: Option<IpAddr>,
    pub(crate) stage_variables: &'a [(String, String)],
    pub(crate) route_key: &'a str,
    pub(crate) parameters: &'a [(String, String)],
    pub(crate) arrival: &'a Arrival,
}

/// When a request arrived, and what it is called.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) request_id: String,
    since_1970: Duration,
}

impl Arrival {
    pub(crate) fn now() -> Self {
        // The standard library seeds each of them anew: for its maps, whose keys clients choose.
        let [first, second] = [(); 2].map(|()| RandomState::new().hash_one(0));
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { request_id: format!("{first:016x}{second:016x}"), since_1970 }
    }
}

/// Where an authorizer's callers say who they are; or the first place that no request has by itself.
pub(crate) fn identity_sources(of: &AuthorizerSpec) -> Result<Vec<IdentitySource>, &str> {
    match of.identity_sources.iter().find(|source| source.place().is_none()) {
        Some(source) => Err(source.as_str()),
        None => Ok(of.identity_sources.clone()),
    }
}

/// A route's event, without a body.
pub(crate) fn of_route(head: &Head<'_>) -> Value {
    let mut event = common(head);
    event["isBase64Encoded"] = false.into();
    event
}

/// An authorizer's event; `None` where the request lacks an identity source, and API Gateway asks nobody.
pub(crate) fn of_authorizer(head: &Head<'_>, sources: &[IdentitySource]) -> Option<Value> {
    let identity = identity::of(sources, head)?;
    let mut event = common(head);
    event["type"] = "REQUEST".into();
    // With the path as the client sent it, as the local gateway has it.
    let (method, path) = (head.method, head.path);
    event["routeArn"] =
        format!("arn:aws:execute-api:us-east-1:123456789012:local/{STAGE}/{method}{path}").into();
    event["identitySource"] = json!(identity);
    Some(event)
}

fn common(head: &Head<'_>) -> Value {
    let path = head.decoded_path();
    let mut http = json!({
        "method": head.method.as_str(), "path": path, "protocol": head.protocol, "userAgent": head.user_agent(),
    });
    if let Some(address) = head.source_ip {
        http["sourceIp"] = address.to_string().into();
    }
    let mut context = json!({
        "accountId": "123456789012",
        "apiId": "local",
        "http": http,
        "requestId": head.arrival.request_id,
        "routeKey": head.route_key,
        "stage": STAGE,
        "time": common_log(head.arrival.since_1970),
        "timeEpoch": u64::try_from(head.arrival.since_1970.as_millis()).unwrap_or(u64::MAX),
    });
    if let Some(name) = head.domain_name() {
        context["domainName"] = name.into();
        context["domainPrefix"] = name.split('.').next().into();
    }
    let mut event = json!({
        "version": "2.0",
        "routeKey": head.route_key,
        "rawPath": path,
        "rawQueryString": head.query,
        "headers": head.event_headers(),
        "requestContext": context,
    });
    // What is empty, API Gateway leaves out.
    let cookies = head.cookies();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let query = query::parameters(head.query);
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query);
    }
    for (name, pairs) in [("pathParameters", head.parameters), ("stageVariables", head.stage_variables)] {
        if !pairs.is_empty() {
            event[name] = pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        }
    }
    event
}

impl Head<'_> {
    /// API Gateway decodes it once, and says it everywhere so.
    pub(super) fn decoded_path(&self) -> Cow<'_, str> {
        percent_decode_str(self.path).decode_utf8_lossy()
    }

    /// The name that the request is for, without the port, if it names one.
    pub(super) fn domain_name(&self) -> Option<&str> {
        let host = self.headers.get(HOST)?.to_str().ok()?;
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.is_empty() || port.parse::<u16>().is_ok() => name,
            _ => host,
        };
        Some(name).filter(|name| !name.is_empty())
    }

    pub(super) fn user_agent(&self) -> &str {
        self.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// All lines of a header.
    pub(super) fn lines(&self, name: &str) -> impl Iterator<Item = Cow<'_, str>> {
        self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()))
    }

    /// Several of one name are one, and cookies are apart. What concerns the connection alone is left out.
    fn event_headers(&self) -> Map<String, Value> {
        let mut headers = Map::new();
        for name in self.headers.keys().filter(|name| **name != COOKIE && !is_hop_by_hop(name)) {
            let lines: Vec<_> = self.lines(name.as_str()).collect();
            headers.insert(name.as_str().to_owned(), lines.join(",").into());
        }
        for (name, value) in self.added {
            headers.insert((*name).to_owned(), (*value).into());
        }
        // Its last address is the one that the request came from, behind API Gateway. One that is not known to be that is none.
        let before = headers.remove(FORWARDED_FOR.as_str());
        if let Some(address) = self.source_ip {
            let before = before.as_ref().and_then(Value::as_str).filter(|before| !before.is_empty());
            let forwarded =
                before.map_or_else(|| address.to_string(), |before| format!("{before}, {address}"));
            headers.insert(FORWARDED_FOR.to_string(), forwarded.into());
        }
        headers
    }

    /// The cookies of all lines, one by one.
    fn cookies(&self) -> Vec<String> {
        let lines = self.lines(COOKIE.as_str());
        let cookies =
            lines.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>());
        cookies.filter(|cookie| !cookie.is_empty()).chain(self.cookies.iter().cloned()).collect()
    }
}

/// Whether a header belongs to one connection and not to the message (RFC 9110, 7.6.1).
fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection" | "keep-alive" | "proxy-connection" | "te" | "trailer" | "transfer-encoding" | "upgrade"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(lines: &[(&'static str, &'static [u8])], target: &str, source_ip: Option<IpAddr>) -> Value {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, axum::http::HeaderValue::from_bytes(value).unwrap());
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        of_route(&Head {
            method: &Method::GET,
            path,
            query,
            headers: &headers,
            cookies: &[],
            added: &[("x-forwarded-proto", "https")],
            protocol: "HTTP/2.0",
            source_ip,
            stage_variables: &[],
            route_key: "$default",
            parameters: &[],
            arrival: &Arrival {
                request_id: "id".to_owned(),
                since_1970: Duration::from_millis(1_583_348_638_390),
            },
        })
    }

    #[test]
    fn an_event_says_of_a_request_what_is_known_of_it() {
        let lines: [(&str, &[u8]); 12] = [
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
        ];
        let address = IpAddr::from([192, 0, 2, 7]);
        let expected = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/admin//a/b%2f/../\u{fffd}",
            "rawQueryString": "a=1&a=%202&&b",
            "headers": {
                "host": "api.example.com:8080", "x-a": "1,2", "x-odd": "\u{fffd}", "user-agent": "agent,other",
                "x-forwarded-for": "10.0.0.1,10.0.0.2, 192.0.2.7", "x-forwarded-proto": "https",
            },
            "cookies": ["a=1", "b=2", "c=\u{fffd}", "d=4"],
            "queryStringParameters": { "a": "1, 2", "b": "" },
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
        assert_eq!(event(&lines, "/%61dmin//a%2Fb%252f/../%ff?a=1&a=%202&&b", Some(address)), expected);
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        let event = event(&[("x-forwarded-for", b"10.0.0.1")], "/", None);
        assert_eq!(event["headers"], json!({ "x-forwarded-proto": "https" }));
        let context = &event["requestContext"];
        assert_eq!((context.get("domainName"), context["http"].get("sourceIp")), (None, None));
        assert_eq!(context["http"]["userAgent"], "");
    }

    #[test]
    fn the_domain_is_the_host_without_a_port() {
        for (host, name) in [
            ("localhost", Some("localhost")),
            ("localhost:80", Some("localhost")),
            ("localhost:", Some("localhost")),
            ("localhost:x", Some("localhost:x")),
            ("[::1]:80", Some("[::1]")),
            ("[::1]", Some("[::1]")),
            ("", None),
            (":80", None),
        ] {
            let event = event(&[("host", host.as_bytes())], "/", None);
            assert_eq!(event["requestContext"]["domainName"].as_str(), name, "{host}");
        }
    }

    #[test]
    fn no_two_requests_have_one_id() {
        let ids: std::collections::HashSet<String> = (0..1_000).map(|_| Arrival::now().request_id).collect();
        assert_eq!(ids.len(), 1_000);
    }
}
