//! What is known about a request, which is reported when it ends: with its answer, or because its client
//! disconnected.
//!
//! When a client disconnects, the future that works on its answer is dropped. What was known by then is
//! still reported, because people look in the log for exactly those requests that they gave up on.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use bytes::Bytes;
use hyper::{StatusCode, http::request::Parts};
use routegen_apigw::Refusal;
use routegen_spec::printable;

use super::shared::Shared;
use crate::observe::{Observation, RequestLog};

/// A request, which is reported when it is dropped.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    shared: &'a Shared,
    parts: &'a Parts,
    request_id: &'a str,
    started: Instant,
    status: Option<StatusCode>,
    pub(super) route_key: Option<String>,
    pub(super) function: Option<Arc<str>>,
    pub(super) invocation: Option<String>,
    pub(super) authorizer_invocation: Option<String>,
    pub(super) cold_start: bool,
    pub(super) event: Option<Bytes>,
    pub(super) answer: Option<Bytes>,
    pub(super) error: Option<String>,
}

impl<'a> Seen<'a> {
    /// A request whose head alone is known.
    pub(super) fn new(shared: &'a Shared, parts: &'a Parts, request_id: &'a str) -> Self {
        Self {
            shared,
            parts,
            request_id,
            started: Instant::now(),
            status: None,
            route_key: None,
            function: None,
            invocation: None,
            authorizer_invocation: None,
            cold_start: false,
            event: None,
            answer: None,
            error: None,
        }
    }

    /// Records the reason of a refusal, which the client does not get.
    pub(super) fn refused(&mut self, refusal: Refusal, why: &dyn fmt::Display) -> Refusal {
        self.error = Some(why.to_string());
        refusal
    }

    /// Records the status of the answer.
    pub(super) fn answered(mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

impl Drop for Seen<'_> {
    fn drop(&mut self) {
        let Self { shared, parts, request_id, started, status, .. } = *self;
        shared.services.observer.tell(|| {
            let unanswered = || {
                let closing = shared.closing.load(Ordering::Relaxed);
                let who = if closing { "the gateway was shut down" } else { "the client went" };
                format!("{who} before the answer")
            };
            let error = self.error.take().or_else(|| status.is_none().then(unanswered));
            // It may quote what clients and functions sent.
            let error = error.map(|error| printable(&error).into_owned());
            Observation::Request(Box::new(RequestLog {
                request_id: request_id.to_owned(),
                method: parts.method.to_string(),
                path: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
                route_key: self.route_key.take(),
                function: self.function.take(),
                invocation: self.invocation.take(),
                authorizer_invocation: self.authorizer_invocation.take(),
                status: status.map_or(RequestLog::UNANSWERED, |status| status.as_u16()),
                duration: started.elapsed(),
                cold_start: self.cold_start,
                event: self.event.take(),
                answer: self.answer.take(),
                error,
            }))
        });
    }
}
