//! What API Gateway does, as far as handlers see it, for tests and routers.
//!
//! In: a request, and what its receiver knows about it. Out: the route that matches it, with the values of
//! the path's parameters, and the events that API Gateway would send, by [`routegen_apigw`]. It verifies no
//! token and has no server.

pub(crate) mod event;
pub(crate) mod table;
