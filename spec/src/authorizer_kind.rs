//! The one list of the kinds of authorizers.

use crate::{Auth, IdentitySource, Manifest, Name};

/// What decides whether a request to a route that is not open may pass.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum AuthorizerKind {
    /// A JWT of a Cognito user pool.
    Cognito,
    /// A JWT of any issuer, configured in `routegen.toml`.
    Jwt {
        /// Where a request carries the token.
        identity_source: IdentitySource,
    },
    /// A function in the user's code, written with `#[authorizer]`.
    Lambda {
        /// The name of the function.
        function: Name,
        /// Where a request identifies its caller.
        identity_sources: Vec<IdentitySource>,
        /// How long an answer is cached, in seconds; 0 disables the cache.
        ttl: u32,
    },
    /// A signature with AWS credentials.
    Iam,
}

impl AuthorizerKind {
    /// The word for [`AuthorizerKind::Jwt`].
    pub const JWT: &str = "jwt";

    /// The word for it in configuration and Terraform.
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

    /// Whether it reads an issuer's token, and so can check scopes.
    pub fn takes_tokens(&self) -> bool {
        match self {
            Self::Cognito | Self::Jwt { .. } => true,
            Self::Lambda { .. } | Self::Iam => false,
        }
    }
}

impl Manifest {
    /// The authorizer of a route with this `auth`: one from the code, one from the configuration
    /// (`configured` returns its identity source by name), or Cognito.
    ///
    /// # Errors
    ///
    /// If there is no authorizer with that name.
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

/// A route names an authorizer that does not exist.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no authorizer `{name}`")]
#[non_exhaustive]
pub struct UnknownAuthorizer {
    /// The name.
    pub name: String,
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
