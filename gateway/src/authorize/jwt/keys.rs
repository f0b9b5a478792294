//! The keys of an issuer: the local issuer's own, or those of a remote issuer, which are fetched by
//! discovery and cached.
//!
//! How long API Gateway caches keys, how long it waits for each of the two responses, and how much it reads
//! is in [`routegen_spec::limits`]. Here, an unknown kid causes another fetch, but at most one every few
//! seconds, whatever tokens arrive.

use std::{
    collections::{BTreeSet, HashMap},
    io,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use routegen_spec::{
    limits::{JWKS_BYTES, JWKS_TIMEOUT, JWKS_TTL},
    printable,
};
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::bad_token::{BadToken, UnusableKey};
use crate::{issuer::Issuer, lock::lock};

/// The minimum pause between two fetches for unknown kids, or after a failed fetch.
const PAUSE: Duration = Duration::from_secs(5);

/// Where keys come from.
#[derive(Debug)]
pub(crate) enum KeySource {
    Local(Arc<Issuer>, Arc<DecodingKey>),
    Remote(Box<RemoteKeys>),
}

impl KeySource {
    pub(crate) fn local(issuer: Arc<Issuer>) -> Self {
        let key = DecodingKey::from_rsa_raw_components(&issuer.key.modulus, &issuer.key.exponent);
        Self::Local(issuer, Arc::new(key))
    }

    /// The keys with this kid for an algorithm, at least one, and their generation.
    pub(super) async fn keys(
        &self,
        id: &str,
        algorithm: Algorithm,
    ) -> Result<(Vec<Arc<DecodingKey>>, u64), BadToken> {
        match self {
            Self::Local(issuer, key) if issuer.key.id == id => {
                if algorithm != Algorithm::RS256 {
                    return Err(BadToken::UnusableKey(UnusableKey::Algorithm));
                }
                Ok((vec![key.clone()], self.generation()))
            }
            Self::Local(..) => Err(BadToken::UnknownKey),
            Self::Remote(keys) => keys.keys(id, algorithm).await,
        }
    }

    /// Counts the changes of the keys. 0 means that there are no valid keys.
    pub(super) fn generation(&self) -> u64 {
        match self {
            Self::Local(..) => 1,
            Self::Remote(keys) => keys.fresh().map_or(0, |fetched| fetched.generation),
        }
    }
}

/// The keys of a remote issuer.
#[derive(Debug)]
pub(crate) struct RemoteKeys {
    issuer: String,
    pause: Duration,
    client: OnceLock<HttpClient>,
    fetched: Mutex<Option<Arc<Fetched>>>,
    /// Allows one fetch at a time, and holds the time and the outcome of the last one.
    fetching: tokio::sync::Mutex<Option<(Instant, Option<String>)>>,
}

type HttpClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

#[derive(Debug)]
struct Fetched {
    keys: Keys,
    at: Instant,
    generation: u64,
}

/// The keys by kid, in the issuer's order. Several keys may share a kid (RFC 7517, 4.5).
type Keys = HashMap<String, Vec<Result<Key, UnusableKey>>>;

#[derive(Debug)]
struct Key {
    decoding: Arc<DecodingKey>,
    /// The only algorithm that the issuer allows for it, if any.
    algorithm: Option<String>,
    /// Modulus and exponent, as the issuer publishes them.
    numbers: [String; 2],
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (&self.algorithm, &self.numbers) == (&other.algorithm, &other.numbers)
    }
}

impl Fetched {
    /// The keys with this kid for an algorithm.
    fn keys(&self, id: &str, algorithm: Algorithm) -> Result<(Vec<Arc<DecodingKey>>, u64), BadToken> {
        let named = format!("{algorithm:?}");
        let keys = self.keys.get(id).ok_or(BadToken::UnknownKey)?;
        let fits = |key: &&Key| key.algorithm.as_ref().is_none_or(|own| *own == named);
        let usable = keys.iter().filter_map(|key| key.as_ref().ok());
        let fitting: Vec<_> = usable.filter(fits).map(|key| key.decoding.clone()).collect();
        if fitting.is_empty() {
            let other = keys.iter().any(Result::is_ok).then_some(UnusableKey::Algorithm);
            let why = other.or_else(|| keys.iter().find_map(|key| key.as_ref().err().cloned()));
            return Err(why.map_or(BadToken::UnknownKey, BadToken::UnusableKey));
        }
        Ok((fitting, self.generation))
    }
}

