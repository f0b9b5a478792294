//! Describes what an argument reads from a request.
//!
//! In: its type. Out: the parameters or the body that it reads, the statuses of its rejections, and the inner
//! type that has the schema. Of a user's own extractor, only whether it reads the body is known.

use std::{any::type_name, marker::PhantomData};

use axum::body::Bytes;
use routegen_spec::contract::{self, Answer, Body, Header, Parameters, Place, Schema, Traced};
use serde::de::DeserializeOwned;

use super::{
    answers::ANY,
    trace,
    traits::{DescribeWrapper, Of, refusals},
};
use crate::{Batch, Change, Event, Json, Message, Path, Query};

/// An argument of this type.
#[derive(Debug)]
pub struct Taken<T> {
    optional: bool,
    refusals: Vec<Answer>,
    of: Of<T>,
}

/// Everything about an argument except the schema of `T`.
#[derive(Debug)]
pub struct Take<T> {
    argument: contract::Argument,
    role: Role,
    /// The type whose schema is looked up.
    pub of: Of<T>,
}

/// The part of the argument that the schema describes.
#[derive(Debug)]
enum Role {
    Nothing,
    Parameters(Place, Traced),
    Body(&'static str),
    /// A body whose schema is known independently of the type.
    KnownBody(&'static str, Schema),
}

impl<T> Taken<T> {
    /// An argument of this type.
    pub fn new() -> Self {
        Self { optional: false, refusals: Vec::new(), of: PhantomData }
    }

    fn within<U>(self, optional: bool, refusals: Vec<Answer>) -> Taken<U> {
        let mut all = self.refusals;
        all.extend(refusals);
        Taken { optional: self.optional || optional, refusals: all, of: PhantomData }
    }

    fn is<U>(self, role: Role, statuses: &[u16]) -> Take<U> {
        let mut argument = contract::Argument::default();
        argument.refusals = refusals(statuses);
        // An optional argument still refuses invalid input.
        argument.optional = self.optional;
        argument.refusals.extend(self.refusals);
        Take { argument, role, of: PhantomData }
    }
}

impl<T> Default for Taken<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Taken<Option<T>> {
    /// It may be absent.
    pub fn optional(self) -> Taken<T> {
        self.within(true, Vec::new())
    }
}

impl<T, E> Taken<Result<T, E>> {
    /// The handler is called even if extraction fails.
    pub fn optional(self) -> Taken<T> {
        self.within(true, Vec::new())
    }
}

impl<T: DescribeWrapper> Taken<T> {
    /// The inner type.
    pub fn unwrapped(self) -> Taken<T::Inner> {
        self.within(false, T::refusals())
    }
}

/// The fallback for every type without an inherent method.
pub trait TakenAnything: Sized {
    /// The type.
    type Of;

    /// It is required.
    #[must_use]
    fn optional(self) -> Self {
        self
    }

    /// It wraps nothing.
    #[must_use]
    fn unwrapped(self) -> Self {
        self
    }

    /// Nothing is known, except whether it reads the body.
    fn take(self, reads_body: bool) -> Take<Self::Of>;
}

impl<T> TakenAnything for Taken<T> {
    type Of = T;

    fn take(self, reads_body: bool) -> Take<T> {
        if let Some(name) = typed_header(type_name::<T>()) {
            let mut take = self.is(Role::Nothing, &[400]);
            take.argument.header = Some(Header::new(name));
            return take;
        }
        let role =
            if reads_body { Role::KnownBody(ANY, Schema::unknown(type_name::<T>())) } else { Role::Nothing };
        self.is(role, &[])
    }
}

/// The name of the header that axum-extra's `TypedHeader` reads, derived from the modules of the crate
/// `headers`, which are named after the headers: `headers::common::if_match::IfMatch`.
fn typed_header(type_name: &str) -> Option<String> {
    let of = type_name.strip_prefix("axum_extra::typed_header::TypedHeader<")?;
    let module = of.strip_prefix("headers::common::")?.split("::").next()?;
    Some(module.replace('_', "-"))
}

/// Types that read parameters.
macro_rules! parameters {
    ($($ty:ty, $place:ident, $trace:ident;)*) => {
        $(impl<T: DeserializeOwned> Taken<$ty> {
            /// Parameters.
            pub fn take(self, _reads_body: bool) -> Take<T> {
                self.is(Role::Parameters(Place::$place, trace::$trace::<T>()), &[400])
            }
        })*
    };
}

parameters! {
    Path<T>, Path, values;
    axum::extract::Path<T>, Path, values;
    Query<T>, Query, fields;
    axum::extract::Query<T>, Query, fields;
}

impl<T> Taken<Json<T>> {
    /// A JSON body.
    pub fn take(self, _reads_body: bool) -> Take<T> {
        self.is(Role::Body("application/json"), &[400, 415, 422])
    }
}

#[cfg(feature = "form")]
impl<T> Taken<axum::extract::Form<T>> {
    /// A form.
    pub fn take(self, _reads_body: bool) -> Take<T> {
        self.is(Role::Body("application/x-www-form-urlencoded"), &[400, 415, 422])
    }
}

/// Types that are a body themselves.
macro_rules! bodies {
    ($([$($condition:tt)*] $ty:ty, $media:literal, $schema:tt, $statuses:expr;)*) => {
        $($($condition)* impl Taken<$ty> {
            /// The body.
            pub fn take(self, _reads_body: bool) -> Take<()> {
                let schema = Schema::known(serde_json::json!($schema));
                self.is(Role::KnownBody($media, schema), &$statuses)
            }
        })*
    };
}

bodies! {
    [] String, "text/plain", { "type": "string" }, [400];
    [] Bytes, "application/octet-stream", {}, [];
    [] axum::extract::RawForm, "application/x-www-form-urlencoded", { "type": "object" }, [400, 415];
    [#[cfg(feature = "multipart")]] axum::extract::Multipart, "multipart/form-data", { "type": "object" }, [400];
}

/// Requests that the handler reads itself.
macro_rules! requests {
    ($($ty:ty)*) => {
        $(impl Taken<$ty> {
            /// How the body is used is unknown.
            pub fn take(self, _reads_body: bool) -> Take<()> {
                self.is(Role::Nothing, &[])
            }
        })*
    };
}

requests! { crate::request::Request axum::extract::Request }

/// Records of event sources. The part that has the user's type is JSON.
macro_rules! records {
    ($($ty:ty)*) => {
        $(impl<T> Taken<$ty> {
            /// The part that has the user's type.
            pub fn take(self, _reads_body: bool) -> Take<T> {
                self.is(Role::Body("application/json"), &[])
            }
        })*
    };
}

records! { Message<T> Batch<Message<T>> Event<T> Change<T> Batch<Change<T>> }

impl<T> Taken<crate::Claims<T>> {
    /// The authorizer's claims, which clients do not send as such.
    pub fn take(self, _reads_body: bool) -> Take<()> {
        self.is(Role::Nothing, &[])
    }
}

impl<T> Take<T> {
    /// The argument, if its type has this schema.
    pub(super) fn argument(mut self, schema: Schema) -> contract::Argument {
        match self.role {
            Role::Nothing => {}
            Role::Parameters(place, traced) => {
                self.argument.parameters = Some(Parameters::new(place, schema, traced));
            }
            Role::Body(media_type) => self.argument.body = Some(Body::new(media_type, schema)),
            Role::KnownBody(media_type, known) => self.argument.body = Some(Body::new(media_type, known)),
        }
        self.argument
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_header_is_named_by_its_module() {
        let named = |of: &str| typed_header(&format!("axum_extra::typed_header::TypedHeader<{of}>"));
        assert_eq!(named("headers::common::user_agent::UserAgent").as_deref(), Some("user-agent"));
        let bearer = "headers::common::authorization::Authorization<headers::authorization::Bearer>";
        assert_eq!(named(bearer).as_deref(), Some("authorization"));
        assert_eq!(named("shop::Tenant"), None);
        assert_eq!(typed_header("shop::TypedHeader<headers::common::host::Host>"), None);
    }
}
