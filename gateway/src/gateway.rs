//! A running gateway, and how to start one.

use std::{
    collections::BTreeSet,
    io,
    net::{self, Ipv4Addr, SocketAddr},
    sync::{Arc, PoisonError, RwLock, atomic::AtomicBool},
    time::{Duration, SystemTime},
};

use routegen_spec::limits;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite, duplex},
    net::TcpListener,
    sync::{mpsc, watch},
};

use crate::{
    Api, ApiError, EventError, InvokeError, KeyError, LocalIssuer, Processes, TokenBuilder,
    deployment::Deployment,
    events::{self, Hub},
    functions::{Call, Services},
    host::Hosts,
    ids::Ids,
    issuer::Issuer,
    observe::{Observation, Observer},
    server::{self, Room, Shared, Tls},
};
#[cfg(feature = "page")]
use crate::{page::Page, reserved, secret::NoRandomness};

/// The buffer of an in-process connection, in each direction.
const CONNECTION_BYTES: usize = 64 * 1024;

/// A local API Gateway with an HTTP API. When dropped, it ends with every process that it started.
#[derive(Debug)]
pub struct Gateway {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    /// Closed when nothing of the gateway is left.
    alive: mpsc::Receiver<()>,
}

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The gateway cannot listen on the address.
    #[error("cannot listen on the address {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// The API is inconsistent.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// There is no randomness for the page's secret.
    #[error("no secret could be made for the page")]
    NoRandomness,
    /// The local issuer has no key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Configures a gateway before it starts: see [`Gateway::builder`].
#[derive(Debug)]
#[cfg_attr(
    all(feature = "page", feature = "schedules"),
    expect(clippy::struct_excessive_bools, reason = "each is a separate option")
)]
pub struct GatewayBuilder {
    api: Api,
    address: SocketAddr,
    listeners: Vec<net::TcpListener>,
    tls: Option<Tls>,
    listens: bool,
    hosts: BTreeSet<String>,
    issuer: Option<LocalIssuer>,
    observer: Observer,
    #[cfg(feature = "page")]
    page: bool,
    tokens_for_all: bool,
    integration_timeout: Duration,
    retry_after: Option<Duration>,
    #[cfg(feature = "schedules")]
    schedules: bool,
}

impl Gateway {
    /// How long API Gateway waits for a function.
    pub const INTEGRATION_TIMEOUT: Duration = limits::INTEGRATION_TIMEOUT;

    /// A gateway for an API, by default on a free port of loopback.
    pub fn builder(api: Api) -> GatewayBuilder {
        GatewayBuilder {
            api,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            listeners: Vec::new(),
            tls: None,
            listens: true,
            hosts: BTreeSet::new(),
            issuer: None,
            observer: Observer::default(),
            #[cfg(feature = "page")]
            page: false,
            tokens_for_all: false,
            integration_timeout: Self::INTEGRATION_TIMEOUT,
            retry_after: None,
            #[cfg(feature = "schedules")]
            schedules: false,
        }
    }

    /// The address that it listens on. Without a listener ([`GatewayBuilder::without_listener`]), it is
    /// only a name.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Scheme, address and port: `http://127.0.0.1:3000`.
    pub fn origin(&self) -> String {
        origin(self.shared.scheme(), self.address)
    }

    /// The base URL of the API: `http://127.0.0.1:3000`, followed by the stage if that has a name.
    pub fn url(&self) -> String {
        let stage = self
            .shared
            .deployment()
            .stage
            .name
            .as_ref()
            .map_or_else(String::new, |stage| format!("/{stage}"));
        format!("{}{stage}", self.origin())
    }

    /// The URL of the page, if it is on ([`GatewayBuilder::page`]). The part after `#` is the key to it, a
    /// secret of this gateway, which browsers do not send.
    #[cfg(feature = "page")]
    #[cfg_attr(docsrs, doc(cfg(feature = "page")))]
    pub fn page_url(&self) -> Option<String> {
        let page = self.shared.page.as_ref()?;
        Some(format!("{}/{}#{}", self.origin(), reserved::SEGMENT, page.fragment()))
    }

    /// The local issuer's URL, as in the `iss` of its tokens.
    pub fn issuer(&self) -> Option<&str> {
        self.shared.issuer.as_ref().map(|issuer| issuer.url.as_str())
    }

    /// The endpoint at which the local issuer gives out tokens, with `client_credentials`.
    pub fn token_endpoint(&self) -> Option<&str> {
        self.shared.issuer.as_ref().map(|issuer| issuer.token_endpoint.as_str())
    }

    /// The id and the secret of the local issuer's first client.
    pub fn client_credentials(&self) -> Option<(&str, &str)> {
        self.shared.issuer.as_ref()?.credentials()
    }