impl RemoteKeys {
    pub(crate) fn new(issuer: String) -> Self {
        Self {
            issuer,
            pause: PAUSE,
            client: OnceLock::new(),
            fetched: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    fn fresh(&self) -> Option<Arc<Fetched>> {
        lock(&self.fetched).clone().filter(|fetched| fetched.at.elapsed() < JWKS_TTL)
    }

    async fn keys(&self, id: &str, algorithm: Algorithm) -> Result<(Vec<Arc<DecodingKey>>, u64), BadToken> {
        let found = || self.fresh().map(|fetched| fetched.keys(id, algorithm));
        let kept = || found().and_then(Result::ok);
        if let Some(key) = kept() {
            return Ok(key);
        }
        let mut last = self.fetching.lock().await;
        // While this call waited, another may have fetched.
        if let Some(key) = kept() {
            return Ok(key);
        }
        if let Some((_, error)) = last.as_ref().filter(|(at, _)| at.elapsed() < self.pause) {
            let unknown = found().and_then(Result::err).unwrap_or(BadToken::UnknownKey);
            return Err(error.clone().map_or(unknown, BadToken::Keys));
        }
        let outcome = self.fetch().await;
        *last = Some((Instant::now(), outcome.as_ref().err().cloned()));
        let keys = outcome.map_err(BadToken::Keys)?;
        let mut fetched = lock(&self.fetched);
        // If the keys are unchanged, verified tokens stay verified: any client can send an unknown kid.
        let generation = match &*fetched {
            Some(before) if before.keys == keys => before.generation,
            before => before.as_ref().map_or(0, |before| before.generation) + 1,
        };
        let now = Arc::new(Fetched { keys, at: Instant::now(), generation });
        *fetched = Some(now.clone());
        now.keys(id, algorithm)
    }

    async fn fetch(&self) -> Result<Keys, String> {
        #[derive(Deserialize)]
        struct Discovery {
            issuer: String,
            jwks_uri: String,
        }
        #[derive(Deserialize)]
        struct Jwks {
            keys: Vec<Value>,
        }
        let url = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let Discovery { issuer, jwks_uri } = self.get(&url).await?;
        // OpenID Connect Discovery 1.0, 4.3.
        if issuer != self.issuer {
            return Err(format!("{url}: it is of the issuer `{}`", printable(&issuer)));
        }
        let Jwks { keys } = self.get(&jwks_uri).await?;
        let mut by_id = Keys::new();
        for jwk in &keys {
            // No token can name a key without a kid.
            if let Some(id) = jwk.get("kid").and_then(Value::as_str) {
                by_id.entry(id.to_owned()).or_default().push(rsa_key(jwk));
            }
        }
        Ok(by_id)
    }

    async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{url}: {error}");
        let uri: Uri = url.parse().map_err(|error| failed(&error))?;
        let client = if let Some(client) = self.client.get() {
            client
        } else {
            let client = http_client(&self.issuer).map_err(|error| failed(&error))?;
            self.client.get_or_init(|| client)
        };
        let body = timeout(JWKS_TIMEOUT, async {
            let response = client.get(uri).await.map_err(|error| failed(&error))?;
            if response.status() != StatusCode::OK {
                return Err(failed(&format_args!("the status is {}", response.status())));
            }
            let body = Limited::new(response.into_body(), JWKS_BYTES).collect().await;
            body.map(http_body_util::Collected::to_bytes).map_err(|error| failed(&error))
        });
        let body = body.await.map_err(|_| failed(&format_args!("no answer within {JWKS_TIMEOUT:?}")))??;
        serde_json::from_slice(&body).map_err(|error| failed(&error))
    }
}

/// A client for an issuer. For an `https` issuer, it trusts the machine's certificates and refuses plain
/// HTTP, so that nobody can change the keys in transit. An issuer on loopback needs no certificates, and
/// the machine may have none.
fn http_client(issuer: &str) -> io::Result<HttpClient> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let builder = HttpsConnectorBuilder::new();
    let connector = if issuer.starts_with("https:") {
        builder.with_provider_and_native_roots(provider)?.https_only().enable_http1().build()
    } else {
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        builder.with_tls_config(config).https_or_http().enable_http1().build()
    };
    // The next fetch is hours away, and an idle connection might be closed at that very moment.
    Ok(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector))
}

