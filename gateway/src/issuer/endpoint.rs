//! The issuer over HTTP: discovery and keys ([OIDC discovery]), and the token endpoint of Cognito's kind ([its protocol]).
//!
//! [OIDC discovery]: https://openid.net/specs/openid-connect-discovery-1_0.html
//! [its protocol]: https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html

use std::collections::BTreeSet;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, Method, Response, StatusCode, header};
use serde_json::{Value, json};

use super::{Issuer, TokenBuilder};
use crate::{event::QueryParameters, reserved};

/// What is asked of the issuer by a path of its own; nothing where the path is not one of its.
pub(crate) fn answer(
    issuer: &Issuer,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Response<Full<Bytes>>> {
    let well_known = path.strip_prefix(reserved::ISSUER).and_then(|path| path.strip_prefix("/.well-known/"));
    let (allowed, answer): (_, &dyn Fn() -> Response<Full<Bytes>>) = match (well_known, path) {
        (Some("openid-configuration"), _) => {
            (Method::GET, &|| json_response(StatusCode::OK, &discovery(issuer)))
        }
        (Some("jwks.json"), _) => {
            (Method::GET, &|| json_response(StatusCode::OK, &json!({ "keys": [issuer.key.jwk()] })))
        }
        (None, reserved::TOKEN) => (Method::POST, &|| match token(issuer, headers, body) {
            Ok(token) => json_response(StatusCode::OK, &token),
            Err(error) => json_response(StatusCode::BAD_REQUEST, &json!({ "error": error.code() })),
        }),
        _ => return None,
    };
    if *method != allowed {
        return Some(json_response(StatusCode::METHOD_NOT_ALLOWED, &json!({ "error": "invalid_request" })));
    }
    Some(answer())
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

/// Why there is no token, in OAuth's words (RFC 6749, 5.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum TokenError {
    Request,
    Client,
    Grant,
    Scope,
}

impl TokenError {
    fn code(self) -> &'static str {
        match self {
            Self::Request => "invalid_request",
            Self::Client => "invalid_client",
            Self::Grant => "unsupported_grant_type",
            Self::Scope => "invalid_scope",
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
        return Err(TokenError::Request);
    }
    let form = std::str::from_utf8(body).map_err(|_| TokenError::Request)?;
    let form = QueryParameters::parse(form);
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(TokenError::Grant),
        None => return Err(TokenError::Request),
    }
    let client = client(issuer, headers, &form)?;
    let known = issuer.scopes();
    let known: BTreeSet<&str> = known.iter().map(routegen_spec::Scope::as_str).collect();
    // Without a wish a client gets all that it may have.
    let scopes: Vec<&str> = match form.get("scope").map(str::trim).filter(|scope| !scope.is_empty()) {
        Some(wanted) => wanted.split(' ').filter(|scope| !scope.is_empty()).collect(),
        None => known.iter().copied().collect(),
    };
    if scopes.iter().any(|scope| !known.contains(scope)) {
        return Err(TokenError::Scope);
    }
    let token = TokenBuilder::new(issuer).client(client).scopes(scopes).mint();
    Ok(json!({ "access_token": token, "expires_in": 3_600, "token_type": "Bearer" }))
}

/// The client, by `Authorization: Basic` or by the form.
fn client(issuer: &Issuer, headers: &HeaderMap, form: &QueryParameters<'_>) -> Result<String, TokenError> {
    let (id, secret) = if let Some(basic) = headers.get(header::AUTHORIZATION) {
        let (id, secret) = basic_credentials(basic).ok_or(TokenError::Client)?;
        // RFC 6749, 2.3.1: one way to authenticate, not two that contradict each other.
        if form.get("client_id").is_some_and(|other| other != id) {
            return Err(TokenError::Client);
        }
        (id, secret)
    } else {
        let field = |name| form.get(name).map(str::to_owned).ok_or(TokenError::Client);
        (field("client_id")?, field("client_secret")?)
    };
    let known = issuer.secret(&id).ok_or(TokenError::Client)?;
    verify_slices_are_equal(known.as_bytes(), secret.as_bytes()).map_err(|_| TokenError::Client)?;
    Ok(id)
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
