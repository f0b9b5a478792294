//! Describes a handler's result as a response.
//!
//! In: the handler. Out: status, headers and media type of its success and of its failure, and the inner type
//! that has the schema. A status that is a value, and not a type, is unknown.

#![expect(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "a method of a known type is found in the place of the trait's only where it is of the same form"
)]

use std::{any::type_name, borrow::Cow, marker::PhantomData};

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{AppendHeaders, Html, NoContent, Redirect},
};
use routegen_spec::contract::{Answer, Body, Schema, Status};

use super::traits::{DescribeError, Of};
use crate::{
    Json, Problem,
    answer::{Accepted, Created},
};

/// Any media type.
pub(super) const ANY: &str = "*/*";

/// A function that is a handler with arguments `A`.
pub trait Handler<A> {
    /// Its return type.
    type Output;
}

/// Functions with up to the given number of arguments.
macro_rules! handlers {
    ($($argument:ident)*) => {
        impl<F, R, $($argument),*> Handler<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> R,
            R: Future,
        {
            type Output = R::Output;
        }
        handlers! { @shorter $($argument)* }
    };
    (@shorter) => {};
    (@shorter $first:ident $($rest:ident)*) => {
        handlers! { $($rest)* }
    };
}

handlers! { A B C D E F1 G H I J K L M N O P }

/// The handler's return type. The handler is not called.
pub fn returned<F: Handler<A>, A>(_: F) -> Returned<F::Output> {
    Returned(PhantomData)
}

/// A value of this type as a response.
#[derive(Debug)]
pub struct Returned<T>(Of<T>);

/// An error of this type.
#[derive(Debug)]
pub struct Failing<T>(Of<T>);

/// An error of this type, which another error converts into.
pub fn failing<E>() -> Failing<E> {
    Failing(PhantomData)
}

/// A problem whose status is known only at run time.
pub fn of_any_status() -> Vec<Answer> {
    vec![Answer::problem_of_any_status()]
}

/// No error.
#[derive(Debug)]
pub struct Never;

/// A response whose status and headers are determined.
#[derive(Debug)]
pub struct Headed<T> {
    status: Option<Status>,
    headers: Vec<String>,
    of: Of<T>,
}

/// Everything about a response except the schema of `T`.
#[derive(Debug)]
pub struct Sent<T> {
    status: Option<Status>,
    headers: Vec<String>,
    content: Content,
    /// The type whose schema is looked up.
    pub of: Of<T>,
}

