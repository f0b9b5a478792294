//! The gateway of a soak: functions of every kind, and what its observer sees.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use routegen_gateway::{
    Api, Function, Gateway, JwtAuthorizer, LocalIssuer, Observation, Route, TokenBuilder,
};
use routegen_spec::{Auth, Method};
use serde_json::{Value, json};

use crate::{
    client::request,
    functions::{LONG, SHORT, exists, program},
};

/// The minimum number of seconds between fetches of keys for unknown kids.
const FETCH_PAUSE: u64 = 5;

pub struct Ground {
    gateway: Gateway,
    issuer: Issuer,
    seen: Arc<Mutex<Seen>>,
}

/// What the gateway's observer has seen.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Seen {
    /// How many requests were answered with each status, or had no answer because their clients
    /// disconnected (499).
    pub answers: BTreeMap<u16, usize>,
    pub started: BTreeSet<u32>,
    pub ended: BTreeSet<u32>,
}

impl Seen {
    /// The number of answers with this status.
    pub fn count(&self, status: u16) -> usize {
        self.answers.get(&status).copied().unwrap_or_default()
    }
}

impl Ground {
    /// `POST /worker` has up to four processes, `POST /hasty` the same but a short timeout, and
    /// `POST /single` one process. `GET /open` and `GET /closed`, which requires tokens of a remote issuer,
    /// are answered by this process.
    pub async fn start() -> Self {
        let issuer = Issuer::start().await;
        let function =
            |instances, timeout| Function::program(program().instances(instances)).timeout(timeout);
        let fine = Function::in_process(async |_| Ok(json!({ "fine": true })));
        let route =
            |method, path: &str, auth| Route::new(method, format!("/{path}").parse().unwrap(), auth, path);
        let api = Api::new()
            .function("worker", function(4, LONG))
            .function("hasty", function(4, SHORT))
            .function("single", function(1, LONG))
            .function("open", fine.clone())
            .function("closed", fine)
            .authorizer("elsewhere", JwtAuthorizer::issuer(issuer.url(), ["local-client"]))
            .route(route(Method::Post, "worker", Auth::None))
            .route(route(Method::Post, "hasty", Auth::None))
            .route(route(Method::Post, "single", Auth::None))
            .route(route(Method::Get, "open", Auth::None))
            .route(route(Method::Get, "closed", Auth::Authorizer("elsewhere".to_owned())));
        let seen = Arc::new(Mutex::new(Seen::default()));
        let told = seen.clone();
        let observe = move |observation| {
            let mut seen = told.lock().unwrap();
            match observation {
                Observation::Request(log) => *seen.answers.entry(log.status).or_default() += 1,
                Observation::ProcessStarted { process, .. } => drop(seen.started.insert(process)),
                Observation::ProcessEnded { process, .. } => drop(seen.ended.insert(process)),
                _ => {}
            }
        };
        let gateway = Gateway::builder(api).observe(observe).start().await.unwrap();
        Self { gateway, issuer, seen }
    }

    pub fn address(&self) -> SocketAddr {
        self.gateway.address()
    }

    /// A token for `GET /closed`.
    pub fn token(&self) -> TokenBuilder<'_> {
        self.issuer.gateway.token().claim("iss", self.issuer.url())
    }

    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// Ends it. By then, every process that it started has been reaped.
    pub async fn end(self) -> Seen {
        self.issuer.asked_rarely();
        self.gateway.shutdown().await;
        self.issuer.gateway.shutdown().await;
        let seen = self.seen.lock().unwrap().clone();
        assert_eq!(seen.started, seen.ended);
        let left: Vec<_> = seen.started.iter().filter(|process| exists(&Value::from(**process))).collect();
        assert!(left.is_empty(), "{left:?}");
        seen
    }
}

/// A remote issuer, which counts the fetches of its keys.
struct Issuer {
    gateway: Gateway,
    asked: Arc<AtomicUsize>,
    since: Instant,
}

impl Issuer {
    async fn start() -> Self {
        let gateway = Gateway::builder(Api::new()).local_issuer(LocalIssuer::new()).start().await.unwrap();
        let jwks =
            request("GET /_routegen/issuer/.well-known/jwks.json").send(gateway.address()).await.json();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let keys = Function::in_process(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            let jwks = jwks.clone();
            async move { Ok(jwks) }
        });
        let (issuer, jwks_uri) = (gateway.url(), format!("{}/keys", gateway.url()));
        let discovery = Function::in_process(move |_| {
            let discovery = json!({ "issuer": issuer, "jwks_uri": jwks_uri });
            async move { Ok(discovery) }
        });
        let route =
            |path: &str, function| Route::new(Method::Get, path.parse().unwrap(), Auth::None, function);
        let api = Api::new()
            .function("discovery", discovery)
            .function("keys", keys)
            .route(route("/.well-known/openid-configuration", "discovery"))
            .route(route("/keys", "keys"));
        gateway.replace(&api).unwrap();
        Self { gateway, asked, since: Instant::now() }
    }

    fn url(&self) -> String {
        self.gateway.url()
    }

    /// The keys are fetched once for the first token, and then no more often than the gateway allows,
    /// whatever tokens arrive.
    fn asked_rarely(&self) {
        let asked = self.asked.load(Ordering::SeqCst);
        let most = 1 + self.since.elapsed().as_secs() / FETCH_PAUSE;
        assert!(asked as u64 <= most, "the keys were fetched {asked} times, and {most} times may be");
    }
}
