//! Tokens that were verified, so that a signature is checked once.
//!
//! A token is known by its whole text, until it expires or the issuer's keys change. Tokens that did not pass are not kept: whoever
//! sends many of them fills nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::value::RawValue;

use crate::lock::lock;

/// With the largest tokens that fit into a request's headers, 10 MB.
const CAPACITY: usize = 1_024;

/// What a token that passed says.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    /// As `requestContext.authorizer.jwt.claims` has them.
    pub(crate) claims: Arc<RawValue>,
    pub(crate) scopes: Arc<[String]>,
}

#[derive(Debug, Default)]
pub(super) struct TokenCache(Mutex<HashMap<Box<str>, Entry>>);

#[derive(Debug)]
struct Entry {
    verified: Verified,
    /// Seconds since 1970.
    until: u64,
    generation: u64,
}

impl TokenCache {
    pub(super) fn get(&self, token: &str, generation: u64, now: u64) -> Option<Verified> {
        let entries = lock(&self.0);
        let entry = entries.get(token)?;
        (entry.generation == generation && now < entry.until).then(|| entry.verified.clone())
    }

    pub(super) fn put(&self, token: &str, verified: &Verified, until: u64, generation: u64) {
        let mut entries = lock(&self.0);
        if entries.len() >= CAPACITY {
            // Rare enough for the simplest way that leaves no more than there may be.
            entries.clear();
        }
        entries.insert(token.into(), Entry { verified: verified.clone(), until, generation });
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
        for number in 0..CAPACITY * 2 {
            cache.put(&number.to_string(), &verified, 100, 1);
        }
        assert!(lock(&cache.0).len() <= CAPACITY);
    }
}
