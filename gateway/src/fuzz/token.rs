//! Verifies tokens: whatever a client sends, only what the issuer signed passes, and only with valid
//! claims.
//!
//! The issuer's key is committed so that seeds can be tokens that pass. It is no risk, because no other
//! issuer uses it.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, UNIX_EPOCH},
};

use hyper::{
    Request,
    header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE},
};
use routegen_apigw::event::Identity;
use routegen_spec::{Auth, Method};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use super::request::called;
use crate::{
    Api, Function, JwtAuthorizer, LocalIssuer, Route, authorize::Refused, deployment::Deployment,
    functions::Services, issuer::Issuer,
};

const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fuzz/issuer.key");

/// The fixed current time, in seconds since 1970.
const NOW: u64 = 4_000_000_000;

/// The scope of the route `/scoped`.
const SCOPE: &str = "items/read";

/// The claims of the tokens that pass. Each one, signed, is a seed.
const CLAIMS: [&str; 3] = [
    r#"{"client_id":"local-client","exp":4000000001,"iss":"http://localhost/_routegen/issuer"}"#,
    r#"{"client_id":"local-client","exp":4000000001,"iss":"http://localhost/_routegen/issuer","scope":"items/read items/write"}"#,
    r#"{"aud":["x","local-client"],"exp":4e12,"iss":"http://localhost/_routegen/issuer","nbf":4e9,"scp":["items/read"]}"#,
];

/// Sends a request with a header `authorization`. Two lines are the JSON of a token's header and claims,
/// which the issuer signs whatever they contain; any other input is the header's value.
///
/// # Panics
///
/// If something passes that must be refused, or the other way round.
pub fn token(input: &[u8]) {
    static WORLD: OnceLock<World> = OnceLock::new();
    let world = WORLD.get_or_init(World::new);
    match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => world.signed(&input[..end], &input[end + 1..]),
        None => world.sent(input),
    }
}

struct World {
    runtime: Runtime,
    services: Services,
    issuer: Arc<Issuer>,
    api: Deployment,
    /// The tokens that pass, and whether they have the scope.
    minted: Vec<(String, bool)>,
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let issuer = Issuer::start(LocalIssuer::new().keep_key(KEY), "http://localhost");
        let issuer = Arc::new(runtime.block_on(issuer).unwrap());
        let auth = Auth::Authorizer("local".to_owned());
        let route = |path: &str| Route::new(Method::Get, path.parse().unwrap(), auth.clone(), "f");
        let api = Api::new()
            .function("f", Function::in_process(async |_| Ok(json!({}))))
            .authorizer("local", JwtAuthorizer::local())
            .route(route("/"))
            .route(route("/scoped").scopes([SCOPE.parse().unwrap()]));
        let services = Services::for_tests();
        let api = Deployment::new(&api, &services, Some(&issuer)).unwrap();
        let header = header(&issuer);
        let sign = |claims: &str| (issuer.key.sign_texts(&header, claims), claims.contains(SCOPE));
        let minted = CLAIMS.map(sign).into();
        Self { runtime, services, issuer, api, minted }
    }

    /// Only minted tokens pass, with or without `Bearer`.
    fn sent(&self, value: &[u8]) {
        let Ok(value) = HeaderValue::from_bytes(value) else { return };
        let text = String::from_utf8_lossy(value.as_bytes());
        let text = text.trim();
        let token = match text.get(.."Bearer ".len()) {
            Some(scheme) if scheme.eq_ignore_ascii_case("Bearer ") => text["Bearer ".len()..].trim(),
            _ => text,
        };
        let scoped = self.minted.iter().find(|(minted, _)| minted == token).map(|(_, scoped)| *scoped);
        assert_eq!(self.passes("/", &value).is_some(), scoped.is_some(), "{text}");
        assert_eq!(self.passes("/scoped", &value).is_some(), scoped == Some(true), "{text}");
    }

    /// A signed token passes if its header and its claims are valid.
    fn signed(&self, header_text: &[u8], claims_text: &[u8]) {
        let [Some(header), Some(claims)] =
            [header_text, claims_text].map(|text| serde_json::from_slice(text).ok())
        else {
            return;
        };
        let (Value::Object(header), Value::Object(claims)) = (header, claims) else { return };
        // Valid JSON is valid UTF-8.
        let [header_text, claims_text] = [header_text, claims_text].map(String::from_utf8_lossy);
        let token = self.issuer.key.sign_texts(&header_text, &claims_text);
        let value = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
        let must = self.names_the_key(&header) && self.is_valid(&claims);
        // The library has its own rules for the rest of a header, and refuses a `sub` that is a list or a
        // map, and a duplicate claim.
        let ordinary = *header_text == *self::header(&self.issuer)
            && json!(claims).to_string() == claims_text
            && !claims.get("sub").is_some_and(|sub| sub.is_array() || sub.is_object());
        let passed = self.passes("/", &value);
        assert!(passed.is_some() == must || (passed.is_none() && !ordinary), "{header_text}\n{claims_text}");
        let scoped = self.passes("/scoped", &value);
        assert_eq!(scoped.is_some(), passed.is_some() && has_scope(&claims), "{claims_text}");
        if let Some(shown) = passed {
            assert!(shown.values().all(Value::is_string), "{shown:?}");
            assert_eq!(shown["iss"], self.issuer.url.as_str());
            assert_eq!(shown.len(), claims.values().filter(|claim| !claim.is_null()).count());
        }
    }

    /// The claims in the event, if a request with this header passes.
    fn passes(&self, path: &str, value: &HeaderValue) -> Option<Map<String, Value>> {
        let request = Request::get(path).header(AUTHORIZATION, value).body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let outcome = called(&self.api, &parts, b"", UNIX_EPOCH + Duration::from_secs(NOW), |call| {
            self.runtime.block_on(call.route.decider.decide(
                &call.request,
                b"",
                "",
                &self.services,
                &mut None,
            ))
        });
        match outcome.expect("there is a route") {
            Ok(Identity::Jwt { claims, scopes }) => {
                assert_eq!(scopes.is_some(), path == "/scoped");
                Some(serde_json::from_str(claims.get()).unwrap())
            }
            Ok(identity) => panic!("a token made {identity:?}"),
            Err(Refused { refusal, .. }) => {
                let response = refusal.response();
                assert!(matches!(response.status().as_u16(), 401 | 403));
                assert!(response.headers().contains_key(WWW_AUTHENTICATE));
                None
            }
        }
    }

    fn names_the_key(&self, header: &Map<String, Value>) -> bool {
        let is = |name: &str, text: &str| header.get(name).is_some_and(|value| value == text);
        is("alg", "RS256") && is("kid", &self.issuer.key.id) && header.get("crit").is_none_or(Value::is_null)
    }

    fn is_valid(&self, claims: &Map<String, Value>) -> bool {
        let second =
            |name: &str| claims.get(name).map(|value| value.as_f64().filter(|second| *second >= 0.0));
        let begun = |name: &str| match second(name) {
            None => true,
            Some(second) => second.is_some_and(|second| second.floor() <= seconds(NOW)),
        };
        let client = |value: &Value| value == LocalIssuer::CLIENT_ID;
        let audience = match claims.get("aud") {
            Some(Value::Array(several)) => several.iter().any(client),
            Some(one) => client(one),
            None => claims.get("client_id").is_some_and(client),
        };
        claims.get("iss").is_some_and(|issuer| issuer == self.issuer.url.as_str())
            && audience
            && second("exp").flatten().is_some_and(|second| second.floor() > seconds(NOW))
            && begun("nbf")
            && begun("iat")
    }
}

