//! Which route takes a request.
//!
//! In: the routes of an API; a request's method and path. Out: the route, and the values of its parameters.

mod path;
mod trie;

pub(crate) use path::{NotUtf8, RequestPath};
pub(crate) use trie::{Conflict, Trie};