/// An RSA key for signatures, or why it is not one: an issuer may also publish keys of other kinds.
fn rsa_key(jwk: &Value) -> Result<Key, UnusableKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("kty") != Some("RSA") {
        return Err(UnusableKey::Kind);
    }
    // A value of another type cannot be interpreted.
    if jwk.get("use").is_some_and(|purpose| purpose != "sig") {
        return Err(UnusableKey::Use);
    }
    if jwk.get("key_ops").is_some_and(|operations| !may_verify(operations)) {
        return Err(UnusableKey::Operations);
    }
    let algorithm = match jwk.get("alg") {
        None => None,
        Some(Value::String(name)) => Some(name.clone()),
        Some(_) => return Err(UnusableKey::Algorithm),
    };
    let (Some(modulus), Some(exponent)) = (text("n"), text("e")) else { return Err(UnusableKey::Numbers) };
    let bits = bits(modulus).ok_or(UnusableKey::Numbers)?;
    if !BITS.contains(&bits) {
        return Err(UnusableKey::Bits(bits));
    }
    // An exponent that is even or 1 is invalid.
    let odd = URL_SAFE_NO_PAD.decode(exponent).ok().is_some_and(|bytes| {
        let number: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
        number != [1] && number.last().is_some_and(|last| last % 2 == 1)
    });
    let decoding = DecodingKey::from_rsa_components(modulus, exponent).ok().filter(|_| odd);
    let decoding = Arc::new(decoding.ok_or(UnusableKey::Numbers)?);
    Ok(Key { decoding, algorithm, numbers: [modulus, exponent].map(str::to_owned) })
}

/// The supported sizes of RSA keys, in bits.
const BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;

/// Whether operations are a list of distinct texts that includes `verify`.
fn may_verify(operations: &Value) -> bool {
    let Some(operations) = operations.as_array() else { return false };
    let texts: Option<BTreeSet<&str>> = operations.iter().map(Value::as_str).collect();
    texts.is_some_and(|texts| texts.len() == operations.len() && texts.contains("verify"))
}

