//! Pets in shelters: what an API needs beyond its first two routes.
//!
//! - [`access`]: a Lambda authorizer that identifies callers by their key, and passes on who they are.
//! - [`catalogue`]: resources that are created before the first request, one of which needs the other.
//! - [`pets`]: a group of routes in one function, a path as a struct, and problems with more than a status.
//! - [`health`]: an open route with a function of its own.

pub mod access;
pub mod catalogue;
pub mod health;
pub mod pets;
