//! A request under construction.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    body::Bytes,
    http::{Method, header},
};
use serde::Serialize;
use serde_json::Value;

use crate::resource::{Init, Resource};

/// Begins a call with any method.
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

/// The default address of calls, from a network for documentation (RFC 5737).
const SOURCE_IP: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A request under construction.
#[derive(Clone, Debug)]
#[must_use = "nothing happens before `call`"]
pub struct Call {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<String>,
    pub(super) stage_variables: Vec<(String, String)>,
    pub(super) source_ip: IpAddr,
    pub(super) claims: Option<Value>,
    pub(super) scopes: Option<String>,
    pub(super) context: Option<Value>,
    pub(super) body: Option<Bytes>,
    pub(super) init: Init,
}

impl Call {
    /// Adds a header. API Gateway joins repeated headers with commas.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.headers.push((name.as_ref().to_ascii_lowercase(), value.into()));
        self
    }

    /// Adds a cookie.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// Sets a stage variable.
    pub fn stage_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stage_variables.push((name.into(), value.into()));
        self
    }

    /// Sets the address that the request comes from: an [`IpAddr`], or its text. The default is `192.0.2.1`.
    ///
    /// ```
    /// # use routegen::testing;
    /// let call = testing::get("/items").source_ip("198.51.100.7");
    /// ```
    ///
    /// # Panics
    ///
    /// If it is not an address.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "texts and addresses are both written without a `&`")]
    pub fn source_ip(mut self, address: impl ToString) -> Self {
        let address = address.to_string();
        self.source_ip = address.parse().unwrap_or_else(|_| panic!("{address:?} is not an address"));
        self
    }

    /// Sets the claims of a token, as a map or a struct. As with API Gateway, all of them become strings, and
    /// the token is in the header `Authorization`, unless the call has its own: [lists](crate::Claims#lists)
    /// are read from it. The token is unsigned.
    ///
    /// # Panics
    ///
    /// If they are not a JSON object.
    #[track_caller]
    pub fn claims(mut self, claims: impl Serialize) -> Self {
        self.claims = Some(object(claims));
        self
    }

    /// Sets the scopes of the token.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.as_ref().to_owned()).collect();
        self.scopes = Some(scopes.join(" "));
        self
    }

    /// Sets the context that a Lambda authorizer returned.
    ///
    /// # Panics
    ///
    /// If it is not a JSON object.
    #[track_caller]
    pub fn authorizer_context(mut self, context: impl Serialize) -> Self {
        self.context = Some(object(context));
        self
    }

    /// Sets a JSON body and its content type.
    ///
    /// # Panics
    ///
    /// If the value cannot be serialized as JSON.
    #[track_caller]
    pub fn json(self, body: impl Serialize) -> Self {
        let body = serde_json::to_vec(&body).expect("the body is not JSON");
        self.header(header::CONTENT_TYPE, "application/json").body(body)
    }

    /// Sets a body of bytes or text.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Uses this value as the resource of its type, instead of creating one.
    pub fn with<T: Resource>(mut self, resource: T) -> Self {
        self.init = self.init.with(resource);
        self
    }
}

#[track_caller]
fn object(value: impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => Value::Object(object),
        other => panic!("claims are an object, and these are {other:?}"),
    }
}
