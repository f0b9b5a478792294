//! Where a request identifies its caller, in API Gateway's syntax.
//!
//! In: a text such as `$request.header.Authorization`. Out: the place that it names. It is parsed only
//! here, and all other crates use the result. Anything that API Gateway has no syntax for is refused.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A place in a request, in API Gateway's syntax: `$request.header.Authorization` ([identity sources]).
///
/// [identity sources]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum IdentitySource {
    /// A header, by its case-insensitive name: `$request.header.NAME`.
    Header(SourceName),
    /// A query parameter: `$request.querystring.NAME`.
    Query(SourceName),
    /// A context variable: `$context.NAME`.
    Context(ContextVariable),
    /// A stage variable: `$stageVariables.NAME`.
    StageVariable(SourceName),
}

/// A variable of `$context` ([its variables]).
///
/// [its variables]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ContextVariable {
    /// `routeKey`: the key of the selected route.
    RouteKey,
    /// `httpMethod`: the request's method.
    HttpMethod,
    /// `path`: the request's path as events have it, decoded and with the stage. AWS does not document that
    /// it is decoded here too.
    Path,
    /// `identity.sourceIp`: the address that the request came from.
    SourceIp,
    /// `identity.userAgent`: the header `User-Agent`.
    UserAgent,
    /// `stage`: the name of the stage.
    Stage,
    /// `domainName`: the host that the request is for.
    DomainName,
    /// A variable that the request alone does not determine: it exists only after authorization, or only in
    /// AWS.
    Other(SourceName),
}

/// The name of a header, a parameter or a variable: a token of RFC 9110 (5.6.2), and not empty.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SourceName(String);

const HEADER: &str = "$request.header.";
const QUERY: &str = "$request.querystring.";
const CONTEXT: &str = "$context.";
const STAGE_VARIABLE: &str = "$stageVariables.";

/// The variables that the request alone determines.
const VARIABLES: [(&str, ContextVariable); 7] = [
    ("routeKey", ContextVariable::RouteKey),
    ("httpMethod", ContextVariable::HttpMethod),
    ("path", ContextVariable::Path),
    ("identity.sourceIp", ContextVariable::SourceIp),
    ("identity.userAgent", ContextVariable::UserAgent),
    ("stage", ContextVariable::Stage),
    ("domainName", ContextVariable::DomainName),
];

impl IdentitySource {
    /// The default, which most clients use: `$request.header.Authorization`.
    pub fn authorization() -> Self {
        Self::Header(SourceName("Authorization".to_owned()))
    }

    /// Whether the request alone determines it, before anything is authorized.
    pub fn is_of_a_request(&self) -> bool {
        !matches!(self, Self::Context(ContextVariable::Other(_)))
    }
}

impl FromStr for IdentitySource {
    type Err = IdentitySourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |prefix: &str| text.strip_prefix(prefix).and_then(SourceName::new);
        let context = |name: SourceName| {
            let known = VARIABLES.into_iter().find(|(known, _)| *known == name.as_str());
            known.map_or_else(|| ContextVariable::Other(name), |(_, variable)| variable)
        };
        named(HEADER)
            .map(Self::Header)
            .or_else(|| named(QUERY).map(Self::Query))
            .or_else(|| named(CONTEXT).map(context).map(Self::Context))
            .or_else(|| named(STAGE_VARIABLE).map(Self::StageVariable))
            .ok_or_else(|| IdentitySourceError { source: text.to_owned() })
    }
}

impl fmt::Display for IdentitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, name) = match self {
            Self::Header(name) => (HEADER, name.as_str()),
            Self::Query(name) => (QUERY, name.as_str()),
            Self::Context(variable) => (CONTEXT, variable.as_str()),
            Self::StageVariable(name) => (STAGE_VARIABLE, name.as_str()),
        };
        f.pad(&format!("{prefix}{name}"))
    }
}

impl From<IdentitySource> for String {
    fn from(source: IdentitySource) -> Self {
        source.to_string()
    }
}

impl TryFrom<String> for IdentitySource {
    type Error = IdentitySourceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl ContextVariable {
    /// Its name, after `$context.`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name.as_str(),
            known => VARIABLES.iter().find(|(_, variable)| variable == known).map_or("", |(name, _)| name),
        }
    }
}

impl SourceName {
    fn new(name: &str) -> Option<Self> {
        let valid = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#%&'*+-.^_`|~".contains(c));
        valid.then(|| Self(name.to_owned()))
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not an [`IdentitySource`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IdentitySourceError {
    source: String,
}

impl std::error::Error for IdentitySourceError {}

impl fmt::Display for IdentitySourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an identity source", self.source)
    }
}

impl IdentitySourceError {
    /// What to write instead.
    pub fn help(&self) -> String {
        "write `$request.header.NAME`, `$request.querystring.NAME`, `$context.NAME` or `$stageVariables.NAME`"
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> SourceName {
        SourceName::new(text).unwrap()
    }

    #[test]
    fn a_source_is_a_place_in_the_request_or_one_that_only_aws_has() {
        use ContextVariable::{DomainName, HttpMethod, Other, Path, RouteKey, SourceIp, Stage, UserAgent};
        use IdentitySource::{Context, Header, Query, StageVariable};
        for (text, source) in [
            ("$request.header.X-Api-Key", Header(name("X-Api-Key"))),
            ("$request.querystring.a.b", Query(name("a.b"))),
            ("$stageVariables.routeKey", StageVariable(name("routeKey"))),
            ("$context.routeKey", Context(RouteKey)),
            ("$context.httpMethod", Context(HttpMethod)),
            ("$context.path", Context(Path)),
            ("$context.identity.sourceIp", Context(SourceIp)),
            ("$context.identity.userAgent", Context(UserAgent)),
            ("$context.stage", Context(Stage)),
            ("$context.domainName", Context(DomainName)),
            ("$context.authorizer.principalId", Context(Other(name("authorizer.principalId")))),
            ("$context.identity.sourceip", Context(Other(name("identity.sourceip")))),
            ("$context.sourceIp", Context(Other(name("sourceIp")))),
            ("$context.requestId", Context(Other(name("requestId")))),
        ] {
            assert_eq!(text.parse::<IdentitySource>().unwrap(), source);
            assert_eq!(source.to_string(), text);
            let is_other = matches!(source, Context(Other(_)));
            assert_eq!(source.is_of_a_request(), !is_other, "{text}");
        }
        assert_eq!(IdentitySource::authorization().to_string(), "$request.header.Authorization");
    }

    #[test]
    fn an_identity_source_is_one_of_api_gateways_words() {
        for bad in [
            "",
            "Authorization",
            "$request.header.",
            "$request.body",
            "$request.header.a b",
            "request.header.a",
            "$request.path.id",
            "$context.",
            "$stageVariables.a/b",
            " $request.header.a",
        ] {
            assert!(bad.parse::<IdentitySource>().is_err(), "{bad}");
        }
    }
}
