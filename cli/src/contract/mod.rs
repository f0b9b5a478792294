//! The API as a document that clients read: OpenAPI.
//!
//! In: the checked routes, what their types tell, and the table `[openapi]` of `routegen.toml`. Out: the document as a value, and what the
//! types do not tell, each with its place. The same input gives the same bytes, in whatever order it was registered. It guesses
//! nothing: what is not known is `{}` in the document, and a [`Gap`].

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
