//! What API Gateway does, as far as handlers see it, where there is none: in tests and behind a router.
//!
//! In: a request, and what its receiver knows of it. Out: the route that takes it, with the values of the path's parameters; and the
//! events that API Gateway would send, by [`routegen_apigw`]. It checks no token and knows no server.

pub(crate) mod event;
pub(crate) mod table;
