//! The JWT authorizer ([its rules]).
//!
//! A token passes if an RSA key that the issuer publishes under the token's `kid` has signed it, if its
//! issuer and audience match, if it is neither expired nor not yet valid, and if it has one of the route's
//! scopes. The rules for claims are in [`routegen_apigw::claims`]; this module checks the signature and the
//! keys.
//!
//! [its rules]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

mod bad_token;
mod keys;
mod token_cache;

use std::{borrow::Cow, sync::Arc, time::UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Validation, decode};
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

/// The RSA algorithms with PKCS #1. API Gateway accepts "RSA-based algorithms" without documenting a list.
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
        // Claims are checked by API Gateway's rules, not by the library's.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self { issuer, audience, source, keys, cache: TokenCache::default(), validation }
    }

    /// The header that carries tokens of the gateway's own issuer, if it accepts them in one.
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
        let (algorithm, id) = header(token)?;
        let (keys, generation) = self.keys.keys(&id, algorithm).await?;
        let mut outcome = Err(BadToken::Signature);
        for key in keys {
            let decoded = decode::<Map<String, Value>>(token, &key, &self.validation);
            outcome = decoded.map(|decoded| decoded.claims).map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::InvalidSignature => BadToken::Signature,
                _ => BadToken::Malformed,
            });
            // Another key with this kid may have signed it.
            if !matches!(outcome, Err(BadToken::Signature)) {
                break;
            }
        }
        let claims = outcome?;
        let until = claims::check(&claims, &self.issuer, &self.audience, now)?;
        let shown = to_raw_value(&claims::shown(&claims)).map_err(|_| BadToken::Malformed)?;
        let verified = Verified { claims: Arc::from(shown), scopes: claims::scopes(&claims).into() };
        self.cache.put(token, &verified, until, generation);
        Ok(verified)
    }
}

fn refused(error: &BadToken) -> Refused {
    let why = error.to_string();
    // The response of another server must not reach the client's header.
    let described: Cow<'_, str> = match error {
        BadToken::Keys(_) => "OIDC discovery endpoint communication error".into(),
        _ => Cow::Borrowed(&why),
    };
    Refused { refusal: Refusal::Unauthorized(Some(challenge::invalid_token(&described))), why }
}

/// The algorithm and the key that a token's header names (RFC 7515, 4.1).
fn header(token: &str) -> Result<(Algorithm, String), BadToken> {
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header: Option<Map<String, Value>> = header.and_then(|header| serde_json::from_slice(&header).ok());
    let header = header.ok_or(BadToken::Malformed)?;
    let text = |name: &'static str| match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(BadToken::HeaderType(name)),
    };
    let algorithm = text("alg")?.ok_or(BadToken::Algorithm)?;
    let algorithm = ALGORITHMS.into_iter().find(|known| format!("{known:?}") == algorithm);
    let algorithm = algorithm.ok_or(BadToken::Algorithm)?;
    if header.contains_key("crit") {
        return Err(BadToken::Critical);
    }
    for name in TEXTS {
        text(name)?;
    }
    Ok((algorithm, text("kid")?.ok_or(BadToken::NoKeyId)?.to_owned()))
}

/// The other header parameters that must be texts (RFC 7515, 4.1), although nothing here uses them.
const TEXTS: [&str; 6] = ["typ", "cty", "jku", "x5u", "x5t", "x5t#S256"];

#[cfg(test)]
mod tests {
    use routegen_apigw::claims::BadClaims;
    use serde_json::json;
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
    fn a_header_of_wrong_types_is_refused_for_what_is_wrong_with_it() {
        let refused = |header: Value| {
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            super::header(&format!("{header}.e30.x")).map(|(_, id)| id)
        };
        for (header, expected) in [
            (json!({ "alg": "RS256", "kid": "a" }), Ok("a".to_owned())),
            (json!({ "alg": "RS256", "kid": "a", "typ": "at+jwt", "other": [1] }), Ok("a".to_owned())),
            (json!({ "alg": "RS256", "kid": 7 }), Err(BadToken::HeaderType("kid"))),
            (json!({ "alg": "RS256", "kid": null }), Err(BadToken::HeaderType("kid"))),
            (json!({ "alg": "RS256" }), Err(BadToken::NoKeyId)),
            (json!({ "alg": ["RS256"], "kid": "a" }), Err(BadToken::HeaderType("alg"))),
            (json!({ "alg": 7, "kid": "a" }), Err(BadToken::HeaderType("alg"))),
            (json!({ "kid": "a" }), Err(BadToken::Algorithm)),
            (json!({ "alg": "none", "kid": "a" }), Err(BadToken::Algorithm)),
            (json!({ "alg": "rs256", "kid": "a" }), Err(BadToken::Algorithm)),
            (json!({ "alg": "HS256", "kid": "a" }), Err(BadToken::Algorithm)),
            (json!({ "alg": "RS256", "kid": "a", "typ": 7 }), Err(BadToken::HeaderType("typ"))),
            (json!({ "alg": "RS256", "kid": "a", "jku": {} }), Err(BadToken::HeaderType("jku"))),
            (json!({ "alg": "RS256", "kid": "a", "crit": [] }), Err(BadToken::Critical)),
            (json!({ "alg": "RS256", "kid": "a", "crit": "b64" }), Err(BadToken::Critical)),
            (json!(["RS256"]), Err(BadToken::Malformed)),
        ] {
            assert_eq!(refused(header.clone()), expected, "{header}");
        }
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
