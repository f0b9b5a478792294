//! Selects the route for a request by API Gateway's rules ([routing]).
//!
//! In: the routes of an API; a request's method and path. Out: the route, and the values of its parameters.
//! There is no 405: a path that exists only with other methods is not found.
//!
//! [routing]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod path;
mod trie;

pub use path::{NotAPath, RequestPath};
pub use trie::{Conflict, Trie};