    /// A token of the local issuer, made without an HTTP request.
    ///
    /// # Panics
    ///
    /// If there is no local issuer ([`GatewayBuilder::local_issuer`]).
    pub fn token(&self) -> TokenBuilder<'_> {
        let issuer = self.shared.issuer.as_ref().expect("the gateway was started with a local issuer");
        TokenBuilder::new(issuer)
    }

    /// Replaces the API. Requests in flight end with the functions that they began with, whose processes
    /// end after them. Throttles, authorizers' cached answers and fetched keys start anew.
    ///
    /// # Errors
    ///
    /// If the new API is inconsistent; the current one then stays.
    pub fn replace(&self, api: &Api) -> Result<(), ApiError> {
        let deployment = Deployment::new(api, &self.shared.services, self.shared.issuer.as_ref())?;
        if let Some(issuer) = &self.shared.issuer {
            issuer.serve_scopes(deployment.scopes.iter().cloned());
        }
        self.shared.events.deploy(&deployment.stage.region, &deployment.consumers);
        #[cfg(feature = "page")]
        if let Some(page) = &self.shared.page {
            page.hide(&deployment.credentials);
        }
        let before = std::mem::replace(
            &mut *self.shared.deployment.write().unwrap_or_else(PoisonError::into_inner),
            Arc::new(deployment),
        );
        drop(before);
        #[cfg(feature = "page")]
        if let Some(page) = &self.shared.page {
            page.api_was_replaced();
        }
        Ok(())
    }

    /// Invokes a function with the caller's own event, without a request.
    ///
    /// # Errors
    ///
    /// If the function gives no answer.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Value, InvokeError> {
        let deployment = self.shared.deployment();
        let unknown = || InvokeError::Unknown(function.to_owned());
        let function = deployment.functions.get(function).ok_or_else(unknown)?;
        let ids = &self.shared.services.ids;
        let (request_id, trace) = (ids.invocation(), ids.trace(SystemTime::now()));
        let call = Call { request_id, payload: event.to_string().into(), trace };
        let answer = function.invoke(call).await.outcome?;
        serde_json::from_slice(&answer).map_err(|_| InvokeError::NotJson)
    }

    /// Sends a message to the queue of this name, which must have a consumer, and returns its id. `group`
    /// is for FIFO queues.
    ///
    /// # Errors
    ///
    /// If no consumer reads such a queue, or SQS would refuse the message.
    pub fn send_message(&self, queue: &str, body: &str, group: Option<&str>) -> Result<String, EventError> {
        self.shared.events.send_text(queue, body, group)
    }

    /// Puts an event on the default bus or another one, and returns the functions that it reaches. It needs
    /// at least `source`, `detail-type` and `detail`.
    ///
    /// # Errors
    ///
    /// If EventBridge would refuse it.
    pub fn put_event(&self, bus: Option<&str>, event: &Value) -> Result<Vec<String>, EventError> {
        self.shared.events.put_event(bus, event).map(|(_, functions)| functions)
    }

    /// Calls a schedule's consumer, as if the schedule were due.
    ///
    /// # Errors
    ///
    /// If there is no such consumer.
    pub fn fire_schedule(&self, function: &str) -> Result<(), EventError> {
        self.shared.events.fire(function).map(drop)
    }

    /// An HTTP/1.1 connection within this process, which no other process can use. It is served on the
    /// async runtime that this is called on, and breaks off when the gateway ends.
    pub fn connect(&self) -> impl AsyncRead + AsyncWrite + Send + Unpin + 'static {
        let (client, server) = duplex(CONNECTION_BYTES);
        tokio::spawn(server::serve_one(server, self.shared.clone(), self.stop.subscribe()));
        client
    }

    /// The running processes of all its APIs, for callers that must kill them and have no time for
    /// [`Gateway::shutdown`].
    pub fn processes(&self) -> Processes {
        self.shared.services.processes.clone()
    }

    /// Ends the gateway, and waits until every process is gone. Requests in flight break off.
    pub async fn shutdown(self) {
        let Self { shared, stop, mut alive, .. } = self;
        drop((shared, stop));
        // Nothing is ever sent: this waits until all senders are gone.
        while alive.recv().await.is_some() {}
    }
}

impl GatewayBuilder {
    /// Sets the address to listen on. On any address but loopback, everyone who reaches this machine can
    /// call the gateway.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Listens on this port of loopback; 0 for any.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        self.address(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    /// Listens on a listener instead of an address, for callers that must reserve the port early. Requests
    /// that arrive before the start wait. It can be called again for further listeners, such as one on
    /// IPv6's loopback; the address is that of the first.
    #[must_use]
    pub fn listener(mut self, listener: net::TcpListener) -> Self {
        if self.listeners.is_empty() {
            self.address = listener.local_addr().unwrap_or(self.address);
        }
        self.listeners.push(listener);
        self
    }

    /// Serves TLS, and no plain HTTP.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Listens nowhere: [`Gateway::connect`] is the only way to connect. Requests and tokens still name the
    /// address.
    #[must_use]
    pub fn without_listener(mut self) -> Self {
        self.listens = false;
        self
    }

