//! Who may call a route.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{IdentitySource, Manifest, Name};

/// The authorization of a route, written as one word.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Auth {
    /// `"none"`: open to everyone. Only ever by its author's word.
    None,
    /// `"iam"`: requests signed with AWS credentials.
    Iam,
    /// Any other word: the authorizer of that name.
    Authorizer(String),
}

impl Auth {
    /// The name of the authorizer that exists without being configured: a Cognito user pool.
    pub const COGNITO: &str = "cognito";

    /// The word as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Iam => "iam",
            Self::Authorizer(name) => name,
        }
    }
}

/// What decides whether a request may pass, where a route is not open: the one list of kinds.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum AuthorizerKind {
    /// A JWT of a Cognito user pool.
    Cognito,
    /// A JWT of any issuer, by `routegen.toml`.
    Jwt {
        /// Where a request has the token.
        identity_source: IdentitySource,
    },
    /// A function of the user's, written with `#[authorizer]`.
    Lambda {
        /// The name of the function.
        function: Name,
        /// Where a request has what identifies the caller.
        identity_sources: Vec<IdentitySource>,
        /// How long an answer is kept, in seconds; 0 for not at all.
        ttl: u32,
    },
    /// A signature with AWS credentials.
    Iam,
}

impl AuthorizerKind {
    /// The word for [`AuthorizerKind::Jwt`].
    pub const JWT: &str = "jwt";

    /// The word for it, as configuration and Terraform have it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Cognito => Auth::COGNITO,
            Self::Jwt { .. } => Self::JWT,
            Self::Lambda { .. } => "lambda",
            Self::Iam => "iam",
        }
    }

    /// API Gateway's word for it ([CreateRoute], `authorizationType`).
    ///
    /// [CreateRoute]: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
    pub fn authorization_type(&self) -> &'static str {
        match self {
            Self::Cognito | Self::Jwt { .. } => "JWT",
            Self::Lambda { .. } => "CUSTOM",
            Self::Iam => "AWS_IAM",
        }
    }

    /// Whether it reads a token of an issuer, and compares scopes with it.
    pub fn takes_tokens(&self) -> bool {
        match self {
            Self::Cognito | Self::Jwt { .. } => true,
            Self::Lambda { .. } | Self::Iam => false,
        }
    }
}

impl Manifest {
    /// What decides about a route with this `auth`. An authorizer is one of the code, one that is configured, whose identity source
    /// `configured` tells by its name, or Cognito.
    ///
    /// # Errors
    ///
    /// Where there is none of that name.
    pub fn authorizer(
        &self,
        auth: &Auth,
        configured: impl FnOnce(&str) -> Option<IdentitySource>,
    ) -> Result<Option<AuthorizerKind>, UnknownAuthorizer> {
        let name = match auth {
            Auth::None => return Ok(None),
            Auth::Iam => return Ok(Some(AuthorizerKind::Iam)),
            Auth::Authorizer(name) => name,
        };
        if let Some(written) = self.authorizers.iter().find(|written| written.name.as_str() == name) {
            return Ok(Some(AuthorizerKind::Lambda {
                function: written.name.clone(),
                identity_sources: written.identity_sources.clone(),
                ttl: written.ttl,
            }));
        }
        let jwt = configured(name).map(|identity_source| AuthorizerKind::Jwt { identity_source });
        let kind = jwt.or_else(|| (name == Auth::COGNITO).then_some(AuthorizerKind::Cognito));
        kind.map(Some).ok_or_else(|| UnknownAuthorizer { name: name.clone() })
    }
}

/// A route names an authorizer that there is not.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no authorizer `{name}`")]
#[non_exhaustive]
pub struct UnknownAuthorizer {
    /// The name.
    pub name: String,
}

impl fmt::Display for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<String> for Auth {
    fn from(word: String) -> Self {
        match word.as_str() {
            "none" => Self::None,
            "iam" => Self::Iam,
            _ => Self::Authorizer(word),
        }
    }
}

impl From<Auth> for String {
    fn from(auth: Auth) -> Self {
        auth.as_str().to_owned()
    }
}

impl FromStr for Auth {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Ok(word.to_owned().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuthorizerSpec;

    #[test]
    fn an_authorizer_is_one_of_the_code_or_a_configured_one_or_cognito() {
        let mut key = AuthorizerSpec::new("api_key".parse().unwrap());
        key.ttl = 300;
        let manifest = Manifest::new("0.0.0", Vec::new(), vec![key]);
        let configured = |name: &str| (name == "partners").then(IdentitySource::authorization);
        let word = |auth: &str| {
            let kind = manifest.authorizer(&Auth::from(auth.to_owned()), configured)?;
            Ok(kind.map(|kind| (kind.as_str(), kind.authorization_type(), kind.takes_tokens())))
        };
        assert_eq!(word("none"), Ok(None));
        assert_eq!(word("iam"), Ok(Some(("iam", "AWS_IAM", false))));
        assert_eq!(word("cognito"), Ok(Some(("cognito", "JWT", true))));
        assert_eq!(word("partners"), Ok(Some(("jwt", "JWT", true))));
        assert_eq!(word("api_key"), Ok(Some(("lambda", "CUSTOM", false))));
        assert_eq!(word("partner"), Err(UnknownAuthorizer { name: "partner".to_owned() }));
    }
}
