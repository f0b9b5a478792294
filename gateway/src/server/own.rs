//! The gateway's own paths: those of the page, of events and of the local issuer.

use std::net::SocketAddr;

use http_body_util::Full;
use hyper::{Response, http::request::Parts};
use routegen_apigw::Refusal;

use super::{
    answer::{Body, put_id, whole},
    body::RequestBody,
    seen::Seen,
    shared::Shared,
};
#[cfg(feature = "page")]
use crate::page::{self, Endpoint};
use crate::{
    events,
    host::{is_local, is_same_origin},
    issuer, reserved,
};

/// The largest body of a request for one of the gateway's own paths: forms and small documents.
const OWN_BODY_BYTES: usize = 64 * 1024;

/// The largest body of a request that sends events: ten SQS messages as JSON, which together are limited to
/// the size of one.
const EVENTS_BODY_BYTES: usize = 3 * 1024 * 1024;

/// Why remote clients cannot send events.
const EVENTS_NOT_LOCAL: &str = "events for consumers are accepted only from clients on this machine";

/// Why remote clients get no token.
const NOT_LOCAL: &str = "the token endpoint answers clients on this machine only, unless `tokens_for_all` \
                         (`routegen dev --tokens-for-all`) opens it";

impl Shared {
    /// Answers a request to one of the gateway's own paths. Only refusals that people need to know about
    /// are reported.
    pub(super) async fn own(
        &self,
        client: SocketAddr,
        parts: &Parts,
        body: &mut RequestBody,
    ) -> Response<Body> {
        let (mut response, why) = self.answer_own(client, parts, body).await;
        if let Some(why) = why {
            let request_id = self.services.ids.request();
            put_id(&request_id, response.headers_mut());
            let mut seen = Seen::new(self, parts, &request_id);
            seen.error = Some(why);
            seen.answered(response.status());
        }
        response
    }

    async fn answer_own(
        &self,
        client: SocketAddr,
        parts: &Parts,
        body: &mut RequestBody,
    ) -> (Response<Body>, Option<String>) {
        let refused = |refusal: Refusal| (refused_by(&refusal), None);
        if !is_same_origin(&parts.headers, self.scheme()) {
            return refused(Refusal::Forbidden(None));
        }
        let path = parts.uri.path();
        #[cfg(feature = "page")]
        if let Some(answer) = self.answer_of_the_page(client, parts, body).await {
            return answer;
        }
        if path.starts_with(reserved::EVENTS) || path.starts_with(reserved::SQS) {
            return self.answer_of_events(client, parts, body).await;
        }
        let is_for_tokens = path == reserved::TOKEN;
        if is_for_tokens && !self.tokens_for_all && !is_local(client, &parts.headers) {
            return (refused_by(&Refusal::Forbidden(None)), Some(NOT_LOCAL.to_owned()));
        }
        let body = match body.read(OWN_BODY_BYTES, &self.room).await {
            Ok(body) => body.bytes,
            Err(unread) => return refused(unread.refusal),
        };
        let answer = self
            .issuer
            .as_ref()
            .and_then(|issuer| issuer::answer(issuer, &parts.method, path, &parts.headers, &body));
        let Some(issuer::Answer { response, why }) = answer else { return refused(Refusal::NotFound) };
        (response.map(whole), why)
    }

    /// Events are accepted only from clients on this machine. They need no key, because SQS clients have
    /// none; so they can read nothing here.
    async fn answer_of_events(
        &self,
        client: SocketAddr,
        parts: &Parts,
        body: &mut RequestBody,
    ) -> (Response<Body>, Option<String>) {
        // Browsers send this header for requests from pages.
        let is_of_another = parts.headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin");
        if !is_local(client, &parts.headers) || is_of_another {
            return (refused_by(&Refusal::Forbidden(None)), Some(EVENTS_NOT_LOCAL.to_owned()));
        }
        let body = match body.read(EVENTS_BODY_BYTES, &self.room).await {
            Ok(body) => body.bytes,
            Err(unread) => return (refused_by(&unread.refusal), None),
        };
        let target = (&parts.method, parts.uri.path(), parts.uri.query().unwrap_or_default());
        let answer = events::answer(&self.events, self.scheme(), target, &parts.headers, &body);
        let Some(response) = answer else { return (refused_by(&Refusal::NotFound), None) };
        (response.map(|body| whole(Full::new(body))), None)
    }

    /// `None` if the request is not for the page.
    #[cfg(feature = "page")]
    async fn answer_of_the_page(
        &self,
        client: SocketAddr,
        parts: &Parts,
        body: &mut RequestBody,
    ) -> Option<(Response<Body>, Option<String>)> {
        let page = self.page.as_ref()?;
        let admitted = Endpoint::of(&parts.method, parts.uri.path())?.and_then(|endpoint| {
            page.admit(endpoint, client, parts)?;
            Ok(endpoint)
        });
        Some(match admitted {
            Ok(endpoint) => match body.read(OWN_BODY_BYTES, &self.room).await {
                Ok(body) => {
                    let (deployment, issuer) = (self.deployment(), self.issuer.as_deref());
                    (page.answer(endpoint, parts, &body.bytes, (&deployment, issuer, &self.events)), None)
                }
                Err(unread) => (refused_by(&unread.refusal), None),
            },
            Err(wrong @ page::Refused::Host) => (page::refuse(wrong), Some(wrong.to_string())),
            Err(refused) => (page::refuse(refused), None),
        })
    }
}

fn refused_by(refusal: &Refusal) -> Response<Body> {
    refusal.response().map(|body| whole(Full::new(body)))
}
