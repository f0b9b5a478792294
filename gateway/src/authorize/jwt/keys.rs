//! The keys of an issuer: the local one's at hand, another's fetched by discovery and kept.
//!
//! How long API Gateway keeps keys, how long it waits for each of the two answers, and how much it reads, is in
//! [`routegen_spec::limits`]. Here a kid that is not among the kept keys is reason to fetch them again, though not more often
//! than every few seconds, whatever tokens arrive.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use routegen_spec::limits::{JWKS_BYTES, JWKS_TIMEOUT, JWKS_TTL};
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::bad_token::BadToken;
use crate::{issuer::Issuer, lock::lock};

/// Between two fetches for kids that are not known, or after one that failed.
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

    /// The key of a kid, for an algorithm, and which generation of keys it is of.
    pub(super) async fn key(
        &self,
        id: &str,
        algorithm: Algorithm,
    ) -> Result<(Arc<DecodingKey>, u64), BadToken> {
        match self {
            Self::Local(issuer, key) if issuer.key.id == id && algorithm == Algorithm::RS256 => {
                Ok((key.clone(), self.generation()))
            }
            Self::Local(..) => Err(BadToken::UnknownKey),
            Self::Remote(keys) => keys.key(id, algorithm).await,
        }
    }

    /// Counts the changes of the keys. 0 means that there are no keys that still count.
    pub(super) fn generation(&self) -> u64 {
        match self {
            Self::Local(..) => 1,
            Self::Remote(keys) => keys.fresh().map_or(0, |fetched| fetched.generation),
        }
    }
}

/// The keys of an issuer somewhere else.
#[derive(Debug)]
pub(crate) struct RemoteKeys {
    issuer: String,
    pause: Duration,
    client: OnceLock<HttpClient>,
    fetched: Mutex<Option<Arc<Fetched>>>,
    /// One fetch at a time; and when the last one was, and how it went.
    fetching: tokio::sync::Mutex<Option<(Instant, Option<String>)>>,
}

type HttpClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

#[derive(Debug)]
struct Fetched {
    keys: HashMap<String, Key>,
    at: Instant,
    generation: u64,
}

#[derive(Debug)]
struct Key {
    decoding: Arc<DecodingKey>,
    /// Where the issuer says that it is for one algorithm only.
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
    fn key(&self, id: &str, algorithm: Algorithm) -> Option<(Arc<DecodingKey>, u64)> {
        let key = self.keys.get(id)?;
        let named = format!("{algorithm:?}");
        let fits = key.algorithm.as_ref().is_none_or(|own| *own == named);
        fits.then(|| (key.decoding.clone(), self.generation))
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

    async fn key(&self, id: &str, algorithm: Algorithm) -> Result<(Arc<DecodingKey>, u64), BadToken> {
        let kept = || self.fresh().and_then(|fetched| fetched.key(id, algorithm));
        if let Some(key) = kept() {
            return Ok(key);
        }
        let mut last = self.fetching.lock().await;
        // While this one waited, another one may have fetched.
        if let Some(key) = kept() {
            return Ok(key);
        }
        if let Some((_, error)) = last.as_ref().filter(|(at, _)| at.elapsed() < self.pause) {
            return Err(error.clone().map_or(BadToken::UnknownKey, BadToken::Keys));
        }
        let outcome = self.fetch().await;
        *last = Some((Instant::now(), outcome.as_ref().err().cloned()));
        let keys = outcome.map_err(BadToken::Keys)?;
        let mut fetched = lock(&self.fetched);
        // What was verified with these very keys stays verified: any client can send a kid that nobody knows.
        let generation = match &*fetched {
            Some(before) if before.keys == keys => before.generation,
            before => before.as_ref().map_or(0, |before| before.generation) + 1,
        };
        let now = Arc::new(Fetched { keys, at: Instant::now(), generation });
        *fetched = Some(now.clone());
        now.key(id, algorithm).ok_or(BadToken::UnknownKey)
    }

    async fn fetch(&self) -> Result<HashMap<String, Key>, String> {
        #[derive(Deserialize)]
        struct Discovery {
            jwks_uri: String,
        }
        #[derive(Deserialize)]
        struct Jwks {
            keys: Vec<Value>,
        }
        let discovery = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let Discovery { jwks_uri } = self.get(&discovery).await?;
        let Jwks { keys } = self.get(&jwks_uri).await?;
        Ok(keys.iter().filter_map(rsa_key).collect())
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

/// For an issuer with `https`, with the certificates that this machine trusts, and nothing but `https`: its keys must not come
/// over a way that others can write to. An issuer on loopback needs no certificates, and a machine may have none.
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
    // The next fetch is hours away: a connection that was kept for it may be closed at that very moment.
    Ok(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector))
}

/// An RSA key for signatures with its kid; nothing for keys of other kinds, which an issuer may have too.
fn rsa_key(jwk: &Value) -> Option<(String, Key)> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let for_signatures = text("use").is_none_or(|purpose| purpose == "sig");
    if text("kty") != Some("RSA") || !for_signatures {
        return None;
    }
    let numbers = [text("n")?, text("e")?];
    let decoding = Arc::new(DecodingKey::from_rsa_components(numbers[0], numbers[1]).ok()?);
    let key =
        Key { decoding, algorithm: text("alg").map(str::to_owned), numbers: numbers.map(str::to_owned) };
    Some((text("kid")?.to_owned(), key))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use routegen_spec::{Auth, Method};
    use serde_json::json;
    use tokio::sync::Notify;

    use super::*;
    use crate::{Api, Function, Gateway, Route, issuer::SigningKey};

    /// An issuer whose keys change, and how often it was asked for them.
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
            Ok(json!({ "jwks_uri": format!("http://{}/keys", host.as_str().unwrap_or_default()) }))
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
        keys.key(id, ALGORITHM).await.map(|(_, generation)| generation)
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
        // A key under the same kid that is another one is.
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
        // What the fetches take is less than the minutes between them.
        for (minutes, fetches) in [(0, 1), (119, 1), (1, 2), (120, 3)] {
            tokio::time::pause();
            tokio::time::advance(Duration::from_mins(minutes)).await;
            tokio::time::resume();
            assert_eq!(id(&keys, &key.id).await, Ok(1), "{minutes} minutes later");
            assert_eq!(elsewhere.asked.load(Ordering::Relaxed), fetches);
        }
        // Tokens that they verified before are looked at again.
        tokio::time::pause();
        tokio::time::advance(JWKS_TTL).await;
        assert_eq!(KeySource::Remote(Box::new(keys)).generation(), 0);
    }

    #[tokio::test]
    async fn keys_of_other_kinds_are_none() {
        let key = SigningKey::generate().unwrap();
        let with = |name: &str, value: &str| {
            let mut jwk = key.jwk();
            jwk[name] = value.into();
            json!([jwk, 7, {}])
        };
        for keys in [
            with("kty", "EC"),
            with("use", "enc"),
            with("alg", "RS512"),
            with("kid", "other"),
            with("n", "%"),
        ] {
            let elsewhere = Elsewhere::start(keys).await;
            let outcome = id(&elsewhere.remote(Duration::ZERO), &key.id).await;
            assert_eq!(outcome, Err(BadToken::UnknownKey), "{:?}", elsewhere.keys);
        }
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
            // From here on time passes when everybody waits for it.
            tokio::time::pause();
        };
        let (error, ()) = tokio::join!(id(&keys, "a"), pause);
        let error = error.unwrap_err().to_string();
        assert!(error.ends_with("/keys: no answer within 1.5s"), "{error}");
    }
}
