//! What an authorizer knows of the caller, as typed values.
//!
//! In: the event's authorizer, which is a JWT authorizer's claims or a Lambda authorizer's context, of payload 2.0 or
//! 1.0. Out: the type that the handler asks for, and the scopes of the token. It checks no token: API Gateway has done
//! that, and a request without claims is answered with 401.

use std::{collections::HashMap, ops::Deref};

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
#[cfg(feature = "router")]
use lambda_http::aws_lambda_events::apigw::ApiGatewayRequestAuthorizer;
use lambda_http::{RequestExt as _, request::RequestContext};
use serde::{
    Deserialize,
    de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor, value::StrDeserializer},
};
use serde_json::Value;

use super::text::{Error, Text, list};
use crate::Problem;

/// Extracts the claims of the caller's token.
///
/// `T` names the claims that the handler needs; [`StandardClaims`] are those of every Cognito token. API Gateway makes
/// all of a token's claims texts, and they are read as what `T` says: `"1700000000"` as a `u64`, `"true"` as a `bool`,
/// `"[admin editor]"` and `"admin editor"` as a `Vec`.
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
/// #[route(DELETE, "/items", auth = "cognito", scopes = ["items/write", "items/admin"])]
/// async fn delete_items(claims: Claims) -> Result<(), Problem> {
///     if !claims.has_scope("items/admin") && !claims.is_in_group("admins") {
///         return Err(Problem::new(StatusCode::FORBIDDEN));
///     }
///     Ok(())
/// }
/// ```
///
/// Behind a Lambda authorizer, they are the context that it returned, of any JSON type.
///
/// Claims that are missing or not of the type give 401. A route that is open has none, and does not compile with this
/// argument:
///
/// ```compile_fail
/// # use routegen::{Claims, route};
/// #[route(GET, "/me", auth = "none")]
/// async fn get_me(claims: Claims) {}
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Claims<T = StandardClaims> {
    claims: T,
    scopes: Vec<String>,
}

/// The claims of a Cognito token, whether it is a user's or a machine's; other issuers have most of them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct StandardClaims {
    /// Who the caller is: a user's id, or a machine's, which is its `client_id`.
    pub sub: String,
    /// Who issued the token.
    pub iss: Option<String>,
    /// The app client through which the caller got an access token.
    pub client_id: Option<String>,
    /// For whom the token is, where it is an identity token.
    #[serde(default)]
    pub aud: Vec<String>,
    /// The user's name. A machine has none.
    #[serde(alias = "cognito:username")]
    pub username: Option<String>,
    /// The groups of the user pool that the user is in.
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
}

impl<T> Claims<T> {
    /// Claims as an authorizer would give them, to call a handler in a test.
    pub fn new<S: Into<String>>(claims: T, scopes: impl IntoIterator<Item = S>) -> Self {
        Self { claims, scopes: scopes.into_iter().map(Into::into).collect() }
    }

    /// The claims by value.
    pub fn into_inner(self) -> T {
        self.claims
    }

    /// The scopes that the token has, of which the route asks for one at most.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Whether the token has this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|has| has == scope)
    }
}

impl Claims {
    /// Whether the user is in this group of the Cognito user pool.
    pub fn is_in_group(&self, group: &str) -> bool {
        self.claims.groups.iter().any(|has| has == group)
    }
}

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.claims
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Claims<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let entries = Entries::of(parts.request_context_ref());
        let entries =
            entries.ok_or_else(|| unauthorized(Error::Value("the request has no claims".to_owned())))?;
        let claims = T::deserialize(&entries).map_err(unauthorized)?;
        Ok(Self { claims, scopes: entries.scopes() })
    }
}

/// Whatever is wrong with the claims, the caller is not known; what the author's type has to do with it, the log
/// tells. RFC 9110 wants the header on every such answer.
fn unauthorized(error: Error) -> Response {
    let problem = Problem::new(StatusCode::UNAUTHORIZED);
    let problem = match error {
        Error::Value(detail) => problem.with_detail(detail),
        Error::Missing(claim) => problem.with_detail(format!("there is no claim `{claim}`")),
        Error::Shape(cause) => problem.with_cause(cause),
    };
    let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
    (challenge, problem).into_response()
}

