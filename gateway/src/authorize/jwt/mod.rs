//! The JWT authorizer ([its rules]).
//!
//! A token passes if it is signed with RSA by a key that the issuer publishes under the token's `kid`, if it is this issuer's and
//! for one of the audiences, if it is neither too old nor too young, and if it has one of the route's scopes. What the claims must
//! say is in [`routegen_apigw::claims`]; here are the signature and the keys.
//!
//! [its rules]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

mod bad_token;
mod keys;
mod token_cache;

use std::{borrow::Cow, sync::Arc, time::UNIX_EPOCH};

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use routegen_apigw::{
    Refusal,
    claims::{self, challenge},
    event::{Identity, RoutedRequest},
    identity::{self, Found},
};
use routegen_spec::{IdentitySource, Scope};
use serde_json::{Map, Value, value::to_raw_value};

use super::refused::Refused;
use bad_token::BadToken;
pub(crate) use keys::{KeySource, RemoteKeys};
use token_cache::{TokenCache, Verified};

/// The algorithms of RSA signatures with PKCS #1. API Gateway takes "RSA-based algorithms", and no list is documented.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512];

/// Verifies the tokens of one issuer for one list of audiences.
#[derive(Debug)]
pub(crate) struct JwtVerifier {
    issuer: String,
    audience: Vec<String>,
    source: IdentitySource,
    keys: KeySource,
    cache: TokenCache,
    validation: Validation,
}

impl JwtVerifier {
    pub(crate) fn new(
        issuer: String,
        audience: Vec<String>,
        source: IdentitySource,
        keys: KeySource,
    ) -> Self {
        crate::issuer::install_crypto();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.algorithms = ALGORITHMS.to_vec();
        // The rules for claims are API Gateway's, not the library's.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self { issuer, audience, source, keys, cache: TokenCache::default(), validation }
    }

    /// The header that it takes tokens of the gateway's own issuer from, if it does.
    #[cfg(feature = "page")]
    pub(crate) fn local_token_header(&self) -> Option<String> {
        match (&self.keys, &self.source) {
            (KeySource::Local(..), IdentitySource::Header(name)) => Some(name.as_str().to_ascii_lowercase()),
            _ => None,
        }
    }

    pub(crate) async fn decide(
        &self,
        request: &RoutedRequest<'_>,
        scopes: &[Scope],
    ) -> Result<Identity, Refused> {
        let token = match identity::find(&self.source, request) {
            Found::One(text) => text,
            Found::Nothing => {
                let refusal = Refusal::Unauthorized(Some(challenge::NO_TOKEN.to_owned()));
                return Err(Refused { refusal, why: "there is no token".to_owned() });
            }
            Found::Several => return Err(refused(&BadToken::Several)),
        };
        let token = claims::bare_token(&token);
        let now = request.time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let verified = match self.cache.get(token, self.keys.generation(), now) {
            Some(verified) => verified,
            None => self.verify(token, now).await.map_err(|error| refused(&error))?,
        };
        if !claims::has_one_of(&verified.scopes, scopes) {
            let refusal = Refusal::Forbidden(Some(challenge::insufficient_scope(scopes)));
            return Err(Refused { refusal, why: challenge::NO_SCOPE.to_owned() });
        }
        let scopes = claims::shown_scopes(verified.scopes, scopes);
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
        let claims = decoded.map(|decoded| decoded.claims).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => BadToken::Signature,
            _ => BadToken::Malformed,
        })?;
        let until = claims::check(&claims, &self.issuer, &self.audience, now)?;
        let shown = to_raw_value(&claims::shown(&claims)).map_err(|_| BadToken::Malformed)?;
        let verified = Verified { claims: Arc::from(shown), scopes: claims::scopes(&claims).into() };
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
    Refused { refusal: Refusal::Unauthorized(Some(challenge::invalid_token(&described))), why }
}

fn names_an_algorithm(token: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header: Option<Value> = header.and_then(|header| serde_json::from_slice(&header).ok());
    header.is_some_and(|header| header["alg"].is_string())
}

#[cfg(test)]
mod tests {
    use routegen_apigw::claims::BadClaims;
    use tokio::runtime::Runtime;

    use super::*;
    use crate::{LocalIssuer, TokenBuilder, issuer::Issuer};

    const NOW: u64 = 4_000_000_000;

    fn verifier(runtime: &Runtime) -> (JwtVerifier, String) {
        let issuer = runtime.block_on(Issuer::start(LocalIssuer::new(), "http://localhost")).unwrap();
        let issuer = Arc::new(issuer);
        let good = TokenBuilder::new(&issuer).claim("exp", NOW + 1).mint();
        let source = IdentitySource::authorization();
        let keys = KeySource::local(issuer.clone());
        (JwtVerifier::new(issuer.url.clone(), issuer.client_ids(), source, keys), good)
    }

    #[test]
    fn a_verified_token_is_kept_until_it_expires() {
        let runtime = Runtime::new().unwrap();
        let (verifier, good) = verifier(&runtime);
        assert!(verifier.cache.get(&good, verifier.keys.generation(), NOW).is_none());
        runtime.block_on(verifier.verify(&good, NOW)).unwrap();
        assert!(verifier.cache.get(&good, verifier.keys.generation(), NOW).is_some());
        assert!(verifier.cache.get(&good, verifier.keys.generation(), NOW + 1).is_none());
        assert_eq!(
            runtime.block_on(verifier.verify(&good, NOW + 1)).unwrap_err(),
            BadToken::Claims(BadClaims::Expired)
        );
    }
}
