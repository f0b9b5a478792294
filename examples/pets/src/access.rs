//! Which callers may see which shelter.

use std::collections::BTreeMap;

use routegen::{
    AuthorizerRequest, Decision, Error, Init, Problem, Res, Resource, authorizer, http::StatusCode,
};
use serde::{Deserialize, Serialize};

/// The shelter of each key, from the variable `API_KEYS`: `key=shelter,key=shelter`.
pub struct Keys(BTreeMap<String, String>);

impl Keys {
    /// Parses the text of the variable.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let pair = |pair: &str| match pair.split_once('=') {
            Some((key, shelter)) if !key.is_empty() => Ok((key.to_owned(), shelter.to_owned())),
            // Not the pair itself: it may contain a key, and this message is logged.
            _ => Err("API_KEYS is not of the form `key=shelter,key=shelter`".into()),
        };
        text.split(',').map(pair).collect::<Result<_, Error>>().map(Self)
    }
}

impl Resource for Keys {
    async fn init(_: &Init) -> Result<Self, Error> {
        Self::parse(&std::env::var("API_KEYS").map_err(|_| "API_KEYS is not set")?)
    }
}

/// What the handlers receive about a caller.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub struct Caller {
    shelter: String,
}

impl Caller {
    /// Checks that a caller sees only the pets of its own shelter.
    pub fn expect(&self, shelter: &str) -> Result<(), Problem> {
        if self.shelter == shelter {
            return Ok(());
        }
        Err(Problem::new(StatusCode::FORBIDDEN).with_detail("the key is another shelter's"))
    }
}

/// Knows callers by their key
#[authorizer(identity_sources = ["$request.header.x-api-key"], ttl = 300, env = ["API_KEYS"])]
async fn api_key(request: AuthorizerRequest, keys: Res<Keys>) -> Decision<Caller> {
    let shelter = request.identity().and_then(|key| keys.0.get(key));
    Decision::from(shelter.map(|shelter| Caller { shelter: shelter.clone() }))
}

#[cfg(test)]
mod tests {
    use routegen::testing;

    use super::*;

    #[tokio::test]
    async fn a_key_opens_its_shelter_and_no_key_none() {
        let ask = |key: &str| {
            let keys = Keys::parse("k1=north,k2=south").unwrap();
            testing::get("/north/1").header("x-api-key", key).with(keys).authorize(api_key)
        };
        assert_eq!(ask("k2").await.context::<Caller>(), Caller { shelter: "south".to_owned() });
        assert_eq!(ask("k3").await.status(), 403);
        assert_eq!(testing::get("/north/1").authorize(api_key).await.status(), 401);
    }

    #[test]
    fn keys_are_pairs() {
        assert_eq!(Keys::parse("k1=north,k2=south").unwrap().0.len(), 2);
        for bad in ["", "north", "=north", "k1=north,"] {
            assert!(Keys::parse(bad).is_err(), "{bad}");
        }
    }
}