/// The claims of an event, by name, and the scopes that stand beside them.
struct Entries<'a> {
    entries: Vec<(&'a str, Claim<'a>)>,
    beside: Vec<String>,
}

/// The value of a claim: a text where it is a token's, anything where a Lambda authorizer chose it.
#[derive(Clone, Copy)]
enum Claim<'a> {
    Text(&'a str),
    Json(&'a Value),
}

/// The scopes of a caller, where no API Gateway has asked for them.
#[cfg(feature = "router")]
pub(crate) fn scopes(authorizer: &ApiGatewayRequestAuthorizer) -> Vec<String> {
    Entries::of_context(&authorizer.fields).map(Entries::scopes).unwrap_or_default()
}

impl<'a> Entries<'a> {
    /// `None` where no authorizer has said anything.
    fn of(context: Option<&'a RequestContext>) -> Option<Self> {
        match context? {
            RequestContext::ApiGatewayV2(context) => {
                let authorizer = context.authorizer.as_ref()?;
                let Some(jwt) = &authorizer.jwt else { return Self::of_context(&authorizer.fields) };
                let entries = jwt.claims.iter().map(|(name, value)| (&**name, Claim::Text(value)));
                Some(Self { entries: entries.collect(), beside: jwt.scopes.clone().unwrap_or_default() })
            }
            #[cfg(feature = "rest")]
            RequestContext::ApiGatewayV1(context) => {
                let fields = &context.authorizer.fields;
                let Some(Value::Object(claims)) = fields.get("claims") else {
                    return Self::of_context(fields);
                };
                let entries = claims.iter().map(|(name, value)| (&**name, Claim::Json(value)));
                Some(Self {
                    entries: entries.collect(),
                    beside: fields.get("scopes").map(words).unwrap_or_default(),
                })
            }
            _ => None,
        }
    }

    /// What a Lambda authorizer has returned.
    fn of_context(context: &'a HashMap<String, Value>) -> Option<Self> {
        let entries: Vec<_> = context.iter().map(|(name, value)| (&**name, Claim::Json(value))).collect();
        (!entries.is_empty()).then_some(Self { entries, beside: Vec::new() })
    }

    /// The token's own scopes, which are in `scope`, or in `scp` by other issuers' custom. What stands beside the
    /// claims counts only where they say nothing: a scope that the route asks for is none that the token has.
    fn scopes(self) -> Vec<String> {
        let named = |name: &str| self.entries.iter().find(|(other, _)| *other == name);
        match named("scope").or_else(|| named("scp")) {
            Some((_, Claim::Text(text))) => list(text).map(str::to_owned).collect(),
            Some((_, Claim::Json(value))) => words(value),
            None => self.beside,
        }
    }
}

/// Scopes, whether they are a text, an array or null.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => list(text).map(str::to_owned).collect(),
        Value::Array(values) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

impl<'de> Deserializer<'de> for &'de Entries<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(ByName { rest: &self.entries, value: None })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct ByName<'a> {
    rest: &'a [(&'a str, Claim<'a>)],
    value: Option<(&'a str, Claim<'a>)>,
}

impl<'de> MapAccess<'de> for ByName<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((first, rest)) = self.rest.split_first() else { return Ok(None) };
        (self.rest, self.value) = (rest, Some(*first));
        seed.deserialize(StrDeserializer::new(first.0)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let text = |name, value| Text { kind: "claim", name, value, lists: true };
        match self.value.take() {
            Some((name, Claim::Text(value))) => seed.deserialize(text(name, value)),
            Some((name, Claim::Json(Value::String(value)))) => seed.deserialize(text(name, value)),
            Some((name, Claim::Json(value))) => seed
                .deserialize(value)
                .map_err(|error| Error::Value(format!("the claim `{name}` is not a valid value: {error}"))),
            None => Err(de::Error::custom("a value was asked for before its key")),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use futures_util::FutureExt as _;
    use serde_json::json;

    use super::*;

    /// Claims of an event of payload 2.0 with this authorizer, or the status and the problem.
    fn claims<T: DeserializeOwned>(authorizer: &Value) -> Result<Claims<T>, (u16, Value)> {
        extract(&json!({
            "version": "2.0",
            "routeKey": "GET /me",
            "rawPath": "/me",
            "rawQueryString": "",
            "headers": {},
            "requestContext": {
                "authorizer": authorizer,
                "http": { "method": "GET", "path": "/me", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1" },
                "routeKey": "GET /me",
                "stage": "$default",
                "timeEpoch": 1_773_119_783_000_u64,
            },
            "isBase64Encoded": false,
        }))
    }

    fn extract<T: DeserializeOwned>(event: &Value) -> Result<Claims<T>, (u16, Value)> {
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        let mut parts = request.into_parts().0;
        Claims::from_request_parts(&mut parts, &()).now_or_never().unwrap().map_err(|response| {
            assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).now_or_never().unwrap().unwrap();
            (parts.status.as_u16(), serde_json::from_slice(&body).unwrap())
        })
    }

    #[expect(clippy::needless_pass_by_value, reason = "it is called with `json!`")]
    fn jwt(claims: Value) -> Value {
        json!({ "jwt": { "claims": claims, "scopes": null } })
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Plan {
        Free,
        Paid,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Customer {
        sub: String,
        age: u8,
        email_verified: bool,
        plan: Plan,
        roles: Vec<String>,
        pair: (u8, u8),
        nickname: Option<String>,
        score: Option<f64>,
    }

    #[test]
    fn the_texts_of_a_token_are_read_as_the_types_that_are_asked_for() {
        let claims: Claims<Customer> = claims(&jwt(json!({
            "sub": "c1", "age": "30", "email_verified": "true", "plan": "paid", "roles": "[admin editor]",
            "pair": "[1 2]", "score": "0.5", "unknown": "[]",
        })))
        .unwrap();
        let expected = Customer {
            sub: "c1".to_owned(),
            age: 30,
            email_verified: true,
            plan: Plan::Paid,
            roles: vec!["admin".to_owned(), "editor".to_owned()],
            pair: (1, 2),
            nickname: None,
            score: Some(0.5),
        };
        assert_eq!(*claims, expected);
        assert_eq!(claims.into_inner(), expected);
    }

    #[test]
    fn the_tokens_of_cognito_for_users_and_machines_are_the_default() {
        let user: Claims = claims(&jwt(json!({
            "sub": "u1", "cognito:groups": "[admins staff]", "iss": "https://example.com/pool", "client_id": "app",
            "token_use": "access", "scope": "openid", "auth_time": "1700000000", "exp": "1700003600",
            "iat": "1700000000", "jti": "j1", "username": "ann",
        })))
        .unwrap();
        assert_eq!((user.username.as_deref(), user.exp), (Some("ann"), Some(1_700_003_600)));
        assert!(user.is_in_group("staff") && !user.is_in_group("staf"));
        let identity: Claims =
            claims(&jwt(json!({ "sub": "u1", "aud": "app", "cognito:username": "ann", "token_use": "id" })))
                .unwrap();
        assert_eq!(
            (identity.aud.as_slice(), identity.username.as_deref()),
            (&["app".to_owned()][..], Some("ann"))
        );
        let machine: Claims = claims(&jwt(json!({ "sub": "m1", "client_id": "m1" }))).unwrap();
        assert_eq!((machine.client_id.as_deref(), machine.groups.len()), (Some("m1"), 0));
    }

    #[test]
    fn scopes_are_those_of_the_token_whatever_their_shape() {
        let scopes = |claims: Value, beside: Value| {
            let claims = self::claims::<HashMap<String, String>>(
                &json!({ "jwt": { "claims": claims, "scopes": beside } }),
            );
            claims.unwrap().scopes().join(",")
        };
        assert_eq!(scopes(json!({ "scope": "a/r a/w" }), json!(null)), "a/r,a/w");
        assert_eq!(scopes(json!({ "scp": "[a/r a/w]" }), json!(null)), "a/r,a/w");
        assert_eq!(scopes(json!({}), json!(["a/r", "a/w"])), "a/r,a/w");
        assert_eq!(scopes(json!({}), json!(null)), "");
        assert_eq!(scopes(json!({ "scope": "" }), json!(null)), "");
        // What the route asks for is not what the token has.
        assert_eq!(scopes(json!({ "scope": "a/r" }), json!(["a/r", "a/w"])), "a/r");
        let claims = self::claims::<HashMap<String, String>>(&jwt(json!({ "scope": "a/r" }))).unwrap();
        assert!(claims.has_scope("a/r") && !claims.has_scope("a/"));
    }

    #[test]
    fn the_context_of_a_lambda_authorizer_keeps_its_types() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Context {
            tenant: String,
            level: u8,
            digits: u8,
            flags: Vec<bool>,
            nothing: Option<String>,
        }
        let context: Claims<Context> = claims(&json!({ "lambda": {
            "tenant": "t", "level": 3, "digits": "4", "flags": [true], "nothing": null, "scope": ["a/r", "a/w"],
        } }))
        .unwrap();
        let expected =
            Context { tenant: "t".to_owned(), level: 3, digits: 4, flags: vec![true], nothing: None };
        assert_eq!(*context, expected);
        assert_eq!(context.scopes(), ["a/r", "a/w"]);
    }

    #[test]
    fn claims_that_are_missing_or_malformed_are_401() {
        let refused = |authorizer: Value| {
            let (status, problem) = claims::<Customer>(&authorizer).unwrap_err();
            assert_eq!(status, 401);
            problem["detail"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(refused(json!(null)), "the request has no claims");
        assert_eq!(refused(json!({ "iam": { "userId": "u" } })), "the request has no claims");
        assert_eq!(refused(jwt(json!({}))), "there is no claim `sub`");
        assert_eq!(refused(jwt(json!({ "sub": "c", "age": "old" }))), "the claim `age` is not a valid u8");
        assert_eq!(
            refused(json!({ "lambda": { "sub": 1 } })),
            "the claim `sub` is not a valid value: invalid type: integer `1`, expected a string"
        );
        // A type that is no struct: the author's mistake, which is not told.
        assert_eq!(claims::<u8>(&jwt(json!({ "sub": "c" }))).unwrap_err().1.get("detail"), None);
    }

    #[cfg(feature = "rest")]
    type Any = HashMap<String, String>;

    #[cfg(feature = "rest")]
    #[test]
    fn events_of_payload_1_have_the_same_claims() {
        let event = |authorizer: Value| {
            json!({
                "version": "1.0", "resource": "/me", "path": "/me", "httpMethod": "GET", "headers": {},
                "requestContext": {
                    "authorizer": authorizer, "httpMethod": "GET", "path": "/me", "stage": "$default",
                    "identity": {}, "requestTimeEpoch": 1, "resourcePath": "/me",
                },
                "isBase64Encoded": false,
            })
        };
        for scopes in [json!(null), json!("a/r a/w"), json!(["a/r", "a/w"])] {
            let token = json!({ "sub": "u1", "scope": "a/r a/w" });
            let claims: Claims<Any> = extract(&event(json!({ "claims": token, "scopes": scopes }))).unwrap();
            assert_eq!((&*claims["sub"], claims.scopes().len()), ("u1", 2));
            let beside: Claims<Any> = extract(&event(json!({ "claims": {}, "scopes": scopes }))).unwrap();
            assert_eq!(beside.scopes().len(), if scopes.is_null() { 0 } else { 2 });
        }
        let context: Claims<Any> = extract(&event(json!({ "principalId": "p", "tenant": "t" }))).unwrap();
        assert_eq!(context["tenant"], "t");
        assert_eq!(extract::<Any>(&event(json!({}))).unwrap_err().0, 401);
    }
}
