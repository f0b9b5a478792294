//! An authorizer's claims about the caller, as typed values.
//!
//! In: the event's authorizer: a JWT authorizer's claims or a Lambda authorizer's context, of payload 2.0 or
//! 1.0. Out: the handler's type, and the scopes of the token. It verifies no token, because API Gateway has
//! done that; a request without claims is answered with 401. A client never sees the values of the claims.

use std::ops::{Deref, DerefMut};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use routegen_spec::token_scopes;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    entries::Entries,
    text::{Error, Mismatch},
};
use crate::Problem;

/// Extracts the claims of the caller's token.
///
/// `T` names the claims that the handler needs; [`StandardClaims`] are those of every Cognito token. API
/// Gateway turns all claims of a token into strings, which are parsed as `T` requires: `"1700000000"` as a
/// `u64`, `"true"` as a `bool`, and the JSON text of an object as a struct. Other senders of such events keep
/// the types of claims, which makes no difference to a handler.
///
/// `Option<Claims<T>>` is `None` if no authorizer has identified the caller, as in a function that also has
/// an open route.
///
/// ```
/// use routegen::{Claims, Problem, http::StatusCode, route};
///
/// #[derive(serde::Deserialize)]
/// struct Customer {
///     sub: String,
///     #[serde(rename = "custom:tier", default)]
///     tier: u8,
/// }
///
/// #[route(GET, "/me", auth = "cognito", scopes = ["shop/read"])]
/// async fn get_me(customer: Claims<Customer>) -> String {
///     format!("{} of tier {}", customer.sub, customer.tier)
/// }
///
/// // Or destructured, like `Json`:
/// #[route(GET, "/me/tier", auth = "cognito", scopes = ["shop/read"])]
/// async fn get_tier(Claims(customer): Claims<Customer>) -> String {
///     customer.tier.to_string()
/// }
///
/// #[route(DELETE, "/items", auth = "cognito", scopes = ["items/write", "items/admin"])]
/// async fn delete_items(claims: Claims) -> Result<(), Problem> {
///     if !claims.has_scope("items/admin") && !claims.is_in_group("admins") {
///         return Err(Problem::new(StatusCode::FORBIDDEN));
///     }
///     Ok(())
/// }
/// ```
///
/// # Lists
///
/// API Gateway prints a list as `[a b]`, whether it is `["a", "b"]`, `["a b"]` or that very string. If the
/// type requires a list, the values of such a claim are therefore read from the token, which API Gateway has
/// verified and the request still carries, in a header or in the query. If the request carries no token with
/// these claims, or several that disagree, the claim has the wrong type. Any other string is a list with that
/// one string, whatever spaces it contains (and an empty string is an empty list), except for `scope` and
/// `scp`, whose values are separated by spaces. If the type requires a `String`, it is always the event's.
///
/// # Lambda authorizers
///
/// Behind a Lambda authorizer, the claims are the context that it returned, of any JSON type. A string in it
/// stays a string, even if it looks like a list.
///
/// # Errors
///
/// If claims of a token are missing or of the wrong type, the client gets 401 with the name of the claim and
/// the expected type, and the value is logged. If the context of a Lambda authorizer is of the wrong type,
/// the client gets 500, and the reason is logged: it is not the caller's mistake. An open route has no
/// claims, and does not compile with this argument:
///
/// ```compile_fail
/// # use routegen::{Claims, route};
/// #[route(GET, "/me", auth = "none")]
/// async fn get_me(claims: Claims) {}
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Claims<T = StandardClaims>(pub T);

/// The claims of a Cognito token, of a user or a machine. Tokens of other issuers have most of them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct StandardClaims {
    /// The caller's id: a user's, or the `client_id` of a machine.
    pub sub: String,
    /// The issuer of the token.
    pub iss: Option<String>,
    /// The app client through which the caller got an access token.
    pub client_id: Option<String>,
    /// The audience of an identity token.
    #[serde(default)]
    pub aud: Vec<String>,
    /// The user's name. Machines have none.
    #[serde(alias = "cognito:username")]
    pub username: Option<String>,
    /// The user's groups in the user pool.
    #[serde(default, rename = "cognito:groups")]
    pub groups: Vec<String>,
    /// `access` or `id`.
    pub token_use: Option<String>,
    /// When the token was issued, in seconds since 1970.
    pub iat: Option<u64>,
    /// When the token expires, in seconds since 1970.
    pub exp: Option<u64>,
    /// The token's own id.
    pub jti: Option<String>,
    scp: Option<Vec<String>>,
    scope: Option<Vec<String>>,
}

