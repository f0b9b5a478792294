//! The values of identity sources in a request.
//!
//! In: a source, and a request that was routed. Out: the request's value for that source. A request that
//! lacks one of an authorizer's sources, or has several header lines for one, gets 401 before the
//! authorizer is called. The first is [documented]; the second is an assumption, because it is undefined
//! which line counts.
//!
//! [documented]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

use std::borrow::Cow;

use routegen_spec::{ContextVariable, IdentitySource};

use crate::{QueryParameters, event::RoutedRequest};

/// What a request has for an identity source.
#[derive(Debug, Eq, PartialEq)]
pub enum Found<'a> {
    /// A non-empty value.
    One(Cow<'a, str>),
    /// Nothing, or an empty value.
    Nothing,
    /// Several header lines.
    Several,
}

/// Looks up a source in a request.
pub fn find<'a>(source: &IdentitySource, request: &'a RoutedRequest<'_>) -> Found<'a> {
    let text = match source {
        IdentitySource::Header(name) => {
            let mut lines = request.lines(name.as_str());
            let first = lines.next();
            if lines.next().is_some() {
                return Found::Several;
            }
            first
        }
        IdentitySource::Query(name) => {
            QueryParameters::parse(request.query).get(name.as_str()).map(|value| Cow::Owned(value.to_owned()))
        }
        IdentitySource::StageVariable(name) => {
            request.stage.variables.get(name.as_str()).map(|value| Cow::Borrowed(value.as_str()))
        }
        IdentitySource::Context(variable) => context(variable, request),
        _ => None,
    };
    text.filter(|text| !text.is_empty()).map_or(Found::Nothing, Found::One)
}

/// The values of all sources in their order; `None` unless the request has exactly one for each.
pub fn values(sources: &[IdentitySource], request: &RoutedRequest<'_>) -> Option<Vec<String>> {
    let value = |source| match find(source, request) {
        Found::One(value) => Some(value.into_owned()),
        Found::Nothing | Found::Several => None,
    };
    sources.iter().map(value).collect()
}

fn context<'a>(variable: &ContextVariable, request: &'a RoutedRequest<'_>) -> Option<Cow<'a, str>> {
    Some(match variable {
        ContextVariable::RouteKey => Cow::Borrowed(request.route_key),
        ContextVariable::HttpMethod => Cow::Borrowed(request.method.as_str()),
        ContextVariable::Path => request.raw_path(),
        ContextVariable::SourceIp => Cow::Owned(request.source_ip?.to_string()),
        ContextVariable::UserAgent => Cow::Borrowed(request.user_agent()),
        ContextVariable::Stage => Cow::Borrowed(request.stage.name()),
        ContextVariable::DomainName => Cow::Borrowed(request.domain_name()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;
    use crate::ApiStage;

    fn of(sources: &[&str], request: &RoutedRequest<'_>) -> Option<Vec<String>> {
        let sources: Vec<IdentitySource> = sources.iter().map(|source| source.parse().unwrap()).collect();
        values(&sources, request)
    }

    #[test]
    fn every_kind_of_source_has_its_place_in_the_request() {
        let headers: HeaderMap = [
            ("x-api-key", "k"),
            ("host", "a.b:80"),
            ("cookie", "c=d"),
            ("x-twice", "1"),
            ("x-twice", "1"),
            ("x-empty", ""),
        ]
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .into_iter()
        .fold(HeaderMap::new(), |mut headers, (name, value)| {
            headers.append(name, value);
            headers
        });
        let stage = ApiStage { variables: [("tenant".into(), "t".into())].into(), ..ApiStage::default() };
        let request = RoutedRequest {
            path: "/%61%2525/b",
            query: "a=1&the%2Ekey=x+y%2Fz&empty=&a=2&&%61=%2B",
            headers: &headers,
            source_ip: Some([192, 0, 2, 7].into()),
            stage: &stage,
            route_key: "GET /{a}/b",
            ..RoutedRequest::example()
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
            assert_eq!(of(&[source], &request), expected.map(|value| vec![value.to_owned()]), "{source}");
        }
        assert_eq!(of(&[], &request), Some(Vec::new()));
        assert_eq!(of(&["$context.routeKey", "$request.header.other"], &request), None);
        assert_eq!(find(&"$request.header.x-twice".parse().unwrap(), &request), Found::Several);
        let nothing = HeaderMap::new();
        let unknown = RoutedRequest { source_ip: None, headers: &nothing, ..request };
        assert_eq!(of(&["$context.identity.sourceIp"], &unknown), None);
        assert_eq!(of(&["$context.domainName"], &unknown), None);
    }
}
