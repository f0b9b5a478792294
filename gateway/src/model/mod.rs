//! The description of an API by the caller that starts a gateway: plain data, not yet checked.
//!
//! In: values from the builder's caller. Out: an [`Api`]. `deployment` checks whether its parts are
//! consistent.

mod api;
mod authorizer;
mod consumer;
mod function;
#[cfg(feature = "page")]
mod reference;
mod route;

pub use api::Api;
pub(crate) use authorizer::JwtIssuer;
pub use authorizer::{Authorizer, IamKey, JwtAuthorizer, LambdaAuthorizer};
pub use consumer::Consumer;
pub(crate) use function::{Backend, Handler};
pub use function::{Function, FunctionError, Invocation, Program};
#[cfg(feature = "page")]
pub use reference::Reference;
pub use route::Route;
