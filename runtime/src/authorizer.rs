//! The erased authorizer, and what it is asked.

use std::{collections::HashMap, fmt, future::Future, net::IpAddr, pin::Pin};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{Problem, decision::Judgement, rejection::Rejection, request::Request, resource::Maker};

/// The answer of an authorizer's glue: the function's, or why it was not called.
pub type Verdict = Pin<Box<dyn Future<Output = Result<Judgement, Rejection>> + Send>>;

/// One authorizer with its function.
#[derive(Clone, Copy, Debug)]
pub struct Authorizer {
    /// The word that routes name it by.
    pub name: &'static str,
    /// The resources among the function's arguments.
    pub resources: &'static [Option<&'static Maker>],
    /// Extracts the function's arguments, calls it and erases its decision.
    pub call: fn(Request) -> Verdict,
}

/// What API Gateway asks an authorizer: the [event of payload format 2.0], as an argument.
///
/// Headers, query and URI are also there as the extractors of routes: `HeaderMap`, [`Query<T>`](crate::Query),
/// [`Uri`](axum::http::Uri).
///
/// [event of payload format 2.0]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AuthorizerRequest {
    /// The values of the authorizer's identity sources, in their order: those of the request that the authorizer is to
    /// know the caller by, and under which its answer is kept. API Gateway has refused a request that lacks one.
    pub identity_source: Vec<String>,
    /// The ARN of the route that is called, with the request's method and path. The path in it may be encoded as the client likes,
    /// so that `/admin` is `/%61dmin` too: what may be called is decided by [`route_key`](Self::route_key).
    pub route_arn: String,
    /// The route that is called, which API Gateway has chosen: `GET /items/{id}`. An answer that is kept counts for every route of
    /// the authorizer, unless `$context.routeKey` is one of its identity sources.
    pub route_key: String,
    /// The path as API Gateway sends it, percent-decoded once, with the stage's name unless that is `$default`. A slash in a
    /// parameter's value is one like any other here; [`path_parameters`](Self::path_parameters) tells them apart.
    pub raw_path: String,
    /// The query as the client sent it; empty if there is none.
    pub raw_query_string: String,
    /// The headers. Several of one name are one, with commas between the values.
    pub headers: HeaderMap,
    /// The cookies, each as `name=value`.
    pub cookies: Vec<String>,
    /// The parameters of the route's path by their names, percent-decoded.
    pub path_parameters: HashMap<String, String>,
    /// The variables of the stage.
    pub stage_variables: HashMap<String, String>,
    /// The id of the API.
    pub api_id: String,
    /// The stage: `$default`, unless it has a name.
    pub stage: String,
    /// The id that API Gateway gave the request, which its access log has too.
    pub request_id: String,
    /// The address that the request came from. API Gateway always knows it, and behind a `router()` that does not, it is empty. An
    /// authorizer that refuses some addresses has to refuse that too: [`source_address`](Self::source_address) does.
    pub source_ip: String,
}

impl AuthorizerRequest {
    /// The value of the first identity source, which is mostly the only one.
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
    /// Where it is not known, so that nothing can be decided by it: the caller then gets 500.
    pub fn source_address(&self) -> Result<IpAddr, Problem> {
        let address: Result<IpAddr, _> = self.source_ip.parse();
        address.map(|address| address.to_canonical()).map_err(|_| {
            Problem::internal(format!(
                "the address that the request came from is not known: {:?}",
                self.source_ip
            ))
        })
    }

    /// A header's value, if it is there and a text.
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

/// Without the values that let callers pass: a log is not the place for them.
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