    /// Also answers to this host name, but only for the API: neither the page nor the token endpoint.
    /// Requests for names other than loopback's are refused, because a page in a browser can have a name
    /// that leads here.
    #[must_use]
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.insert(name.into().to_ascii_lowercase());
        self
    }

    /// Adds a local issuer of tokens, for [`JwtAuthorizer::local`](crate::JwtAuthorizer::local).
    #[must_use]
    pub fn local_issuer(mut self, issuer: LocalIssuer) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// Lets the token endpoint answer every client that reaches the gateway and has a client's secret, not
    /// only clients on this machine.
    #[must_use]
    pub fn tokens_for_all(mut self, on: bool) -> Self {
        self.tokens_for_all = on;
        self
    }

    /// Sets a function that is called with everything that happens. It is called between other work, and
    /// must not block.
    #[must_use]
    pub fn observe(mut self, observer: impl Fn(Observation) + Send + Sync + 'static) -> Self {
        self.observer = Observer::new(observer);
        self
    }

    /// Serves a page at `/_routegen` for developers of the API: its routes, a form to call them, and a live
    /// log of requests with their events. It is for browsers on this machine that have its URL
    /// ([`Gateway::page_url`]).
    #[cfg(feature = "page")]
    #[cfg_attr(docsrs, doc(cfg(feature = "page")))]
    #[must_use]
    pub fn page(mut self, on: bool) -> Self {
        self.page = on;
        self
    }

    /// How long a function may take before the client gets 503, instead of
    /// [`Gateway::INTEGRATION_TIMEOUT`].
    #[must_use]
    pub fn integration_timeout(mut self, timeout: Duration) -> Self {
        self.integration_timeout = timeout;
        self
    }

    /// Retries after this time instead of AWS's longer times: a failed message before its visibility
    /// timeout ends, and a failed event.
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }

    /// Lets schedules call their functions when they are due, and not only on
    /// [request](Gateway::fire_schedule).
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    #[must_use]
    pub fn schedules(mut self, on: bool) -> Self {
        self.schedules = on;
        self
    }

    /// Starts the gateway on the current async runtime, whose I/O and time must be enabled.
    ///
    /// # Errors
    ///
    /// If the API is inconsistent, or the address is taken.
    pub async fn start(self) -> Result<Gateway, StartError> {
        let Self {
            api,
            address,
            listeners,
            tls,
            listens,
            hosts,
            issuer,
            observer,
            #[cfg(feature = "page")]
            page,
            tokens_for_all,
            integration_timeout,
            retry_after,
            #[cfg(feature = "schedules")]
            schedules,
        } = self;
        let failed = |source| StartError::Bind { address, source };
        let listeners = if !listens {
            Vec::new()
        } else if listeners.is_empty() {
            vec![TcpListener::bind(address).await.map_err(failed)?]
        } else {
            let taken = |it: net::TcpListener| {
                it.set_nonblocking(true).and_then(|()| TcpListener::from_std(it)).map_err(failed)
            };
            listeners.into_iter().map(taken).collect::<Result<_, _>>()?
        };
        let bound = listeners.first().map(TcpListener::local_addr).transpose().map_err(failed)?;
        let address = bound.unwrap_or(address);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let issuer = match issuer {
            Some(settings) => Some(Arc::new(Issuer::start(settings, &origin(scheme, address)).await?)),
            None => None,
        };
        #[cfg(feature = "page")]
        let page = page.then(|| Page::new(scheme, address.port())).transpose();
        #[cfg(feature = "page")]
        let page = page.map_err(|NoRandomness| StartError::NoRandomness)?;
        #[cfg(feature = "page")]
        let observer = match &page {
            Some(page) => page.observe(observer),
            None => observer,
        };
        let (alive_sender, alive) = mpsc::channel(1);
        let ids = Arc::new(Ids::default());
        let (region, processes) = (Api::REGION.into(), Processes::default());
        let events = Hub::new(ids.clone(), observer.clone(), retry_after);
        #[cfg(feature = "schedules")]
        let events = Hub::with_schedules(events, schedules);
        let services = Services { ids, observer, region, processes, alive: alive_sender };
        let deployment = Deployment::new(&api, &services, issuer.as_ref())?;
        if let Some(issuer) = &issuer {
            issuer.serve_scopes(deployment.scopes.iter().cloned());
        }
        #[cfg(feature = "page")]
        if let Some(page) = &page {
            page.hide(&deployment.credentials);
        }
        events.deploy(&deployment.stage.region, &deployment.consumers);
        let shared = Arc::new(Shared {
            events,
            deployment: RwLock::new(Arc::new(deployment)),
            issuer,
            #[cfg(feature = "page")]
            page,
            services,
            hosts: Hosts::new(hosts, address),
            tokens_for_all,
            room: Room::default(),
            integration_timeout,
            port: address.port(),
            tls,
            closing: AtomicBool::new(false),
        });
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(events::run(shared.events.clone(), stopped.clone()));
        for listener in listeners {
            tokio::spawn(server::serve(listener, shared.clone(), stopped.clone()));
        }
        Ok(Gateway { shared, address, stop, alive })
    }
}

/// Scheme, address and port. A server on all addresses is also reached on loopback.
fn origin(scheme: &str, address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return format!("{scheme}://127.0.0.1:{}", address.port());
    }
    format!("{scheme}://{address}")
}