/// The header of the issuer's own tokens.
fn header(issuer: &Issuer) -> String {
    format!(r#"{{"alg":"RS256","kid":"{}"}}"#, issuer.key.id)
}

#[expect(clippy::cast_precision_loss, reason = "it is less than 2^53")]
fn seconds(second: u64) -> f64 {
    second as f64
}

fn has_scope(claims: &Map<String, Value>) -> bool {
    match claims.get("scp").filter(|claim| !claim.is_null()).or_else(|| claims.get("scope")) {
        Some(Value::String(text)) => text.split_ascii_whitespace().any(|scope| scope == SCOPE),
        Some(Value::Array(list)) => list.iter().any(|scope| scope == SCOPE),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_tokens_that_pass_are_seeds() {
        let seeds = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/token"));
        let seeds: Vec<Vec<u8>> =
            fs::read_dir(seeds).unwrap().map(|seed| fs::read(seed.unwrap().path()).unwrap()).collect();
        for (token, _) in World::new().minted {
            assert!(seeds.iter().any(|seed| *seed == token.as_bytes()), "{token}");
        }
    }

    #[test]
    fn no_other_text_than_a_token_that_was_minted_passes() {
        let world = World::new();
        let minted = prop::sample::select(world.minted.clone()).prop_map(|(token, _)| token);
        let at = |token: &str, at: prop::sample::Index| at.index(token.len());
        let changed = (minted.clone(), any::<prop::sample::Index>(), "[A-Za-z0-9_.=-]").prop_map(
            move |(mut token, index, with)| {
                let at = at(&token, index);
                token.replace_range(at..=at, &with);
                token
            },
        );
        let cut = (minted.clone(), any::<prop::sample::Index>())
            .prop_map(move |(token, index)| token[..at(&token, index)].to_owned());
        let scheme =
            prop_oneof![Just(""), Just("Bearer "), Just(" bearer  "), Just("Basic "), Just("Bearer")];
        let text = prop_oneof![minted, changed, cut, "\\PC{0,40}", "([A-Za-z0-9_-]{0,20}\\.){0,4}"];
        proptest!(|(scheme in scheme, text in text)| world.sent((scheme.to_owned() + &text).as_bytes()));
    }

    #[test]
    fn what_is_signed_passes_only_if_it_says_what_it_must() {
        let world = World::new();
        let name = "iss|aud|client_id|exp|nbf|iat|scope|scp|sub";
        let value =
            "\\PC{0,8}|[0-9.e-]{1,9}|39999999[0-9]{2}|400000000[0-9]|\\[\"local-client\"\\]|items/read";
        let header = prop_oneof![
            4 => Just(self::header(&world.issuer)),
            1 => "\\{(\"(alg|kid|crit|typ)\":(\"RS256\"|\"none\"|null|1),?){0,3}\\}",
        ];
        proptest!(|(header in header, base in 0..CLAIMS.len(), name in name, value in value)| {
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            let mut claims: Value = serde_json::from_str(CLAIMS[base]).unwrap();
            claims[name.as_str()] = value;
            world.signed(header.as_bytes(), claims.to_string().as_bytes());
        });
    }
}
