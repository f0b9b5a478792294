//! The JWT authorizer ([its rules]).
//!
//! A token passes if it is signed with RSA by a key that the issuer publishes under the token's `kid`, if it is this issuer's and
//! for one of the audiences, if it is neither too old nor too young, and if it has one of the route's scopes. The texts of
//! `error_description` are API Gateway's where its documentation or captures show them, and our own elsewhere.
//!
//! [its rules]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

mod cache;
mod claims;
mod keys;

use std::{borrow::Cow, time::UNIX_EPOCH};

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use routegen_spec::Scope;
use serde_json::{Map, Value};

use super::{Refused, SourceOf, identity_source::Found};
use crate::{
    event::{Call, Identity},
    refusal::Refusal,
};
use cache::TokenCache;
pub(crate) use cache::Verified;
pub(crate) use keys::{KeySource, RemoteKeys};

/// The algorithms of RSA signatures with PKCS #1. API Gateway takes "RSA-based algorithms", and no list is documented.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512];

/// Verifies the tokens of one issuer for one list of audiences.
#[derive(Debug)]
pub(crate) struct JwtVerifier {
    issuer: String,
    audience: Vec<String>,
    source: SourceOf,
    keys: KeySource,
    cache: TokenCache,
    validation: Validation,
}

/// Why a token does not pass.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum BadToken {
    #[error("token contains an invalid number of segments")]
    Segments,
    #[error("the token is malformed")]
    Malformed,
    #[error("the token is not signed with RS256, RS384 or RS512")]
    Algorithm,
    #[error("the token does not name its key")]
    NoKeyId,
    #[error("the issuer has no RSA key of the token's kid")]
    UnknownKey,
    #[error("the signature is invalid")]
    Signature,
    #[error("the token has a critical header that is not understood")]
    Critical,
    #[error("the issuer's keys cannot be fetched: {0}")]
    Keys(String),
    #[error("the token does not have a valid issuer")]
    Issuer,
    #[error("the token does not have a valid audience")]
    Audience,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYet,
    #[error("the token does not say when it expires")]
    NoExpiry,
    #[error("the request has more than one token")]
    Several,
}

impl JwtVerifier {
    pub(crate) fn new(issuer: String, audience: Vec<String>, source: SourceOf, keys: KeySource) -> Self {
        crate::issuer::install_crypto();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.algorithms = ALGORITHMS.to_vec();
        // The rules for claims are API Gateway's, not the library's: see `claims`.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self { issuer, audience, source, keys, cache: TokenCache::default(), validation }
    }

    /// The header that it takes tokens of the gateway's own issuer from, if it does.
    pub(crate) fn local_token_header(&self) -> Option<&str> {
        match (&self.keys, &self.source) {
            (KeySource::Local(..), SourceOf::Header(name)) => Some(name.as_str()),
            _ => None,
        }
    }

    pub(crate) async fn decide(&self, call: &Call<'_>, scopes: &[Scope]) -> Result<Identity, Refused> {
        let token = match self.source.find(call) {
            Found::One(text) => text,
            Found::Nothing => {
                let refusal = Refusal::Unauthorized(Some("Bearer".to_owned()));
                return Err(Refused { refusal, why: "there is no token".to_owned() });
            }
            Found::Several => return Err(refused(&BadToken::Several)),
        };
        let token = bare(&token);
        let now = call.time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let verified = match self.cache.get(token, self.keys.generation(), now) {
            Some(verified) => verified,
            None => self.verify(token, now).await.map_err(|error| refused(&error))?,
        };
        if !scopes.is_empty()
            && !scopes.iter().any(|scope| verified.scopes.iter().any(|own| own == scope.as_str()))
        {
            let wanted: Vec<_> = scopes.iter().map(Scope::as_str).collect();
            let why = "the token has none of the route's scopes";
            let challenge = format!(
                "Bearer scope=\"{}\" error=\"insufficient_scope\" error_description=\"{why}\"",
                wanted.join(" ")
            );
            return Err(Refused { refusal: Refusal::Forbidden(Some(challenge)), why: why.to_owned() });
        }
        // Reported, with captures: floci-io/floci #2011 and localstack/localstack #6864.
        let scopes = (!scopes.is_empty()).then(|| verified.scopes.clone());
        Ok(Identity::Jwt { claims: verified.claims, scopes })
    }

