//! Requests for the fuzz targets: parsed as if they had been sent, and routed through an API.

use std::time::SystemTime;

use hyper::{
    Request,
    header::{HeaderName, HeaderValue},
    http::request::Parts,
};
use routegen_apigw::{event::RoutedRequest, routing::RequestPath};

use crate::deployment::{DeployedRoute, Deployment};

/// A request as it was sent.
pub(super) struct Sent<'a> {
    pub(super) parts: Parts,
    /// In the order of the lines, with names in lower case.
    headers: Vec<(String, &'a [u8])>,
    pub(super) body: &'a [u8],
}

impl<'a> Sent<'a> {
    /// Reads a line with method and target, a line for each header, an empty line, and the body; `None` if
    /// it is not a valid request. The version may be missing, which makes the seeds easier to read.
    pub(super) fn parse(input: &'a [u8]) -> Option<Self> {
        let (first, mut rest) = line(input);
        let mut words = first.split(|byte| *byte == b' ');
        let request = Request::builder().method(words.next()?).uri(words.next()?);
        let (mut parts, ()) = request.body(()).ok()?.into_parts();
        let mut headers = Vec::new();
        while !rest.is_empty() {
            let (header, after) = line(rest);
            rest = after;
            if header.is_empty() {
                break;
            }
            let colon = header.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&header[..colon]).ok()?;
            let value = header[colon + 1..].trim_ascii();
            headers.push((name.as_str().to_owned(), value));
            parts.headers.try_append(name, HeaderValue::from_bytes(value).ok()?).ok()?;
        }
        Some(Self { parts, headers, body: rest })
    }

    /// The names of its headers, in lower case.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    /// All values of a header, as texts, in the order of their lines.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = String> {
        let values = self.headers.iter().filter(move |(known, _)| known == name);
        values.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }
}

/// The first line without its end, and the rest.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[][..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

/// A request with the route that matches it.
pub(crate) struct Called<'a> {
    pub(crate) route: &'a DeployedRoute,
    pub(crate) request: RoutedRequest<'a>,
}

/// Routes a request; `None` if its target is not a path or no route matches.
pub(crate) fn called<R>(
    api: &Deployment,
    parts: &Parts,
    body: &[u8],
    time: SystemTime,
    then: impl FnOnce(&Called<'_>) -> R,
) -> Option<R> {
    let path = RequestPath::parse(parts.uri.path()).ok()?;
    let route = &api.routes[api.trie.select(parts.method.as_str(), &path)?];
    let added = [
        ("x-amzn-trace-id", "trace".into()),
        ("x-forwarded-port", "80".into()),
        ("x-forwarded-proto", "http".into()),
        ("content-length", body.len().to_string().into()),
    ];
    let request = RoutedRequest {
        stage: &api.stage,
        route_key: &route.key,
        path_parameters: &path.parameters_of(&route.path),
        method: &parts.method,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        cookies: &[],
        added_headers: &added,
        protocol: "HTTP/1.1",
        source_ip: Some([192, 0, 2, 1].into()),
        request_id: "id",
        time,
    };
    Some(then(&Called { route, request }))
}
