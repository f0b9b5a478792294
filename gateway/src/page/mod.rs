//! The page at `/_routegen`, on which developers of the API see what it does.
//!
//! In: requests to its paths, and observations from the gateway. Out: one document with its style and
//! script, the routes as JSON, the log as server-sent events, tokens of the local issuer, and signatures
//! with the API's key. It calls no function: the page's script calls the API as every client does. Refused
//! are clients that are not on this machine, host names other than loopback's, other origins, and, except
//! for its own files and the viewer's, requests without the secret in its URL, which other users of the
//! machine and other pages of the same origin do not have.

mod api;
mod credentials;
mod endpoint;
mod entry;
mod guard;
mod log;
mod refused;
mod signature;
mod stream;
mod token;

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::{
    Response, StatusCode,
    header::{self, HeaderName, HeaderValue},
    http::request::Parts,
};
use routegen_spec::IdentitySource;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    Reference,
    deployment::Deployment,
    events::Hub,
    issuer::Issuer,
    observe::{Observation, Observer},
    secret::{NoRandomness, random, secret},
};
pub(crate) use endpoint::Endpoint;
use entry::What;
use log::Log;
pub(crate) use refused::Refused;
pub(crate) use stream::Events;

/// The body of an answer: bytes, or the continuing log.
pub(crate) type Body = Either<Full<Bytes>, Events>;

/// The maximum number of pages that follow the log at once.
const STREAMS: usize = 16;

/// Allows only what the gateway itself serves, and no markup made by scripts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The policy for the viewer of the API, which creates its own styles and markup.
const REFERENCE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; \
                                base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page of a gateway.
#[derive(Debug)]
pub(crate) struct Page {
    /// The secret that the page sends with every request, and gets from its URL. Each start creates a new
    /// one.
    secret: String,
    log: Arc<Log>,
    streams: Arc<Semaphore>,
    scheme: &'static str,
    port: u16,
}

impl Page {
    /// The page of a gateway that listens on `port` with this scheme.
    pub(crate) fn new(scheme: &'static str, port: u16) -> Result<Self, NoRandomness> {
        Ok(Self {
            secret: secret()?,
            log: Arc::new(Log::new(random(9)?)),
            streams: Arc::new(Semaphore::new(STREAMS)),
            scheme,
            port,
        })
    }

    /// The fragment of the page's URL, after `#`, which browsers do not send.
    pub(crate) fn fragment(&self) -> String {
        format!("key={}", self.secret)
    }

    /// Hides the values of these identity sources.
    pub(crate) fn hide(&self, sources: &[IdentitySource]) {
        self.log.hide(sources);
    }

    /// An observer that passes observations on to both the page and `observer`.
    pub(crate) fn observe(&self, observer: Observer) -> Observer {
        let log = self.log.clone();
        Observer::new(move |observation: Observation| {
            log.record(What::of(&observation));
            observer.tell(|| observation);
        })
    }

    /// Notifies readers that the API was replaced.
    pub(crate) fn api_was_replaced(&self) {
        self.log.record(What::Replaced);
    }

    /// Whether a request may reach the endpoint.
    pub(crate) fn admit(&self, endpoint: Endpoint, client: SocketAddr, parts: &Parts) -> Result<(), Refused> {
        guard::admit(endpoint, client, (self.scheme, self.port), &self.secret, parts)
    }

    /// Answers a request that was admitted.
    pub(crate) fn answer(
        &self,
        endpoint: Endpoint,
        parts: &Parts,
        body: &[u8],
        (deployment, issuer, events): (&Deployment, Option<&Issuer>, &Hub),
    ) -> Response<Body> {
        match endpoint {
            Endpoint::Document => asset("text/html; charset=utf-8", include_str!("page.html")),
            Endpoint::Style => asset("text/css; charset=utf-8", include_str!("style.css")),
            Endpoint::Script => asset("text/javascript; charset=utf-8", include_str!("script.js")),
            Endpoint::Reference => {
                let mut response = asset("text/html; charset=utf-8", include_str!("reference.html"));
                let policy = HeaderValue::from_static(REFERENCE_POLICY);
                response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
                response
            }
            Endpoint::ReferenceScript => {
                asset("text/javascript; charset=utf-8", include_str!("reference.js"))
            }
            Endpoint::ViewerScript => {
                of_reference(deployment, "text/javascript; charset=utf-8", |reference| &reference.script)
            }
            Endpoint::ViewerStyle => {
                of_reference(deployment, "text/css; charset=utf-8", |reference| &reference.style)
            }
            Endpoint::OpenApi => {
                of_reference(deployment, "application/json", |reference| &reference.document)
            }
            Endpoint::Api => json_response(StatusCode::OK, &api::describe(deployment, issuer)),
            Endpoint::Events => json_response(StatusCode::OK, &api::events(events, &self.log.credentials())),
            Endpoint::Log => self.follow(parts),
            Endpoint::Clear => {
                self.log.clear();
                full(StatusCode::NO_CONTENT, "application/json", Bytes::new())
            }
            Endpoint::Token => match token::mint(issuer, body) {
                Ok(token) => json_response(StatusCode::OK, &token),
                Err(refused) => refusal(refused.status(), &refused.to_string()),
            },
            Endpoint::Signature => match signature::sign(&deployment.iam, &parts.headers, body) {
                Ok(headers) => json_response(StatusCode::OK, &headers),
                Err(refused) => refusal(refused.status(), &refused.to_string()),
            },
        }
    }

    fn follow(&self, parts: &Parts) -> Response<Body> {
        let Ok(permit) = self.streams.clone().try_acquire_owned() else {
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "too many pages follow the log");
        };
        let events = stream::follow(self.log.clone(), stream::seen(parts), permit);
        let mut response = Response::new(Either::Right(events));
        secure(&mut response, "text/event-stream");
        response
    }
}

/// The answer to a request that was not admitted.
pub(crate) fn refuse(refused: Refused) -> Response<Body> {
    let mut response = refusal(refused.status(), &refused.to_string());
    if let Refused::Method { allowed } = refused {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    }
    response
}

fn refusal(status: StatusCode, message: &str) -> Response<Body> {
    json_response(status, &json!({ "message": message }))
}

/// A part of the reference that the gateway's caller provided.
fn of_reference(
    deployment: &Deployment,
    kind: &'static str,
    part: impl Fn(&Reference) -> &Bytes,
) -> Response<Body> {
    match &deployment.reference {
        Some(reference) => full(StatusCode::OK, kind, part(reference).clone()),
        None => refusal(StatusCode::NOT_FOUND, "there is no document of this API"),
    }
}

fn asset(kind: &'static str, text: &'static str) -> Response<Body> {
    full(StatusCode::OK, kind, Bytes::from_static(text.as_bytes()))
}

fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    full(status, "application/json", value.to_string().into())
}

fn full(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(body)));
    *response.status_mut() = status;
    secure(&mut response, kind);
    response
}

/// The headers of everything that the page serves.
fn secure(response: &mut Response<Body>, kind: &'static str) {
    const HEADERS: [(HeaderName, &str); 7] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
}
