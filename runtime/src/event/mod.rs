//! Lambda's input and output: events of API Gateway's HTTP APIs, payload format 2.0, and with the feature
//! `rest` also those of REST APIs, 1.0; and the events of Lambda authorizers, 2.0.
//!
//! In: the event as JSON, and the handler's response. Out: the `http::Request` that `lambda_http` would make,
//! and the JSON that API Gateway expects. It refuses events of any other kind.
//!
//! `lambda_http` itself could do both. But it brings a URL parser with the tables of international domain
//! names, decoders for forty character sets, and a second pass over the event, for services that never call
//! an artifact of this crate: an eighth of the artifact (docs/performance.md). With the feature
//! `lambda_http`, requests have its extensions (`details.rs`).

mod authorizer;
pub(crate) mod details;
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