impl StandardClaims {
    /// Returns these claims with these scopes, to call a handler in a test.
    #[must_use]
    pub fn with_scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        Self { scp: None, scope: Some(scopes.into_iter().map(Into::into).collect()), ..self }
    }

    /// The scopes of the token, which may be more than the route requires. [`Scopes`] extracts the same
    /// beside your own claims.
    pub fn scopes(&self) -> &[String] {
        let named = |name: &str| if name == "scp" { self.scp.as_deref() } else { self.scope.as_deref() };
        token_scopes::claim(named).map(|(_, scopes)| scopes).unwrap_or_default()
    }

    /// Whether the token has this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().iter().any(|has| has == scope)
    }

    /// Whether the user is in this group of the Cognito user pool.
    pub fn is_in_group(&self, group: &str) -> bool {
        self.groups.iter().any(|has| has == group)
    }
}

impl<T> Claims<T> {
    /// Returns the claims by value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl Claims {
    /// Creates claims as an authorizer would, to call a handler in a test.
    pub fn new<S: Into<String>>(claims: StandardClaims, scopes: impl IntoIterator<Item = S>) -> Self {
        Self(claims.with_scopes(scopes))
    }
}

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Claims<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Claims<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let entries = Entries::of(parts).ok_or_else(nobody)?;
        entries.read().map(Self).map_err(|error| refused(&entries, error))
    }
}

impl<T: DeserializeOwned, S: Sync> OptionalFromRequestParts<S> for Claims<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Response> {
        let Some(entries) = Entries::of(parts) else { return Ok(None) };
        entries.read().map(Self).map(Some).map_err(|error| refused(&entries, error))
    }
}

/// Extracts the scopes of the caller's token, which may be more than the route requires: those of the claim
/// `scp`, otherwise of `scope`.
///
/// ```
/// use routegen::{Claims, Problem, Scopes, http::StatusCode, route};
///
/// #[derive(serde::Deserialize)]
/// struct Customer {
///     tenant: String,
/// }
///
/// #[route(DELETE, "/items", auth = "cognito", scopes = ["items/write", "items/admin"])]
/// async fn delete_items(Claims(customer): Claims<Customer>, scopes: Scopes) -> Result<String, Problem> {
///     if !scopes.has("items/admin") {
///         return Err(Problem::new(StatusCode::FORBIDDEN));
///     }
///     Ok(customer.tenant)
/// }
/// ```
///
/// A claim with a list is read like any other [list](Claims#lists). A request without claims has no scopes
/// either, and is refused as by [`Claims`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scopes(pub Vec<String>);

impl Scopes {
    /// Whether the token has this scope.
    pub fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|has| has == scope)
    }
}

impl Deref for Scopes {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Scopes {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let entries = Entries::of(parts).ok_or_else(nobody)?;
        entries.scopes().map(Self).map_err(|error| refused(&entries, error))
    }
}

/// The response to a caller whose claims are not of the type.
fn refused(entries: &Entries<'_>, error: Error) -> Response {
    if entries.are_of_a_token() { unauthorized(error) } else { of_another_type(&error) }
}

/// The response to a caller whom no authorizer has identified.
fn nobody() -> Response {
    unauthorized(Error::value("the request has no claims"))
}

/// Whatever is wrong with the claims of a token, the caller is unknown. The values, and how they differ from
/// the author's type, are only logged. RFC 9110 requires the header on every 401.
fn unauthorized(error: Error) -> Response {
    let problem = Problem::new(StatusCode::UNAUTHORIZED);
    let problem = match error {
        Error::Value(Mismatch { detail, expected, reason }) => {
            let told =
                expected.map_or_else(|| detail.clone(), |expected| format!("{detail}: expected {expected}"));
            let problem = problem.with_detail(told);
            match reason {
                Some(reason) => problem.with_cause(format!("{detail}: {reason}")),
                None => problem,
            }
        }
        Error::Missing(claim) => problem.with_detail(format!("there is no claim `{claim}`")),
        Error::Whole(cause) | Error::Variant { cause, .. } | Error::Shape { cause, text: Some(_), .. } => {
            problem.with_cause(cause)
        }
        // No claims could match the type: that is the author's mistake, and fails for every caller.
        error @ (Error::Unknown(_) | Error::Shape { .. }) => {
            return Problem::internal(format!("the claims cannot be of the handler's type: {error}"))
                .into_response();
        }
    };
    let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
    (challenge, problem).into_response()
}

/// What an authorizer's function returned does not match: only its author and the handler's may see that.
fn of_another_type(error: &Error) -> Response {
    Problem::internal(format!("the context of the authorizer is not of the handler's type: {error}"))
        .into_response()
}

#[cfg(test)]
mod tests;
