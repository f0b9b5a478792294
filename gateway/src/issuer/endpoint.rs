//! The issuer over HTTP: discovery and keys ([OIDC discovery]), and a token endpoint like Cognito's
//! ([its protocol]).
//!
//! [OIDC discovery]: https://openid.net/specs/openid-connect-discovery-1_0.html
//! [its protocol]: https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html

use std::collections::BTreeSet;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, Method, Response, StatusCode, header};
use routegen_apigw::QueryParameters;
use serde_json::{Value, json};

use super::{local::Issuer, tokens::TokenBuilder};
use crate::reserved;

/// The maximum length of a client's name in a reason.
const NAME_LETTERS: usize = 100;

/// The issuer's answer, and the reason if it is a refusal. The client gets only OAuth's error code.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: Response<Full<Bytes>>,
    pub(crate) why: Option<String>,
}

/// Answers a request to one of the issuer's paths; `None` for any other path.
pub(crate) fn answer(
    issuer: &Issuer,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Answer> {
    let well_known = path.strip_prefix(reserved::ISSUER).and_then(|path| path.strip_prefix("/.well-known/"));
    let told = |value: Value| Answer { response: json_response(StatusCode::OK, &value), why: None };
    let (allowed, answer): (_, &dyn Fn() -> Answer) = match (well_known, path) {
        (Some("openid-configuration"), _) => (Method::GET, &|| told(discovery(issuer))),
        (Some("jwks.json"), _) => (Method::GET, &|| told(json!({ "keys": [issuer.key.jwk()] }))),
        (None, reserved::TOKEN) => (Method::POST, &|| match token(issuer, headers, body) {
            Ok(token) => told(token),
            Err(error) => refused(StatusCode::BAD_REQUEST, &error),
        }),
        _ => return None,
    };
    if *method != allowed {
        return Some(refused(StatusCode::METHOD_NOT_ALLOWED, &TokenError::Method(allowed)));
    }
    Some(answer())
}

fn refused(status: StatusCode, error: &TokenError) -> Answer {
    let code = error.code();
    let response = json_response(status, &json!({ "error": code }));
    Answer { response, why: Some(format!("{code}: {error}")) }
}

fn discovery(issuer: &Issuer) -> Value {
    json!({
        "issuer": issuer.url,
        "jwks_uri": format!("{}/.well-known/jwks.json", issuer.url),
        "token_endpoint": issuer.token_endpoint,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["client_credentials"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
    })
}

/// Why no token is given out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
enum TokenError {
    #[error("the method is not {0}")]
    Method(Method),
    #[error("the body is not a form (`application/x-www-form-urlencoded`)")]
    NoForm,
    #[error("the form has no `grant_type`")]
    NoGrant,
    #[error("the grant type is not `client_credentials`, which is the only one here")]
    Grant,
    #[error("`authorization` is neither `Basic` with the client's id and secret, nor left out")]
    NotBasic,
    #[error("`authorization` and `client_id` name different clients")]
    TwoClients,
    #[error("the client's id and secret are neither in `authorization` nor in the form")]
    NoClient,
    #[error("there is no client `{0}`")]
    UnknownClient(String),
    #[error("the secret is not that of the client `{0}`")]
    Secret(String),
    #[error("no route requires the scope `{0}`, and the issuer has no scope with that name")]
    Scope(String),
}

impl TokenError {
    /// OAuth's error code (RFC 6749, 5.2).
    fn code(&self) -> &'static str {
        match self {
            Self::Method(_) | Self::NoForm | Self::NoGrant => "invalid_request",
            Self::NotBasic | Self::TwoClients | Self::NoClient | Self::UnknownClient(_) | Self::Secret(_) => {
                "invalid_client"
            }
            Self::Grant => "unsupported_grant_type",
            Self::Scope(_) => "invalid_scope",
        }
    }
}

fn token(issuer: &Issuer, headers: &HeaderMap, body: &[u8]) -> Result<Value, TokenError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        return Err(TokenError::NoForm);
    }
    let form = std::str::from_utf8(body).map_err(|_| TokenError::NoForm)?;
    let form = QueryParameters::parse(form);
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(TokenError::Grant),
        None => return Err(TokenError::NoGrant),
    }
    let client = client(issuer, headers, &form)?;
    let known = issuer.scopes();
    let known: BTreeSet<&str> = known.iter().map(routegen_spec::Scope::as_str).collect();
    // Without `scope`, a client gets all scopes that it may have.
    let scopes: Vec<&str> = match form.get("scope").map(str::trim).filter(|scope| !scope.is_empty()) {
        Some(wanted) => wanted.split(' ').filter(|scope| !scope.is_empty()).collect(),
        None => known.iter().copied().collect(),
    };
    if let Some(unknown) = scopes.iter().find(|scope| !known.contains(*scope)) {
        return Err(TokenError::Scope(shortened(unknown)));
    }
    let token = TokenBuilder::new(issuer).client(client).scopes(scopes).mint();
    Ok(json!({ "access_token": token, "expires_in": 3_600, "token_type": "Bearer" }))
}

/// The client, from `Authorization: Basic` or from the form.
fn client(issuer: &Issuer, headers: &HeaderMap, form: &QueryParameters<'_>) -> Result<String, TokenError> {
    let (id, secret) = if let Some(basic) = headers.get(header::AUTHORIZATION) {
        let (id, secret) = basic_credentials(basic).ok_or(TokenError::NotBasic)?;
        // RFC 6749, 2.3.1: a client must not authenticate in two ways, and here they contradict each other.
        if form.get("client_id").is_some_and(|other| other != id) {
            return Err(TokenError::TwoClients);
        }
        (id, secret)
    } else {
        let field = |name| form.get(name).map(str::to_owned).ok_or(TokenError::NoClient);
        (field("client_id")?, field("client_secret")?)
    };
    let known = issuer.secret(&id).ok_or_else(|| TokenError::UnknownClient(shortened(&id)))?;
    verify_slices_are_equal(known.as_bytes(), secret.as_bytes())
        .map_err(|_| TokenError::Secret(shortened(&id)))?;
    Ok(id)
}

/// A name that a client sent, cut off if it is too long.
fn shortened(name: &str) -> String {
    name.chars().take(NAME_LETTERS).collect()
}

fn basic_credentials(header: &header::HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn json_response(status: StatusCode, value: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