#[derive(Debug)]
enum Content {
    None,
    Typed(&'static str),
    Known(&'static str, Schema),
}

impl<T, E> Returned<Result<T, E>> {
    /// Splits it into the success and the failure.
    pub fn split(self) -> (Returned<T>, Failing<E>) {
        (Returned(PhantomData), Failing(PhantomData))
    }
}

/// The fallback for every type without an inherent method.
pub trait ReturnedAnything: Sized {
    /// The type.
    type Of;

    /// It never fails.
    fn split(self) -> (Self, Failing<Never>) {
        (self, Failing(PhantomData))
    }

    /// It has no status.
    fn headed(self) -> Headed<Self::Of> {
        Headed { status: None, headers: Vec::new(), of: PhantomData }
    }
}

impl<T> ReturnedAnything for Returned<T> {
    type Of = T;
}

/// Responses that wrap another one with a status or headers.
macro_rules! headed {
    ($([$($generics:ident)*] $ty:ty, $inner:ty, $status:expr, $headers:expr;)*) => {
        $(impl<$($generics),*> Returned<$ty> {
            /// Status and headers.
            pub fn headed(self) -> Headed<$inner> {
                let headers: &[&str] = &$headers;
                Headed { status: $status, headers: headers.iter().map(ToString::to_string).collect(), of: PhantomData }
            }
        })*
    };
}

headed! {
    [T] Created<T>, T, Some(Status::Is(201)), ["location"];
    [T] Accepted<T>, T, Some(Status::Is(202)), [];
    [] NoContent, (), Some(Status::Is(204)), [];
    [] Redirect, (), Some(Status::Class(3)), ["location"];
    [] StatusCode, (), Some(Status::Other), [];
    [T] (StatusCode, T), T, Some(Status::Other), [];
    [T] (HeaderMap, T), T, None, [];
    [T] (StatusCode, HeaderMap, T), T, Some(Status::Other), [];
    [T H] (AppendHeaders<H>, T), T, None, [];
    [T H] (StatusCode, AppendHeaders<H>, T), T, Some(Status::Other), [];
}

impl<K, V, T, const N: usize> Returned<([(K, V); N], T)> {
    /// Headers that are known only at run time.
    pub fn headed(self) -> Headed<T> {
        Headed { status: None, headers: Vec::new(), of: PhantomData }
    }
}

impl<K, V, T, const N: usize> Returned<(StatusCode, [(K, V); N], T)> {
    /// Headers and a status that are known only at run time.
    pub fn headed(self) -> Headed<T> {
        Headed { status: Some(Status::Other), headers: Vec::new(), of: PhantomData }
    }
}

impl<T> Headed<T> {
    fn with<U>(self, content: Content) -> Sent<U> {
        let Self { status, headers, .. } = self;
        Sent { status, headers, content, of: PhantomData }
    }
}

/// The fallback for every type without an inherent method.
pub trait FailingAnything: Sized {
    /// The type.
    type Of;

    /// The type declares nothing as an error.
    fn answers(&self) -> Option<Vec<Answer>> {
        None
    }

    /// Its description as a response.
    fn response(self) -> Returned<Self::Of> {
        Returned(PhantomData)
    }
}

impl<T> FailingAnything for Failing<T> {
    type Of = T;
}

/// The fallback for every type without an inherent method.
pub trait HeadedAnything {
    /// The type.
    type Of;

    /// The body is unknown.
    fn sent(self) -> Sent<Self::Of>;
}

impl<T> HeadedAnything for Headed<T> {
    type Of = T;

    fn sent(self) -> Sent<T> {
        let schema = Schema::unknown(type_name::<T>());
        self.with(Content::Known(ANY, schema))
    }
}

impl<E: DescribeError> Failing<E> {
    /// The responses that the type declares.
    pub fn answers(&self) -> Option<Vec<Answer>> {
        Some(E::answers())
    }
}

impl DescribeError for Never {
    fn answers() -> Vec<Answer> {
        Vec::new()
    }
}

impl DescribeError for Problem {
    fn answers() -> Vec<Answer> {
        of_any_status()
    }
}

impl DescribeError for lambda_runtime::Error {
    fn answers() -> Vec<Answer> {
        vec![Answer::problem(500)]
    }
}

impl<T> Headed<Json<T>> {
    /// JSON.
    pub fn sent(self) -> Sent<T> {
        self.with(Content::Typed("application/json"))
    }
}

impl<T> Headed<Html<T>> {
    /// An HTML page.
    pub fn sent(self) -> Sent<()> {
        self.with(Content::Known("text/html", text()))
    }
}

fn text() -> Schema {
    Schema::known(serde_json::json!({ "type": "string" }))
}

/// Types that are a body themselves.
macro_rules! contents {
    ($($ty:ty = $content:expr;)*) => {
        $(impl Headed<$ty> {
            /// The body.
            pub fn sent(self) -> Sent<()> {
                self.with($content)
            }
        })*
    };
}

contents! {
    () = Content::None;
    StatusCode = Content::None;
    String = Content::Known("text/plain", text());
    &'static str = Content::Known("text/plain", text());
    Box<str> = Content::Known("text/plain", text());
    Cow<'static, str> = Content::Known("text/plain", text());
    Bytes = Content::Known("application/octet-stream", Schema::known(serde_json::json!({})));
    Vec<u8> = Content::Known("application/octet-stream", Schema::known(serde_json::json!({})));
    Box<[u8]> = Content::Known("application/octet-stream", Schema::known(serde_json::json!({})));
    &'static [u8] = Content::Known("application/octet-stream", Schema::known(serde_json::json!({})));
    Problem = Content::Known("application/problem+json", Schema::problem());
}

impl<T> Sent<T> {
    /// The response if its type has this schema; a type that is not a response itself becomes a JSON body.
    pub(super) fn answer_or_json(mut self, schema: Schema) -> Answer {
        if self.is_opaque() {
            self.content = Content::Typed("application/json");
        }
        self.answer(schema, false)
    }

    fn is_opaque(&self) -> bool {
        matches!(&self.content, Content::Known(ANY, _))
    }

    /// The response if its type has this schema. Without a declared status, a success has 200 and a failure
    /// may have any.
    pub(super) fn answer(self, schema: Schema, is_failure: bool) -> Answer {
        let is_problem = matches!(&self.content, Content::Known(_, schema) if schema.problem.is_some());
        let otherwise = if is_failure || is_problem { Status::Other } else { Status::Is(200) };
        // A response that is built by hand may have any status.
        let otherwise = if self.is_opaque() { Status::Other } else { otherwise };
        let mut answer = Answer::new(self.status.unwrap_or(otherwise));
        answer.headers = self.headers;
        answer.bodies = match self.content {
            Content::None => Vec::new(),
            Content::Typed(media_type) => vec![Body::new(media_type, schema)],
            Content::Known(media_type, known) => vec![Body::new(media_type, known)],
        };
        answer
    }
}
