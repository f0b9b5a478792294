//! Pets in shelters: what an API needs beyond its first two routes.
//!
//! - [`access`]: a Lambda authorizer that knows callers by their key, and tells the handlers who calls.
//! - [`catalogue`]: resources, made once before the first request, one of which needs the other.
//! - [`pets`]: a group of routes that are one function, a path as a struct, and problems that say more than a status.
//! - [`health`]: a route that is open, and a function of its own.

pub mod access;
pub mod catalogue;
pub mod health;
pub mod pets;
