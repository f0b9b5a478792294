//! A cache of verified tokens, so that each signature is checked once.
//!
//! The key is the whole token. An entry is valid until the token expires or the issuer's keys change.
//! Refused tokens are not cached, so a flood of them fills nothing.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::authorize::decision_cache::DecisionCache;

/// The contents of a verified token.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    /// The value of `requestContext.authorizer.jwt.claims`.
    pub(crate) claims: Arc<RawValue>,
    pub(crate) scopes: Arc<[String]>,
}

/// The size of the cache: about 1,300 tokens of the usual size.
const BYTES: usize = 2 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct TokenCache(DecisionCache<Box<str>, Entry, BYTES>);

#[derive(Clone, Debug)]
struct Entry {
    verified: Verified,
    /// Seconds since 1970.
    until: u64,
    generation: u64,
}

impl TokenCache {
    pub(super) fn get(&self, token: &str, generation: u64, now: u64) -> Option<Verified> {
        let entry = self.0.get(token)?;
        (entry.generation == generation && now < entry.until).then_some(entry.verified)
    }

    pub(super) fn put(&self, token: &str, verified: &Verified, until: u64, generation: u64) {
        let scopes: usize = verified.scopes.iter().map(|scope| size_of::<String>() + scope.len()).sum();
        let bytes = token.len() + verified.claims.get().len() + scopes;
        self.0.put(token.into(), Entry { verified: verified.clone(), until, generation }, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_until_it_expires_or_the_keys_change() {
        let cache = TokenCache::default();
        let claims = RawValue::from_string("{}".to_owned()).unwrap().into();
        let verified = Verified { claims, scopes: Arc::new([]) };
        cache.put("a.b.c", &verified, 100, 1);
        assert!(cache.get("a.b.c", 1, 99).is_some());
        assert!(cache.get("a.b.c", 1, 100).is_none());
        assert!(cache.get("a.b.c", 2, 99).is_none());
        assert!(cache.get("a.b.d", 1, 99).is_none());
    }

    #[test]
    fn a_token_counts_with_its_claims_and_its_scopes() {
        let text = || "x".repeat(1024 * 1024);
        let claims = || RawValue::from_string(format!("\"{}\"", text())).unwrap().into();
        let small = || RawValue::from_string("{}".to_owned()).unwrap().into();
        for (token, verified) in [
            (text(), Verified { claims: small(), scopes: Arc::new([]) }),
            (String::new(), Verified { claims: claims(), scopes: Arc::new([]) }),
            (String::new(), Verified { claims: small(), scopes: Arc::new([text()]) }),
        ] {
            let cache = TokenCache::default();
            // Two of them exceed the bound.
            let tokens: Vec<String> = (0..2).map(|number| format!("{token}{number}")).collect();
            for token in &tokens {
                cache.put(token, &verified, 100, 1);
            }
            let known = tokens.iter().filter(|token| cache.get(token, 1, 99).is_some()).count();
            assert_eq!(known, 1);
        }
    }
}
