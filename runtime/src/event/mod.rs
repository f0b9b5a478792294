//! What Lambda passes in and takes back: events of API Gateway's HTTP APIs, payload format 2.0; with the feature `rest`
//! also those of REST APIs, 1.0. And the events of Lambda authorizers, 2.0.
//!
//! In: the event as JSON. Out: the `http::Request` that `lambda_http` would make of it, with the same extensions; and
//! of the handler's response, the JSON that API Gateway expects. It refuses events of any other kind.
//!
//! `lambda_http` itself could do both. It brings a URL parser with the tables of international domain names, decoders
//! for forty character sets, and a second pass over the event, for services that never call an artifact of this crate:
//! an eighth of the artifact (docs/performance.md). What handlers see of `lambda_http` stays its own types.

mod authorizer;
mod form;
#[cfg(test)]
mod golden;
mod parts;
mod request;
mod response;
#[cfg(feature = "rest")]
mod rest;
mod sent;

pub(crate) use authorizer::{SimpleResponse, authorizer_request};
pub(crate) use form::Form;
pub(crate) use request::request;
pub(crate) use response::{Answer, answer};
pub(crate) use sent::TypedClaims;
