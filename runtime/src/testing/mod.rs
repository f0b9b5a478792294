//! Calls handlers in unit tests through the event that API Gateway would send, and consumers through that of
//! their [queue](message), [schedule](scheduled), [bus](event()) or [table](inserted). [All
//! functions](functions) together can be tested over HTTP.
//!
//! In: a request, what an authorizer would return about the caller, and the handler. Out: what the client
//! would receive. A call takes the same way as in the function: an event of payload 2.0, the route's
//! extractors, the handler, its problems. What API Gateway does before that is skipped: no token is verified,
//! and no scope is checked.
//!
//! This module requires the feature `testing`, which belongs in `[dev-dependencies]`:
//!
//! ```toml
//! [dev-dependencies]
//! routegen = { version = "0.1", features = ["testing"] }
//! ```
//!
//! ```
//! use routegen::{Claims, Path, route, testing};
//! use serde_json::json;
//!
//! #[route(GET, "/items/{id}", auth = "cognito", scopes = ["items/read"])]
//! async fn get_item(Path(id): Path<u64>, claims: Claims) -> String {
//!     format!("{id} for {}", claims.sub)
//! }
//!
//! # fn main() {
//! # futures_util::future::FutureExt::now_or_never(async {
//! let response = testing::get("/items/7").claims(json!({ "sub": "ann" })).call(get_item).await;
//! assert_eq!((response.status().as_u16(), response.text()), (200, "7 for ann"));
//! # }).unwrap();
//! # }
//! ```
//!
//! An authorizer is called in the same way, with the event that API Gateway would send it, and its context
//! can be passed to the call of a route:
//!
//! ```
//! use routegen::{AuthorizerRequest, Claims, Decision, authorizer, http::StatusCode, route, testing};
//! use serde_json::json;
//!
//! #[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize)]
//! struct Caller {
//!     tenant: String,
//! }
//!
//! #[authorizer(identity_sources = ["$request.header.x-api-key"])]
//! async fn api_key(request: AuthorizerRequest) -> Decision<Caller> {
//!     let known = request.identity() == Some("k1");
//!     Decision::from(known.then(|| Caller { tenant: "acme".to_owned() }))
//! }
//!
//! #[route(GET, "/items", auth = "api_key")]
//! async fn get_items(caller: Claims<Caller>) -> String {
//!     format!("the items of {}", caller.tenant)
//! }
//!
//! # fn main() {
//! # futures_util::future::FutureExt::now_or_never(async {
//! let verdict = testing::get("/items").header("x-api-key", "k1").authorize(api_key).await;
//! assert_eq!(verdict.context::<Caller>(), Caller { tenant: "acme".to_owned() });
//! let verdict = testing::get("/items").header("x-api-key", "k2").authorize(api_key).await;
//! assert_eq!(verdict.status(), StatusCode::FORBIDDEN);
//!
//! let response = testing::get("/items").authorizer_context(json!({ "tenant": "acme" })).call(get_items).await;
//! assert_eq!(response.text(), "the items of acme");
//! # }).unwrap();
//! # }
//! ```

mod call;
mod event;
mod functions;
mod incoming;
mod lookup;
mod outcome;
mod verdict;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};
use lambda_runtime::Context;
use serde::de::DeserializeOwned;

pub use call::{Call, call};
pub use functions::{Functions, functions};
pub use incoming::{
    Incoming, event, inserted, message, messages, modified, removed, scheduled, text_message,
};
pub use outcome::Outcome;
pub use verdict::Verdict;

use crate::{
    middleware::Told,
    problem::Cause,
    serve::{answer, judge},
    simulate::event::{identity_sources, lambda_event},
};

/// Begins a call with GET. The target is a path with or without a query, percent-encoded as a client sends
/// it.
pub fn get(target: impl Into<String>) -> Call {
    call(Method::GET, target)
}

/// Begins a call with POST.
pub fn post(target: impl Into<String>) -> Call {
    call(Method::POST, target)
}

/// Begins a call with PUT.
pub fn put(target: impl Into<String>) -> Call {
    call(Method::PUT, target)
}

/// Begins a call with PATCH.
pub fn patch(target: impl Into<String>) -> Call {
    call(Method::PATCH, target)
}

/// Begins a call with DELETE.
pub fn delete(target: impl Into<String>) -> Call {
    call(Method::DELETE, target)
}

impl Call {
    /// Calls the handler, which is a function with `#[route]`: `call(get_items)`. If it has several routes,
    /// the method and the path select one as in API Gateway.
    ///
    /// # Panics
    ///
    /// If the function is not a route, or none of its routes matches this method and path.
    pub async fn call<H>(self, handler: H) -> Answer {
        drop(handler);
        let (path, _) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let found = lookup::find(std::any::type_name::<H>(), &self.method, path);
        let event = lambda_event(&event::of(&self, &found.place, found.scopes), Context::default());
        let request = event.map_err(Into::into).and_then(crate::event::request);
        let request = request.expect("the event is one of API Gateway's");
        Answer::of(answer(found.route, self.init, request).await).await
    }

    /// Calls the authorizer, which is a function with `#[authorizer]`: `authorize(api_key)`. It is not called
    /// if the request lacks an identity source.
    ///
    /// Its event is that of the route with this authorizer that matches the request, if there is one.
    ///
    /// # Panics
    ///
    /// If the function is not an authorizer, or has an identity source of `$context` that requests do not
    /// have by themselves, such as `$context.authorizer.principalId`.
    pub async fn authorize<H>(self, function: H) -> Verdict {
        drop(function);
        let (path, _) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let registered = lookup::authorizer(std::any::type_name::<H>());
        let entry = registered.entry.expect("tests are built with the entries");
        let place = lookup::authorized(registered.spec.name.as_str(), &self.method, path);
        let sources = identity_sources(&registered.spec).unwrap_or_else(|source| {
            panic!(
                "a request by itself has no `{source}`, which `{}` has as identity source",
                registered.spec.name
            )
        });
        let Some(event) = event::of_authorizer(&self, &sources, &place) else {
            return Verdict::unknown();
        };
        let event = lambda_event(&event, Context::default());
        let request = event.map_err(Into::into).and_then(crate::event::authorizer_request);
        let request = request.expect("the event is one of API Gateway's");
        Verdict::of(judge(entry(), self.init, request).await)
    }
}

/// What the client would receive.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    cause: Option<String>,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let told = || parts.extensions.get().map(|Told(cause)| cause);
        let cause = parts.extensions.get::<Cause>().or_else(told);
        Self {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.expect("the body fails while it is sent"),
            cause: cause.map(ToString::to_string),
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("the body is not UTF-8")
    }

    /// The body parsed as JSON.
    ///
    /// # Panics
    ///
    /// If it is not JSON of this type; the message contains the body.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("the body is not the JSON that was expected ({error}): {self:?}"),
        }
    }

    /// The error that the client does not see, as the function's log would show it.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}
