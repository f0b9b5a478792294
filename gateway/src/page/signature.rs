//! Signs requests for the page, for routes with `auth = "iam"`.

use std::time::SystemTime;

use hyper::{
    HeaderMap, Method, StatusCode, Uri,
    header::{HOST, HeaderName},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::authorize::IamVerifier;

/// The request to sign. Its host is the one to which the page sends this request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    method: String,
    /// The path and the query as they are sent.
    target: String,
    body: String,
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoSignature {
    #[error("the gateway has no key to sign with")]
    NoKey,
    #[error("`{{\"method\": …, \"target\": \"/…\", \"body\": …}}` is expected: {0}")]
    Malformed(String),
}

impl NoSignature {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NoKey => StatusCode::NOT_FOUND,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// The headers to add to the request.
pub(super) fn sign(iam: &IamVerifier, headers: &HeaderMap, body: &[u8]) -> Result<Value, NoSignature> {
    let malformed = |error: &dyn std::error::Error| NoSignature::Malformed(error.to_string());
    let wish: Wish = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    let method: Method = wish.method.parse().map_err(|error| malformed(&error))?;
    let uri: Uri = wish.target.parse().map_err(|error| malformed(&error))?;
    let host = headers.get(HOST).ok_or_else(|| NoSignature::Malformed("there is no host".to_owned()))?;
    let target = (uri.path(), uri.query().unwrap_or_default());
    let signed = iam.sign(&method, target, host, wish.body.as_bytes(), SystemTime::now());
    let signed: Vec<(HeaderName, String)> = signed.ok_or(NoSignature::NoKey)?;
    let headers: Map<String, Value> =
        signed.into_iter().map(|(name, value)| (name.to_string(), value.into())).collect();
    Ok(json!({ "headers": headers }))
}
