//! A request that is being put together.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    body::Bytes,
    http::{Method, header},
};
use serde::Serialize;
use serde_json::Value;

use crate::resource::{Init, Resource};

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
}

#[track_caller]
fn object(value: impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => Value::Object(object),
        other => panic!("claims are an object, and these are {other:?}"),
    }
}
