//! Calls of handlers in unit tests, through the event that API Gateway would send; and [all functions](functions), for tests over
//! HTTP.
//!
//! In: a request, what an authorizer would say of the caller, and the handler. Out: what the client would receive. The
//! way is a function's own: an event of payload 2.0, the route's extractors, the handler, its problems. What API Gateway
//! does before is not there: no token is checked, and no scope is asked for.
//!
//! The crate has this module with the feature `testing`, which belongs into `[dev-dependencies]`:
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
//! An authorizer is asked the same way, by the event that API Gateway would send it, and what it says is the context of a
//! call to a route:
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

mod event;
mod functions;
mod lookup;
mod verdict;

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};
use lambda_http::Context;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use functions::{Functions, functions};
pub use verdict::Verdict;

use crate::{
    Init, Resource,
    local::event::{identity_sources, lambda_event},
    problem::Cause,
    serve::{answer, judge},
};

/// A call with GET. The target is a path with or without a query, percent-encoded as a client sends it.
pub fn get(target: impl Into<String>) -> Call {
    call(Method::GET, target)
}

/// A call with POST.
pub fn post(target: impl Into<String>) -> Call {
    call(Method::POST, target)
}

/// A call with PUT.
pub fn put(target: impl Into<String>) -> Call {
    call(Method::PUT, target)
}

/// A call with PATCH.
pub fn patch(target: impl Into<String>) -> Call {
    call(Method::PATCH, target)
}

/// A call with DELETE.
pub fn delete(target: impl Into<String>) -> Call {
    call(Method::DELETE, target)
}

/// A call with any method.
pub fn call(method: Method, target: impl Into<String>) -> Call {
    Call {
        method,
        target: target.into(),
        headers: Vec::new(),
        cookies: Vec::new(),
        stage_variables: Vec::new(),
        source_ip: SOURCE_IP,
        claims: None,
        scopes: None,
        context: None,
        body: None,
        init: Init::default(),
    }
}

/// Where calls come from, unless they say it: an address of the network for documentation (RFC 5737).
const SOURCE_IP: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A request that is being put together.
#[derive(Clone, Debug)]
#[must_use = "nothing happens before `call`"]
pub struct Call {
    method: Method,
    target: String,
    headers: Vec<(String, String)>,
    cookies: Vec<String>,
    stage_variables: Vec<(String, String)>,
    source_ip: IpAddr,
    claims: Option<Value>,
    scopes: Option<String>,
    context: Option<Value>,
    body: Option<Bytes>,
    init: Init,
}

impl Call {
    /// With a header. API Gateway joins several of one name with commas.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.headers.push((name.as_ref().to_ascii_lowercase(), value.into()));
        self
    }

    /// With a cookie.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// With a variable of the stage.
    pub fn stage_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stage_variables.push((name.into(), value.into()));
        self
    }

    /// From this address, `192.0.2.1` unless it is said: an [`IpAddr`], or its text.
    ///
    /// ```
    /// # use routegen::testing;
    /// let call = testing::get("/items").source_ip("198.51.100.7");
    /// ```
    ///
    /// # Panics
    ///
    /// Where it is no address.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "texts and addresses are both written without a `&`")]
    pub fn source_ip(mut self, address: impl ToString) -> Self {
        let address = address.to_string();
        self.source_ip = address.parse().unwrap_or_else(|_| panic!("{address:?} is no address"));
        self
    }

    /// With the claims of a token: a map or a struct. As API Gateway does it, all of them become texts, and the token is in the
    /// header `Authorization`, unless the call has one of its own: [lists](crate::Claims#lists) are read from it. Nobody has
    /// signed it.
    ///
    /// # Panics
    ///
    /// Where they are not a JSON object.
    #[track_caller]
    pub fn claims(mut self, claims: impl Serialize) -> Self {
        self.claims = Some(object(claims));
        self
    }

    /// With a token that has these scopes.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.as_ref().to_owned()).collect();
        self.scopes = Some(scopes.join(" "));
        self
    }

    /// With the context that a Lambda authorizer returned.
    ///
    /// # Panics
    ///
    /// Where it is not a JSON object.
    #[track_caller]
    pub fn authorizer_context(mut self, context: impl Serialize) -> Self {
        self.context = Some(object(context));
        self
    }

    /// With a body of JSON, and its content type.
    ///
    /// # Panics
    ///
    /// Where the value cannot be JSON.
    #[track_caller]
    pub fn json(self, body: impl Serialize) -> Self {
        let body = serde_json::to_vec(&body).expect("the body is not JSON");
        self.header(header::CONTENT_TYPE, "application/json").body(body)
    }

    /// With a body of bytes or text.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// With this value in place of the resource of its type.
    pub fn with<T: Resource>(mut self, resource: T) -> Self {
        self.init = self.init.with(resource);
        self
    }

    /// Calls the handler, which is a function with `#[route]`: `call(get_items)`. Where it has several routes, the method
    /// and the path select one as API Gateway does.
    ///
    /// # Panics
    ///
    /// Where the function is no route, or none of its routes takes this method and path.
    pub async fn call<H>(self, handler: H) -> Answer {
        drop(handler);
        let (path, _) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let found = lookup::find(std::any::type_name::<H>(), &self.method, path);
        let event = lambda_event(&event::of(&self, &found.place, found.scopes), Context::default());
        let request = event.map_err(Into::into).and_then(crate::event::request);
        let request = request.expect("the event is one of API Gateway's");
        Answer::of(answer(found.route, self.init, request).await).await
    }

    /// Asks the authorizer, which is a function with `#[authorizer]`, whether the request may pass: `authorize(api_key)`.
    /// It is not asked where the request lacks an identity source.
    ///
    /// Its event is that of the route with this authorizer that takes the request, if there is one.
    ///
    /// # Panics
    ///
    /// Where the function is no authorizer, or has an identity source of `$context` that no request has by itself, such as
    /// `$context.authorizer.principalId`.
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

#[track_caller]
fn object(value: impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => Value::Object(object),
        other => panic!("claims are an object, and these are {other:?}"),
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
        Self {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.expect("the body fails while it is sent"),
            cause: parts.extensions.get::<Cause>().map(ToString::to_string),
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
    /// Where it is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("the body is not UTF-8")
    }

    /// The body read as JSON.
    ///
    /// # Panics
    ///
    /// Where it is not JSON of this type; the message has the body.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("the body is not the JSON that was expected ({error}): {self:?}"),
        }
    }

    /// The error that the client does not learn: what the function's log would have.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}
