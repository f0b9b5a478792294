//! Handles a request to the API: host, size, CORS, stage, route, throttle, authorizer, function.

use std::{borrow::Cow, net::SocketAddr, time::SystemTime};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Request, Response,
    body::Incoming,
    header::{CONNECTION, HeaderValue, TRANSFER_ENCODING},
    http::request::Parts,
};
use routegen_apigw::{
    Refusal,
    event::{RoutedRequest, drop_connection_headers, proxy_event, trace_header},
    response::response,
    routing::{NotAPath, RequestPath},
};
use routegen_spec::limits::{REQUEST_BODY_BYTES, REQUEST_HEAD_BYTES};

use super::{
    answer::{Body, put_id, whole},
    body::{RequestBody, Unread},
    seen::Seen,
    shared::Shared,
};
use crate::{
    authorize::Refused,
    deployment::Deployment,
    functions::{Call, InvokeError, Invoked},
    host::settle,
    reserved,
};

impl Shared {
    /// Answers a request.
    pub(crate) async fn answer(&self, client: SocketAddr, request: Request<Incoming>) -> Response<Body> {
        let (mut parts, body) = request.into_parts();
        let mut body = RequestBody::new(body, &parts);
        let settled = settle(&mut parts).map_err(|wrong| Unheard::new(Refusal::BadRequest, &wrong));
        let settled = settled.and_then(|()| coding(&parts.headers));
        let heard = settled.and_then(|()| {
            let known = self.hosts.check(&parts.headers);
            known.map_err(|wrong| Unheard::new(Refusal::Forbidden(None), &wrong))
        });
        drop_connection_headers(&mut parts.headers);
        let mut response = if heard.is_ok() && reserved::is(parts.uri.path()) {
            self.own(client, &parts, &mut body).await
        } else {
            self.of_the_api(client, &parts, heard, &mut body).await.map(whole)
        };
        if !body.read_away().await {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// Answers a request to the API, or one that the gateway refuses.
    async fn of_the_api(
        &self,
        client: SocketAddr,
        parts: &Parts,
        heard: Result<(), Unheard>,
        body: &mut RequestBody,
    ) -> Response<Full<Bytes>> {
        let (request_id, deployment) = (self.services.ids.request(), self.deployment());
        let mut seen = Seen::new(self, parts, &request_id);
        let time = SystemTime::now();
        let request = ApiRequest { deployment: &deployment, parts, client, request_id: &request_id, time };
        let is_for_us = heard.is_ok();
        let outcome = match heard {
            Ok(()) => self.through_the_api(&request, body, &mut seen).await,
            Err(Unheard { refusal, why }) => Err(seen.refused(refusal, &why)),
        };
        let mut response = outcome.unwrap_or_else(|refusal| refusal.response()).map(Full::new);
        let headers = response.headers_mut();
        put_id(&request_id, headers);
        if let Some(cors) = deployment.cors.as_ref().filter(|_| is_for_us) {
            let preflight = cors.preflight(&parts.method, &parts.headers).is_some();
            if !preflight {
                cors.apply(&parts.headers, headers);
            }
        }
        seen.answered(response.status());
        response
    }

    async fn through_the_api(
        &self,
        request: &ApiRequest<'_>,
        body: &mut RequestBody,
        seen: &mut Seen<'_>,
    ) -> Result<Response<Bytes>, Refusal> {
        let ApiRequest { deployment, parts, .. } = *request;
        // A service worker from the API could read what the page sends, including its key.
        #[cfg(feature = "page")]
        if self.page.is_some() && parts.headers.get("service-worker").is_some() {
            return Err(
                seen.refused(Refusal::Forbidden(None), &"service workers are not served beside the page")
            );
        }
        if head_bytes(parts) > REQUEST_HEAD_BYTES {
            return Err(Refusal::HeadersTooLarge);
        }
        if let Some(answer) =
            deployment.cors.as_ref().and_then(|cors| cors.preflight(&parts.method, &parts.headers))
        {
            return Ok(answer.map(|()| Bytes::new()));
        }
        let path = RequestPath::parse(parts.uri.path()).map_err(|NotAPath| Refusal::BadRequest)?;
        let path = match &deployment.stage.name {
            Some(stage) => path.strip_stage(stage).ok_or(Refusal::NotFound)?,
            None => path,
        };
        let route = deployment.trie.select(parts.method.as_str(), &path).ok_or(Refusal::NotFound)?;
        let route = &deployment.routes[route];
        seen.route_key = Some(route.key.clone());
        if route.bucket.as_ref().is_some_and(|bucket| !bucket.take()) {
            return Err(Refusal::TooManyRequests);
        }
        body.check_size(REQUEST_BODY_BYTES).map_err(|Unread { refusal, why }| seen.refused(refusal, &why))?;
        // The body is read before the decision only if the decision depends on it.
        let mut read = None;
        if route.decider.needs_body(&parts.headers) {
            let held = body.read(REQUEST_BODY_BYTES, &self.room).await;
            read = Some(held.map_err(|Unread { refusal, why }| seen.refused(refusal, &why))?);
        }
        let trace = self.services.ids.trace(request.time);
        let path_parameters = path.parameters_of(&route.path);
        let length = read.as_ref().map_or(body.declared(), |held| Some(held.bytes.len() as u64));
        let added_headers = added_headers(&trace, (self.scheme(), self.port), length);
        let routed = RoutedRequest {
            stage: &deployment.stage,
            route_key: &route.key,
            path_parameters: &path_parameters,
            method: &parts.method,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            cookies: &[],
            added_headers: &added_headers,
            protocol: "HTTP/1.1",
            source_ip: Some(request.client.ip()),
            request_id: request.request_id,
            time: request.time,
        };
        let known = read.as_ref().map_or(&b""[..], |held| &held.bytes);
        let decision = tokio::time::timeout(
            self.integration_timeout,
            route.decider.decide(&routed, known, &trace, &self.services, &mut seen.authorizer_invocation),
        );
        let identity = decision.await.unwrap_or_else(|_| {
            let why = "the authorizer took too long".to_owned();
            Err(Refused { refusal: Refusal::InternalServerError, why })
        });
        let identity = identity.map_err(|Refused { refusal, why }| seen.refused(refusal, &why))?;
        // Held until the answer, because the event is at least as large as the body.
        let body = match read {
            Some(held) => held,
            None => body
                .read(REQUEST_BODY_BYTES, &self.room)
                .await
                .map_err(|Unread { refusal, why }| seen.refused(refusal, &why))?,
        };
        let added_headers =
            self::added_headers(&trace, (self.scheme(), self.port), Some(body.bytes.len() as u64));
        let routed = RoutedRequest { added_headers: &added_headers, ..routed };
        let payload = proxy_event(&routed, &identity, &body.bytes);
        seen.function = Some(route.function.name.clone());
        seen.event = Some(payload.clone());
        let request_id = self.services.ids.invocation();
        seen.invocation = Some(request_id.clone());
        let invocation = route.function.invoke(Call { request_id, payload, trace: trace.clone() });
        let invoked = tokio::time::timeout(self.integration_timeout, invocation).await;
        let Ok(Invoked { outcome, cold_start }) = invoked else {
            let why = format_args!("no answer within {:?}", self.integration_timeout);
            return Err(seen.refused(Refusal::ServiceUnavailable, &why));
        };
        seen.cold_start = cold_start;
        let answer = outcome.map_err(|error| {
            let refusal = match error {
                InvokeError::EventTooLarge => Refusal::PayloadTooLarge,
                InvokeError::Closed => Refusal::ServiceUnavailable,
                _ => Refusal::InternalServerError,
            };
            seen.refused(refusal, &error)
        })?;
        seen.answer = Some(answer.clone());
        response(&answer).map_err(|shape| seen.refused(Refusal::InternalServerError, &shape))
    }
}

/// A request that the gateway refuses.
struct Unheard {
    refusal: Refusal,
    why: String,
}

impl Unheard {
    fn new(refusal: Refusal, why: &dyn std::fmt::Display) -> Self {
        Self { refusal, why: why.to_string() }
    }
}

/// Requires that `chunked` is the only transfer coding, and occurs once (RFC 9112, 6.1 and 7.1).
fn coding(headers: &HeaderMap) -> Result<(), Unheard> {
    let values = headers.get_all(TRANSFER_ENCODING).iter();
    let codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let codings: Vec<&[u8]> = codings.map(<[u8]>::trim_ascii).filter(|coding| !coding.is_empty()).collect();
    let is_chunked = |coding: &&&[u8]| coding.eq_ignore_ascii_case(b"chunked");
    match (codings.len(), codings.iter().filter(is_chunked).count()) {
        (0, _) | (1, 1) => Ok(()),
        (_, 2..) => Err(Unheard::new(Refusal::BadRequest, &"the body is in chunks twice")),
        _ => {
            let why = "the body has another transfer coding than `chunked`";
            Err(Unheard::new(Refusal::NotImplemented, &why))
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct ApiRequest<'a> {
    deployment: &'a Deployment,
    parts: &'a Parts,
    client: SocketAddr,
    request_id: &'a str,
    time: SystemTime,
}

/// The headers that API Gateway adds about the client and the body, even if there is no body (AWS's own
/// example of a GET, awsdocs/aws-lambda-developer-guide, sample-apps/nodejs-apig/event-v2.json, and
/// captures in aws/aws-lambda-go and awslabs/aws-lambda-rust-runtime). `x-forwarded-proto` is the actual
/// scheme.
fn added_headers<'a>(
    trace: &'a str,
    (scheme, port): (&'a str, u16),
    length: Option<u64>,
) -> Vec<(&'static str, Cow<'a, str>)> {
    let length = length.map(|length| ("content-length", Cow::Owned(length.to_string())));
    let others = [
        ("x-amzn-trace-id", Cow::Borrowed(trace_header(trace))),
        ("x-forwarded-port", Cow::Owned(port.to_string())),
        ("x-forwarded-proto", Cow::Borrowed(scheme)),
    ];
    length.into_iter().chain(others).collect()
}

/// The size of a request's head in HTTP/1.1.
fn head_bytes(parts: &Parts) -> usize {
    let line = parts.method.as_str().len() + parts.uri.path_and_query().map_or(1, |path| path.as_str().len());
    let version = " ".len() + " HTTP/1.1\r\n".len();
    let header = |name: &str, value: &[u8]| name.len() + ": ".len() + value.len() + "\r\n".len();
    let headers: usize =
        parts.headers.iter().map(|(name, value)| header(name.as_str(), value.as_bytes())).sum();
    line + version + headers + "\r\n".len()
}