/// The number of bits of a number in base64url.
fn bits(number: &str) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(number).ok()?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    Some((bytes.len() - first) * 8 - bytes[first].leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use routegen_spec::{Auth, Method};
    use serde_json::json;
    use tokio::sync::Notify;

    use super::*;
    use crate::{Api, Function, Gateway, Route, issuer::SigningKey};

    /// An issuer whose keys change, with a count of the fetches.
    struct Elsewhere {
        gateway: Gateway,
        keys: Arc<Mutex<Value>>,
        asked: Arc<AtomicUsize>,
    }

    impl Elsewhere {
        async fn start(keys: Value) -> Self {
            let (keys, asked) = (Arc::new(Mutex::new(keys)), Arc::new(AtomicUsize::new(0)));
            let (given, counted) = (keys.clone(), asked.clone());
            let jwks = Function::in_process(move |_| {
                counted.fetch_add(1, Ordering::Relaxed);
                let keys = lock(&given).clone();
                async move { Ok(json!({ "keys": keys })) }
            });
            Self { gateway: serve(jwks).await, keys, asked }
        }

        fn remote(&self, pause: Duration) -> RemoteKeys {
            RemoteKeys { pause, ..RemoteKeys::new(self.gateway.url()) }
        }
    }

    async fn serve(jwks: Function) -> Gateway {
        let discovery = Function::in_process(async |invocation| {
            let host = invocation.event()?["headers"]["host"].clone();
            let issuer = format!("http://{}", host.as_str().unwrap_or_default());
            Ok(json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") }))
        });
        let route =
            |path: &str, function| Route::new(Method::Get, path.parse().unwrap(), Auth::None, function);
        let api = Api::new()
            .function("discovery", discovery)
            .function("jwks", jwks)
            .route(route("/.well-known/openid-configuration", "discovery"))
            .route(route("/keys", "jwks"));
        Gateway::builder(api).start().await.unwrap()
    }

    const ALGORITHM: Algorithm = Algorithm::RS256;

    async fn id(keys: &RemoteKeys, id: &str) -> Result<u64, BadToken> {
        keys.keys(id, ALGORITHM).await.map(|(_, generation)| generation)
    }

    #[tokio::test]
    async fn a_key_that_is_new_is_fetched_and_one_that_is_gone_is_forgotten() {
        let [old, new] = [(); 2].map(|()| SigningKey::generate().unwrap());
        let elsewhere = Elsewhere::start(json!([old.jwk()])).await;
        let keys = elsewhere.remote(Duration::ZERO);
        assert_eq!(id(&keys, &old.id).await, Ok(1));
        assert_eq!(id(&keys, &old.id).await, Ok(1));
        assert_eq!(elsewhere.asked.load(Ordering::Relaxed), 1);

        *lock(&elsewhere.keys) = json!([new.jwk()]);
        assert_eq!(id(&keys, &new.id).await, Ok(2));
        assert_eq!(id(&keys, &old.id).await, Err(BadToken::UnknownKey));
    }

    #[tokio::test]
    async fn a_kid_that_nobody_knows_is_no_reason_to_verify_other_tokens_again() {
        let [key, other] = [(); 2].map(|()| SigningKey::generate().unwrap());
        let elsewhere = Elsewhere::start(json!([key.jwk()])).await;
        let keys = elsewhere.remote(Duration::ZERO);
        assert_eq!(id(&keys, &key.id).await, Ok(1));
        for fetches in 2..5 {
            assert_eq!(id(&keys, "unknown").await, Err(BadToken::UnknownKey));
            assert_eq!(elsewhere.asked.load(Ordering::Relaxed), fetches);
            assert_eq!(id(&keys, &key.id).await, Ok(1));
        }
        // A different key with the same kid is a change.
        let mut forged = other.jwk();
        forged["kid"] = key.id.clone().into();
        *lock(&elsewhere.keys) = json!([forged]);
        assert_eq!(id(&keys, "unknown").await, Err(BadToken::UnknownKey));
        assert_eq!(id(&keys, &key.id).await, Ok(2));
    }

    #[tokio::test]
    async fn many_unknown_keys_are_one_fetch() {
        let key = SigningKey::generate().unwrap();
        let elsewhere = Elsewhere::start(json!([key.jwk()])).await;
        let keys = elsewhere.remote(Duration::from_hours(1));
        for number in 0..10 {
            assert_eq!(id(&keys, &number.to_string()).await, Err(BadToken::UnknownKey));
        }
        assert_eq!(elsewhere.asked.load(Ordering::Relaxed), 1);
        assert!(id(&keys, &key.id).await.is_ok());
    }

    #[tokio::test]
    async fn many_that_want_the_first_key_at_once_are_one_fetch() {
        let key = SigningKey::generate().unwrap();
        let elsewhere = Elsewhere::start(json!([key.jwk()])).await;
        let keys = Arc::new(elsewhere.remote(Duration::ZERO));
        let mut wanting = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (keys, key) = (keys.clone(), key.id.clone());
            wanting.spawn(async move { id(&keys, &key).await });
        }
        assert_eq!(wanting.join_all().await, vec![Ok(1); 10]);
        assert_eq!(elsewhere.asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn keys_are_kept_for_two_hours() {
        let key = SigningKey::generate().unwrap();
        let elsewhere = Elsewhere::start(json!([key.jwk()])).await;
        let keys = elsewhere.remote(Duration::ZERO);
        // The fetches take less time than the minutes between them.
        for (minutes, fetches) in [(0, 1), (119, 1), (1, 2), (120, 3)] {
            tokio::time::pause();
            tokio::time::advance(Duration::from_mins(minutes)).await;
            tokio::time::resume();
            assert_eq!(id(&keys, &key.id).await, Ok(1), "{minutes} minutes later");
            assert_eq!(elsewhere.asked.load(Ordering::Relaxed), fetches);
        }
        // Tokens that were verified before are verified again.
        tokio::time::pause();
        tokio::time::advance(JWKS_TTL).await;
        assert_eq!(KeySource::Remote(Box::new(keys)).generation(), 0);
    }

    #[tokio::test]
    async fn a_key_that_is_not_for_this_verifies_nothing_and_the_reason_is_the_true_one() {
        let key = SigningKey::generate().unwrap();
        let small = URL_SAFE_NO_PAD.encode([0xff; 128]);
        for (name, value, why) in [
            ("kty", json!("EC"), Some(UnusableKey::Kind)),
            ("kty", Value::Null, Some(UnusableKey::Kind)),
            ("use", json!("enc"), Some(UnusableKey::Use)),
            ("use", json!(["sig"]), Some(UnusableKey::Use)),
            ("use", json!(7), Some(UnusableKey::Use)),
            ("use", Value::Null, Some(UnusableKey::Use)),
            ("key_ops", json!(["sign"]), Some(UnusableKey::Operations)),
            ("key_ops", json!([]), Some(UnusableKey::Operations)),
            ("key_ops", json!("verify"), Some(UnusableKey::Operations)),
            ("key_ops", json!(["verify", 7]), Some(UnusableKey::Operations)),
            ("key_ops", json!(["verify", "verify"]), Some(UnusableKey::Operations)),
            ("key_ops", json!(["verify"]), None),
            ("alg", json!("RS512"), Some(UnusableKey::Algorithm)),
            ("alg", json!(["RS256"]), Some(UnusableKey::Algorithm)),
            ("n", json!("%"), Some(UnusableKey::Numbers)),
            ("n", json!(""), Some(UnusableKey::Numbers)),
            ("n", json!(small), Some(UnusableKey::Bits(1_024))),
            ("e", json!("AQ"), Some(UnusableKey::Numbers)),
            ("e", json!("AgAA"), Some(UnusableKey::Numbers)),
            ("e", json!(65_537), Some(UnusableKey::Numbers)),
        ] {
            let mut jwk = key.jwk();
            jwk[name] = value.clone();
            let elsewhere = Elsewhere::start(json!([jwk, 7, {}])).await;
            let outcome = id(&elsewhere.remote(Duration::ZERO), &key.id).await;
            assert_eq!(outcome, why.map_or(Ok(1), |why| Err(BadToken::UnusableKey(why))), "{name} {value}");
        }
        for kid in [json!("other"), json!(7), Value::Null] {
            let mut jwk = key.jwk();
            jwk["kid"] = kid;
            let elsewhere = Elsewhere::start(json!([jwk])).await;
            assert_eq!(
                id(&elsewhere.remote(Duration::ZERO), &key.id).await,
                Err(BadToken::UnknownKey),
                "{:?}",
                elsewhere.keys
            );
        }
    }

    #[tokio::test]
    async fn every_key_of_a_kid_counts_in_any_order() {
        let [first, second] = [(); 2].map(|()| SigningKey::generate().unwrap());
        let mut other = second.jwk();
        other["kid"] = first.id.clone().into();
        let mut unusable = other.clone();
        unusable["use"] = "enc".into();
        for (keys, count) in [
            (json!([first.jwk(), other]), 2),
            (json!([other, first.jwk()]), 2),
            (json!([unusable, first.jwk()]), 1),
            (json!([first.jwk(), unusable]), 1),
        ] {
            let elsewhere = Elsewhere::start(keys).await;
            let found = elsewhere.remote(Duration::ZERO).keys(&first.id, ALGORITHM).await.unwrap();
            assert_eq!(found.0.len(), count);
        }
    }

    /// `OpenID` Connect Discovery 1.0, 4.3: "MUST be identical".
    #[tokio::test]
    async fn a_document_of_another_issuer_is_none() {
        let key = SigningKey::generate().unwrap();
        let elsewhere = Elsewhere::start(json!([key.jwk()])).await;
        let with_slash = format!("{}/", elsewhere.gateway.url());
        let error = id(&RemoteKeys::new(with_slash), &key.id).await.unwrap_err().to_string();
        assert!(error.ends_with(&format!("it is of the issuer `{}`", elsewhere.gateway.url())), "{error}");
        assert_eq!(elsewhere.asked.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn keys_of_more_than_150_000_bytes_are_not_read() {
        let elsewhere = Elsewhere::start(json!(["x".repeat(JWKS_BYTES)])).await;
        let error = id(&elsewhere.remote(Duration::ZERO), "a").await.unwrap_err().to_string();
        assert!(error.contains("length limit exceeded"), "{error}");
    }

    #[tokio::test]
    async fn an_issuer_that_does_not_answer_is_left_after_a_second_and_a_half() {
        let entered = Arc::new(Notify::new());
        let enter = entered.clone();
        let silent = Function::in_process(move |_| {
            enter.notify_one();
            std::future::pending()
        });
        let gateway = serve(silent).await;
        let keys = RemoteKeys::new(gateway.url());
        let pause = async {
            entered.notified().await;
            // From here on, time advances when every task waits for it.
            tokio::time::pause();
        };
        let (error, ()) = tokio::join!(id(&keys, "a"), pause);
        let error = error.unwrap_err().to_string();
        assert!(error.ends_with("/keys: no answer within 1.5s"), "{error}");
    }
}
