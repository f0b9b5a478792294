//! The values of an authorizer's identity sources.
//!
//! In: the sources, and the request that is to have their values. Out: the values in their order. A source that has none, or a header
//! of which there are several lines, is a request that API Gateway refuses with 401 before it asks the authorizer.

use routegen_spec::{IdentitySource, RequestPlace};

use super::{
    event::{Head, STAGE},
    query,
};

/// The values, or `None` where one is missing.
pub(super) fn of(sources: &[IdentitySource], head: &Head<'_>) -> Option<Vec<String>> {
    let value = |source: &IdentitySource| value(source.place()?, head).filter(|value| !value.is_empty());
    sources.iter().map(value).collect()
}

fn value(place: RequestPlace<'_>, head: &Head<'_>) -> Option<String> {
    match place {
        RequestPlace::Header(name) => {
            let mut lines = head.lines(name);
            let first = lines.next()?.into_owned();
            lines.next().is_none().then_some(first)
        }
        RequestPlace::Query(name) => query::parameters(head.query).remove(name),
        RequestPlace::StageVariable(name) => {
            let found = head.stage_variables.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        }
        RequestPlace::RouteKey => Some(head.route_key.to_owned()),
        RequestPlace::HttpMethod => Some(head.method.as_str().to_owned()),
        RequestPlace::Path => Some(head.decoded_path().into_owned()),
        RequestPlace::SourceIp => head.source_ip.map(|address| address.to_string()),
        RequestPlace::UserAgent => Some(head.user_agent().to_owned()),
        RequestPlace::Stage => Some(STAGE.to_owned()),
        RequestPlace::DomainName => head.domain_name().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Method};

    use super::{super::event::Arrival, *};

    #[test]
    fn every_kind_of_source_has_its_place_in_the_request() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-api-key", "k"),
            ("host", "a.b:80"),
            ("cookie", "c=d"),
            ("x-twice", "1"),
            ("x-twice", "1"),
            ("x-empty", ""),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let head = Head {
            method: &Method::GET,
            path: "/%61%2525/b",
            query: "a=1&the%2Ekey=x+y%2Fz&empty=&a=2&&%61=%2B",
            headers: &headers,
            cookies: &[],
            added: &[],
            protocol: "HTTP/1.1",
            source_ip: Some([192, 0, 2, 7].into()),
            stage_variables: &[("tenant".to_owned(), "t".to_owned())],
            route_key: "GET /{a}/b",
            parameters: &[],
            arrival: &Arrival::now(),
        };
        let of = |sources: &[&str], head: &Head<'_>| {
            let sources: Vec<IdentitySource> = sources.iter().map(|source| source.parse().unwrap()).collect();
            super::of(&sources, head)
        };
        for (source, expected) in [
            ("$request.header.X-Api-Key", Some("k")),
            ("$request.header.cookie", Some("c=d")),
            ("$request.header.Host", Some("a.b:80")),
            ("$request.header.x-twice", None),
            ("$request.header.x-empty", None),
            ("$request.header.other", None),
            ("$request.querystring.the.key", Some("x y/z")),
            ("$request.querystring.a", Some("1,2,+")),
            ("$request.querystring.empty", None),
            ("$request.querystring.A", None),
            ("$stageVariables.tenant", Some("t")),
            ("$stageVariables.other", None),
            ("$context.routeKey", Some("GET /{a}/b")),
            ("$context.identity.sourceIp", Some("192.0.2.7")),
            ("$context.identity.userAgent", None),
            ("$context.httpMethod", Some("GET")),
            ("$context.path", Some("/a%25/b")),
            ("$context.stage", Some("$default")),
            ("$context.domainName", Some("a.b")),
            ("$context.other", None),
        ] {
            assert_eq!(of(&[source], &head), expected.map(|value| vec![value.to_owned()]), "{source}");
        }
        assert_eq!(of(&[], &head), Some(Vec::new()));
        assert_eq!(of(&["$context.routeKey", "$request.header.other"], &head), None);
        let unknown = Head { source_ip: None, headers: &HeaderMap::new(), ..head };
        assert_eq!(of(&["$context.identity.sourceIp"], &unknown), None);
        assert_eq!(of(&["$context.domainName"], &unknown), None);
    }
}
