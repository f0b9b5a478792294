//! The erased route: what an entry point returns and an artifact serves.
//!
//! Handlers are erased as early as possible, at one function pointer, so that everything behind it, from the
//! event to the response, is compiled once in this crate and not again in every artifact.

use std::{future::Future, pin::Pin};

use axum::response::Response;

use crate::{rejection::Rejection, request::Request, resource::Maker};

/// The result of a handler's glue: the handler's response, or why the handler was not called.
pub type Reply = Pin<Box<dyn Future<Output = Result<Response, Rejection>> + Send>>;

/// One route with its handler.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The id of the route: `get_items`.
    pub name: &'static str,
    /// API Gateway's route key: `GET /items`.
    pub key: &'static str,
    /// The names of the path's parameters from left to right.
    pub parameters: &'static [&'static str],
    /// The resources among the handler's arguments.
    pub resources: &'static [Option<&'static Maker>],
    /// Extracts the handler's arguments, calls it and converts its result into a response.
    pub call: fn(Request) -> Reply,
}