    async fn verify(&self, token: &str, now: u64) -> Result<Verified, BadToken> {
        if token.split('.').count() != 3 {
            return Err(BadToken::Segments);
        }
        let header = decode_header(token).map_err(|error| match error.kind() {
            // An unknown name, such as `none`, is not even a value of the library's type.
            jsonwebtoken::errors::ErrorKind::Json(_) if names_an_algorithm(token) => BadToken::Algorithm,
            _ => BadToken::Malformed,
        })?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(BadToken::Algorithm);
        }
        if header.crit.is_some() {
            return Err(BadToken::Critical);
        }
        let id = header.kid.ok_or(BadToken::NoKeyId)?;
        let (key, generation) = self.keys.key(&id, header.alg).await?;
        let decoded = decode::<Map<String, Value>>(token, &key, &self.validation);
        let claims = decoded.map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => BadToken::Signature,
            _ => BadToken::Malformed,
        })?;
        let (verified, until) = claims::check(&claims.claims, &self.issuer, &self.audience, now)?;
        self.cache.put(token, &verified, until, generation);
        Ok(verified)
    }
}

fn refused(error: &BadToken) -> Refused {
    let why = error.to_string();
    // What another server said is not for the client's header.
    let described: Cow<'_, str> = match error {
        BadToken::Keys(_) => "OIDC discovery endpoint communication error".into(),
        _ => Cow::Borrowed(&why),
    };
    let challenge = format!("Bearer scope=\"\" error=\"invalid_token\" error_description=\"{described}\"");
    Refused { refusal: Refusal::Unauthorized(Some(challenge)), why }
}

/// The token after `Bearer `, or alone.
fn bare(text: &str) -> &str {
    let text = text.trim();
    match text.split_at_checked("Bearer ".len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer ") => token.trim_start(),
        _ => text,
    }
}

fn names_an_algorithm(token: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header: Option<Value> = header.and_then(|header| serde_json::from_slice(&header).ok());
    header.is_some_and(|header| header["alg"].is_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::runtime::Runtime;

    use super::*;
    use crate::{LocalIssuer, TokenBuilder, issuer::Issuer};

    const NOW: u64 = 4_000_000_000;

    fn verifier(runtime: &Runtime) -> (JwtVerifier, String) {
        let issuer = runtime.block_on(Issuer::start(LocalIssuer::new(), "http://localhost")).unwrap();
        let issuer = Arc::new(issuer);
        let good = TokenBuilder::new(&issuer).claim("exp", NOW + 1).mint();
        let source = SourceOf::Header(hyper::header::AUTHORIZATION);
        let keys = KeySource::local(issuer.clone());
        (JwtVerifier::new(issuer.url.clone(), issuer.client_ids(), source, keys), good)
    }

    #[test]
    fn a_token_may_be_bare() {
        for text in ["a.b.c", "Bearer a.b.c", " bearer  a.b.c ", "BEARER a.b.c"] {
            assert_eq!(bare(text), "a.b.c", "{text}");
        }
        assert_eq!(bare("Basic a"), "Basic a");
        assert_eq!(bare("Bearer"), "Bearer");
    }

    #[test]
    fn a_verified_token_is_kept_until_it_expires() {
        let runtime = Runtime::new().unwrap();
        let (verifier, good) = verifier(&runtime);
        assert!(verifier.cache.get(&good, verifier.keys.generation(), NOW).is_none());
        runtime.block_on(verifier.verify(&good, NOW)).unwrap();
        assert!(verifier.cache.get(&good, verifier.keys.generation(), NOW).is_some());
        assert!(verifier.cache.get(&good, verifier.keys.generation(), NOW + 1).is_none());
        assert_eq!(runtime.block_on(verifier.verify(&good, NOW + 1)).unwrap_err(), BadToken::Expired);
    }
}
