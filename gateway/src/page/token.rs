//! Issues tokens of the local issuer for the page.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{TokenBuilder, issuer::Issuer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    scopes: Vec<String>,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoToken {
    #[error("the gateway has no local issuer")]
    NoIssuer,
    #[error("`{{\"scopes\": […]}}` is expected: {0}")]
    Malformed(serde_json::Error),
    #[error("the issuer has no scope `{0}`")]
    UnknownScope(String),
}

impl NoToken {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NoIssuer => StatusCode::NOT_FOUND,
            Self::Malformed(_) | Self::UnknownScope(_) => StatusCode::BAD_REQUEST,
        }
    }
}

pub(super) fn mint(issuer: Option<&Issuer>, body: &[u8]) -> Result<Value, NoToken> {
    let issuer = issuer.ok_or(NoToken::NoIssuer)?;
    let Wish { scopes } = serde_json::from_slice(body).map_err(NoToken::Malformed)?;
    let known = issuer.scopes();
    if let Some(unknown) = scopes.iter().find(|scope| !known.iter().any(|known| known.as_str() == **scope)) {
        return Err(NoToken::UnknownScope(unknown.clone()));
    }
    let token = TokenBuilder::new(issuer).scopes(scopes);
    Ok(json!({ "expires_in": TokenBuilder::LIFETIME.as_secs(), "token": token.mint() }))
}
