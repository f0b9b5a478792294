//! The API as an OpenAPI document, which clients read.
//!
//! In: the checked routes, what their types report, and the table `[openapi]` of `routegen.toml`. Out: the
//! document as a value, and what the types leave open, each with its place. The same input gives the same
//! bytes, whatever the order of registration. It guesses nothing: what is not known is `{}` in the document,
//! and a [`Gap`].

mod components;
pub(crate) mod diff;
mod document;
mod error;
mod functions;
mod gap;
mod node;
mod operation;
mod parameters;
mod reference;
mod security;
mod stable;
mod version;
mod yaml;

pub(crate) use self::{
    document::describe,
    error::Error,
    gap::Gap,
    reference::viewer,
    version::{Syntax, Version},
};
