//! A Lambda authorizer as its author wrote it, and where its identity is in a request.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EnvName, Name, SourceLocation};

/// One `#[authorizer]`, as the registry holds it: a function that API Gateway asks whether a request may pass, with the
/// event of payload format 2.0, and that gives a simple response ([Lambda authorizers]).
///
/// [Lambda authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AuthorizerSpec {
    /// The word that routes name it by, and the name of its function.
    pub name: Name,
    /// Where a request has what identifies the caller. A request that lacks one of them gets 401 and never reaches the
    /// function. All of them together are the key under which an answer is kept.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub identity_sources: Vec<IdentitySource>,
    /// How long an answer is kept, in seconds; 0 for not at all.
    pub ttl: u32,
    /// Memory of the function in MB; `None` where the author left it to the configuration.
    pub memory: Option<u32>,
    /// Timeout of the function in seconds; `None` where the author left it to the configuration.
    pub timeout: Option<u32>,
    /// The environment variables that the function needs, in the order in which they were written.
    pub env: Vec<EnvName>,
    /// What it decides by: the first paragraph of the function's doc comment; possibly empty.
    pub description: String,
    /// The function's path: `items::api_key`.
    pub handler: String,
    /// The cargo package that the function belongs to.
    pub package: String,
    /// Where the attribute stands.
    pub source: SourceLocation,
    /// The exported symbol of the entry point.
    pub entry: String,
}

impl AuthorizerSpec {
    /// An authorizer of which only the name is known. It reads the header `Authorization`, no answer is kept, and the rest is
    /// empty, for the caller to fill in.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            identity_sources: vec![IdentitySource::authorization()],
            ttl: 0,
            memory: None,
            timeout: None,
            env: Vec::new(),
            description: String::new(),
            handler: String::new(),
            package: String::new(),
            source: SourceLocation::default(),
            entry: String::new(),
        }
    }
}

/// A place in a request, in API Gateway's words: `$request.header.Authorization` ([identity sources]).
///
/// [identity sources]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdentitySource(String);

impl IdentitySource {
    /// The kinds of places, each with the dot before the name.
    const KINDS: [&str; 4] = ["$request.header.", "$request.querystring.", "$context.", "$stageVariables."];

    /// Where most clients say who they are: the default.
    pub fn authorization() -> Self {
        Self("$request.header.Authorization".to_owned())
    }

    /// The place as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it names, if a request alone has that: some variables of `$context` do not exist before somebody has authorized
    /// the request, and others are AWS's alone.
    pub fn place(&self) -> Option<RequestPlace<'_>> {
        let [header, query, context, stage] = Self::KINDS.map(|kind| self.0.strip_prefix(kind));
        let place = match context {
            None => {
                let header = header.map(RequestPlace::Header);
                let query = query.map(RequestPlace::Query);
                return header.or(query).or(stage.map(RequestPlace::StageVariable));
            }
            Some("routeKey") => RequestPlace::RouteKey,
            Some("httpMethod") => RequestPlace::HttpMethod,
            Some("path") => RequestPlace::Path,
            Some("identity.sourceIp") => RequestPlace::SourceIp,
            Some("identity.userAgent") => RequestPlace::UserAgent,
            Some("stage") => RequestPlace::Stage,
            Some("domainName") => RequestPlace::DomainName,
            Some(_) => return None,
        };
        Some(place)
    }
}

/// What an [`IdentitySource`] names in a request. How `$context` is written, AWS says ([its variables]).
///
/// [its variables]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RequestPlace<'a> {
    /// A header, by a name in which case does not count.
    Header(&'a str),
    /// A parameter of the query.
    Query(&'a str),
    /// A variable of the stage.
    StageVariable(&'a str),
    /// The key of the route that takes the request.
    RouteKey,
    /// The request's method.
    HttpMethod,
    /// The request's path, as events have it: decoded, with the stage. That it is decoded here too is not documented.
    Path,
    /// The address that the request came from.
    SourceIp,
    /// The header `User-Agent`.
    UserAgent,
    /// The name of the stage.
    Stage,
    /// The host that the request is for.
    DomainName,
}

impl FromStr for IdentitySource {
    type Err = IdentitySourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = Self::KINDS.iter().find_map(|kind| text.strip_prefix(kind));
        // Header names are tokens (RFC 9110, 5.6.2), and the others are no wider.
        let valid = |name: &str| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#%&'*+-.^_`|~".contains(c))
        };
        if !name.is_some_and(valid) {
            return Err(IdentitySourceError { source: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for IdentitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<IdentitySource> for String {
    fn from(source: IdentitySource) -> Self {
        source.0
    }
}

impl TryFrom<String> for IdentitySource {
    type Error = IdentitySourceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
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
        write!(f, "`{}` is no identity source", self.source)
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

    #[test]
    fn a_source_is_a_place_in_the_request_or_one_that_only_aws_has() {
        for (source, place) in [
            ("$request.header.X-Api-Key", Some(RequestPlace::Header("X-Api-Key"))),
            ("$request.querystring.a.b", Some(RequestPlace::Query("a.b"))),
            ("$stageVariables.routeKey", Some(RequestPlace::StageVariable("routeKey"))),
            ("$context.routeKey", Some(RequestPlace::RouteKey)),
            ("$context.httpMethod", Some(RequestPlace::HttpMethod)),
            ("$context.path", Some(RequestPlace::Path)),
            ("$context.identity.sourceIp", Some(RequestPlace::SourceIp)),
            ("$context.identity.userAgent", Some(RequestPlace::UserAgent)),
            ("$context.stage", Some(RequestPlace::Stage)),
            ("$context.domainName", Some(RequestPlace::DomainName)),
            ("$context.authorizer.principalId", None),
            ("$context.identity.sourceip", None),
            ("$context.sourceIp", None),
            ("$context.requestId", None),
        ] {
            assert_eq!(source.parse::<IdentitySource>().unwrap().place(), place, "{source}");
        }
    }

    #[test]
    fn an_identity_source_is_one_of_api_gateways_words() {
        for good in [
            "$request.header.Authorization",
            "$request.header.x-api-key",
            "$request.querystring.key",
            "$context.routeKey",
            "$context.identity.sourceIp",
            "$stageVariables.tenant",
        ] {
            assert_eq!(good.parse::<IdentitySource>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "Authorization",
            "$request.header.",
            "$request.body",
            "$request.header.a b",
            "request.header.a",
            "$request.path.id",
        ] {
            assert!(bad.parse::<IdentitySource>().is_err(), "{bad}");
        }
    }
}
