//! Tokens with Cognito's claims, as they should be or as tests want them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::{
    keys::{KeyError, SigningKey},
    local::{Issuer, LocalIssuer},
};
use crate::ids::Ids;

impl LocalIssuer {
    /// The issuer's tokens without its gateway, which is another process's, at `origin` (`http://127.0.0.1:3000`). They pass there
    /// if both keep the same key.
    ///
    /// # Errors
    ///
    /// Where there is no key.
    pub async fn tokens(self, origin: &str) -> Result<Tokens, KeyError> {
        Issuer::start(self, origin).await.map(Tokens)
    }
}

/// Tokens of a local issuer: see [`LocalIssuer::tokens`].
#[derive(Debug)]
pub struct Tokens(Issuer);

impl Tokens {
    /// A token to be made.
    pub fn token(&self) -> TokenBuilder<'_> {
        TokenBuilder::new(&self.0)
    }
}

/// A token to be made. Without further words it is one that a machine-to-machine client of Cognito gets, for an hour and
/// without scopes.
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

/// Which key a token says that it is signed with.
#[derive(Debug)]
enum KeyId {
    Own,
    Other(String),
    Missing,
}

impl<'a> TokenBuilder<'a> {
    /// How long a token is valid where nothing is said.
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

    /// Gives it scopes.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Makes it one of this client, which need not exist.
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.client = id.into();
        self
    }

    /// How long it is valid from now on.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Makes it one that was valid until a minute ago.
    pub fn expired(mut self) -> Self {
        self.now -= self.lifetime + Duration::from_secs(60);
        self
    }

    /// Sets a claim, or takes it away with `null`.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Names another key than the one that it is signed with, or none.
    pub fn key_id(mut self, id: Option<&str>) -> Self {
        self.key_id = id.map_or(KeyId::Missing, |id| KeyId::Other(id.to_owned()));
        self
    }

    /// Signs it with a key that the issuer does not know, under the name of its own: a forged token.
    pub fn forged(mut self) -> Self {
        self.stranger = true;
        self
    }

    /// The token.
    ///
    /// # Panics
    ///
    /// A forged one, where the system has no randomness to make a key of.
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
