//! The erased authorizer, and the request that it decides about.

use std::{collections::HashMap, fmt, future::Future, net::IpAddr, pin::Pin};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{Problem, decision::Judgement, rejection::Rejection, request::Request, resource::Maker};

/// The result of an authorizer's glue: the function's decision, or why it was not called.
pub type Verdict = Pin<Box<dyn Future<Output = Result<Judgement, Rejection>> + Send>>;

/// An authorizer with its function.
#[derive(Clone, Copy, Debug)]
pub struct Authorizer {
    /// The name by which routes refer to it.
    pub name: &'static str,
    /// The resources among the function's arguments.
    pub resources: &'static [Option<&'static Maker>],
    /// Extracts the function's arguments, calls it and erases its decision.
    pub call: fn(Request) -> Verdict,
}

/// The event that API Gateway sends an authorizer, in the [payload format 2.0], as an argument.
///
/// The extractors of routes for headers, query and URI work too: `HeaderMap`, [`Query<T>`](crate::Query),
/// [`Uri`](axum::http::Uri).
///
/// [payload format 2.0]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AuthorizerRequest {
    /// The values of the authorizer's identity sources, in order. They identify the caller, and a decision is
    /// cached under them. API Gateway refuses a request that lacks one before calling the authorizer.
    pub identity_source: Vec<String>,
    /// The ARN of the requested route, with the request's method and path. The client chooses how the path in
    /// it is encoded, so `/admin` may also be `/%61dmin`: decide by [`route_key`](Self::route_key) instead.
    pub route_arn: String,
    /// The requested route, as selected by API Gateway: `GET /items/{id}`. A cached decision applies to every
    /// route of the authorizer, unless `$context.routeKey` is one of its identity sources.
    pub route_key: String,
    /// The path as API Gateway sends it, percent-decoded once, and prefixed with the stage's name unless that
    /// is `$default`. A slash in a parameter's value looks like any other here;
    /// [`path_parameters`](Self::path_parameters) keeps the values apart.
    pub raw_path: String,
    /// The query as the client sent it; empty if there is none.
    pub raw_query_string: String,
    /// The headers. Repeated headers are joined with commas.
    pub headers: HeaderMap,
    /// The cookies, each as `name=value`.
    pub cookies: Vec<String>,
    /// The parameters of the route's path by name, percent-decoded.
    pub path_parameters: HashMap<String, String>,
    /// The stage variables.
    pub stage_variables: HashMap<String, String>,
    /// The id of the API.
    pub api_id: String,
    /// The stage's name, or `$default`.
    pub stage: String,
    /// The id that API Gateway gave the request, which is also in its access log.
    pub request_id: String,
    /// The address of the request. API Gateway always sends it; behind a `router()` that does not know it, it
    /// is empty. An authorizer that refuses certain addresses must refuse an empty one too, as
    /// [`source_address`](Self::source_address) does.
    pub source_ip: String,
}

impl AuthorizerRequest {
    /// The value of the first identity source, which is usually the only one.
    pub fn identity(&self) -> Option<&str> {
        self.identity_source.first().map(String::as_str)
    }

    /// The address that the request came from.
    ///
    /// ```
    /// use routegen::{AuthorizerRequest, Decision, Problem, authorizer};
    ///
    /// #[authorizer(identity_sources = ["$context.identity.sourceIp"])]
    /// async fn not_from_test_networks(request: AuthorizerRequest) -> Result<Decision, Problem> {
    ///     let address = request.source_address()?;
    ///     Ok(Decision::from(!address.to_string().starts_with("192.0.2.")))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If it is unknown, so that it cannot decide anything: the caller then gets 500.
    pub fn source_address(&self) -> Result<IpAddr, Problem> {
        let address: Result<IpAddr, _> = self.source_ip.parse();
        address.map(|address| address.to_canonical()).map_err(|_| {
            Problem::internal(format!(
                "the address that the request came from is not known: {:?}",
                self.source_ip
            ))
        })
    }

    /// The value of a header, if it is present and valid text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token in the header `Authorization`, if its scheme is `Bearer`.
    ///
    /// ```
    /// # let mut request = routegen::AuthorizerRequest::default();
    /// request.headers.insert("authorization", "bearer abc".parse().unwrap());
    /// assert_eq!(request.bearer(), Some("abc"));
    /// ```
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
    }
}

/// Omits the values that identify callers, which do not belong in a log.
impl fmt::Debug for AuthorizerRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizerRequest")
            .field("route_key", &self.route_key)
            .field("route_arn", &self.route_arn)
            .field("raw_path", &self.raw_path)
            .field("path_parameters", &self.path_parameters)
            .field("api_id", &self.api_id)
            .field("stage", &self.stage)
            .field("request_id", &self.request_id)
            .field("source_ip", &self.source_ip)
            .finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for AuthorizerRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let request = parts.extensions.get::<Self>().cloned();
        request
            .ok_or_else(|| Problem::internal("only an authorizer has an `AuthorizerRequest`").into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_not_known_is_an_error() {
        let of = |source_ip: &str| {
            AuthorizerRequest { source_ip: source_ip.to_owned(), ..AuthorizerRequest::default() }
                .source_address()
        };
        assert_eq!(of("192.0.2.1").unwrap(), IpAddr::from([192, 0, 2, 1]));
        assert_eq!(of("::ffff:192.0.2.1").unwrap(), IpAddr::from([192, 0, 2, 1]));
        assert_eq!(of("2001:db8::1").unwrap().to_string(), "2001:db8::1");
        for unknown in ["", "unknown", "192.0.2.1:80", "192.0.2"] {
            assert_eq!(of(unknown).unwrap_err().status(), 500, "{unknown}");
        }
    }
}
