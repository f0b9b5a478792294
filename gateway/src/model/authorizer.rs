//! Authorizers, which decide whether a request may pass.

use std::{fmt, time::Duration};

use routegen_spec::{AuthorizerKind, IdentitySource};

/// An authorizer that routes name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Authorizer {
    /// Accepts tokens of an issuer.
    Jwt(JwtAuthorizer),
    /// Calls a function.
    Lambda(LambdaAuthorizer),
}

impl Authorizer {
    /// The authorizer of a kind; `tokens` is for kinds with an issuer. `None` for a kind that is not
    /// configured as an authorizer, such as a signature.
    pub fn of_kind(kind: &AuthorizerKind, tokens: JwtAuthorizer) -> Option<Self> {
        match kind {
            AuthorizerKind::Cognito => Some(tokens.into()),
            AuthorizerKind::Jwt { identity_source } => {
                Some(tokens.identity_source(identity_source.clone()).into())
            }
            AuthorizerKind::Lambda { function, identity_sources, ttl } => {
                let lambda = LambdaAuthorizer::new(function.to_kebab_case());
                let lambda = lambda.identity_sources(identity_sources.iter().cloned());
                Some(lambda.ttl(Duration::from_secs((*ttl).into())).into())
            }
            _ => None,
        }
    }
}

impl From<JwtAuthorizer> for Authorizer {
    fn from(authorizer: JwtAuthorizer) -> Self {
        Self::Jwt(authorizer)
    }
}

impl From<LambdaAuthorizer> for Authorizer {
    fn from(authorizer: LambdaAuthorizer) -> Self {
        Self::Lambda(authorizer)
    }
}

/// Accepts tokens that an issuer signed for one of the audiences ([JWT authorizers]).
///
/// [JWT authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
#[derive(Clone, Debug)]
pub struct JwtAuthorizer {
    pub(crate) issuer: JwtIssuer,
    pub(crate) identity_source: Option<IdentitySource>,
}

#[derive(Clone, Debug)]
pub(crate) enum JwtIssuer {
    /// The gateway's own issuer, with its clients as the audience.
    Local,
    Remote {
        url: String,
        audience: Vec<String>,
    },
}

impl JwtAuthorizer {
    /// Accepts tokens of the gateway's own issuer for any of its clients, in place of a Cognito user pool.
    pub fn local() -> Self {
        Self { issuer: JwtIssuer::Local, identity_source: None }
    }

    /// Accepts tokens of the issuer at `url`, which must equal their `iss`, for one of the audiences.
    pub fn issuer(url: impl Into<String>, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let audience = audience.into_iter().map(Into::into).collect();
        Self { issuer: JwtIssuer::Remote { url: url.into(), audience }, identity_source: None }
    }

    /// Sets where requests carry their token, instead of the header `Authorization`.
    #[must_use]
    pub fn identity_source(mut self, source: IdentitySource) -> Self {
        self.identity_source = Some(source);
        self
    }
}

/// Calls a function with an event of payload format 2.0; the function returns a simple response
/// ([Lambda authorizers]).
///
/// [Lambda authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
#[derive(Clone, Debug)]
pub struct LambdaAuthorizer {
    pub(crate) function: String,
    pub(crate) identity_sources: Vec<IdentitySource>,
    pub(crate) ttl: Duration,
}

impl LambdaAuthorizer {
    /// An authorizer that calls `function`, without identity sources and thus without a cache.
    pub fn new(function: impl Into<String>) -> Self {
        Self { function: function.into(), identity_sources: Vec::new(), ttl: Duration::ZERO }
    }

    /// Sets where requests identify their caller. A request that lacks any of these gets 401, and the
    /// function is not called.
    #[must_use]
    pub fn identity_sources(mut self, sources: impl IntoIterator<Item = IdentitySource>) -> Self {
        self.identity_sources.extend(sources);
        self
    }

    /// Sets how long an answer is cached for the same values of all identity sources.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }
}

/// An access key id with its secret, to sign requests to routes with `auth = "iam"`. It means nothing to
/// AWS.
#[derive(Clone, Eq, PartialEq)]
pub struct IamKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) session_token: Option<String>,
}

impl IamKey {
    /// A key from any two texts.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { id: id.into(), secret: secret.into(), session_token: None }
    }

    /// Makes it a temporary key, which is valid only together with this token.
    #[must_use]
    pub fn session_token(mut self, token: impl Into<String>) -> Self {
        self.session_token = Some(token.into());
        self
    }
}

/// Does not show the secret.
impl fmt::Debug for IamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IamKey").field("id", &self.id).finish_non_exhaustive()
    }
}
