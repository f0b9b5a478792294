//! Tokens with Cognito's claims: valid ones, or invalid ones as tests need them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::{
    keys::{KeyError, SigningKey},
    local::{Issuer, LocalIssuer},
};
use crate::ids::Ids;

impl LocalIssuer {
    /// The issuer's tokens for a gateway in another process, at `origin` (`http://127.0.0.1:3000`). They
    /// pass there if both keep the same key.
    ///
    /// # Errors
    ///
    /// If there is no key.
    pub async fn tokens(self, origin: &str) -> Result<Tokens, KeyError> {
        Issuer::start(self, origin).await.map(Tokens)
    }
}

/// Tokens of a local issuer: see [`LocalIssuer::tokens`].
#[derive(Debug)]
pub struct Tokens(Issuer);

impl Tokens {
    /// Begins a token.
    pub fn token(&self) -> TokenBuilder<'_> {
        TokenBuilder::new(&self.0)
    }
}

/// Builds a token. By default it is the token of a machine-to-machine client of Cognito, valid for an hour
/// and without scopes.
#[derive(Debug)]
#[must_use = "a token is made by `mint`"]
pub struct TokenBuilder<'a> {
    issuer: &'a Issuer,
    client: String,
    scopes: Vec<String>,
    now: SystemTime,
    lifetime: Duration,
    claims: Map<String, Value>,
    key_id: KeyId,
    stranger: bool,
}

/// The key that a token names in its header.
#[derive(Debug)]
enum KeyId {
    Own,
    Other(String),
    Missing,
}

impl<'a> TokenBuilder<'a> {
    /// How long a token is valid by default.
    pub const LIFETIME: Duration = Duration::from_secs(60 * 60);

    pub(crate) fn new(issuer: &'a Issuer) -> Self {
        Self {
            issuer,
            client: issuer.first_client().to_owned(),
            scopes: Vec::new(),
            now: SystemTime::now(),
            lifetime: Self::LIFETIME,
            claims: Map::new(),
            key_id: KeyId::Own,
            stranger: false,
        }
    }

    /// Adds scopes.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Issues it to this client, which need not exist.
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.client = id.into();
        self
    }

    /// Sets how long it is valid from now on.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Makes it a token that expired one minute ago.
    pub fn expired(mut self) -> Self {
        self.now -= self.lifetime + Duration::from_secs(60);
        self
    }

    /// Sets a claim, or removes it with `null`.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Names a different key from the one that it is signed with, or none.
    pub fn key_id(mut self, id: Option<&str>) -> Self {
        self.key_id = id.map_or(KeyId::Missing, |id| KeyId::Other(id.to_owned()));
        self
    }

    /// Forges it: signs it with a key that the issuer does not have, under the name of the issuer's key.
    pub fn forged(mut self) -> Self {
        self.stranger = true;
        self
    }

    /// Signs the token.
    ///
    /// # Panics
    ///
    /// If it is forged and the system has no randomness to generate a key.
    pub fn mint(self) -> String {
        let claims = self.to_claims();
        let key = &self.issuer.key;
        let mut header = json!({ "alg": "RS256", "kid": key.id });
        match self.key_id {
            KeyId::Own => {}
            KeyId::Other(id) => header["kid"] = id.into(),
            KeyId::Missing => header = json!({ "alg": "RS256" }),
        }
        if self.stranger {
            let stranger = SigningKey::generate().expect("there is randomness");
            return stranger.sign(&header, &claims);
        }
        key.sign(&header, &claims)
    }

    fn to_claims(&self) -> Value {
        let now = self.now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut claims = json!({
            "auth_time": now,
            "client_id": self.client,
            "exp": now + self.lifetime.as_secs(),
            "iat": now,
            "iss": self.issuer.url,
            "jti": Ids::default().invocation(),
            "sub": self.client,
            "token_use": "access",
            "version": 2,
        });
        if !self.scopes.is_empty() {
            claims["scope"] = self.scopes.join(" ").into();
        }
        for (name, value) in &self.claims {
            match (claims.as_object_mut(), value) {
                (Some(claims), Value::Null) => drop(claims.remove(name)),
                (Some(claims), value) => drop(claims.insert(name.clone(), value.clone())),
                (None, _) => {}
            }
        }
        claims
    }
}
