//! The events of payload format 2.0 that functions get ([the format]).
//!
//! In: a request that a route was found for, and what its receiver knows of it. Out: the event of the route's function, or that of its
//! Lambda authorizer. What is not known is left out, and never made up.
//!
//! The way back, from an event to a request, is each runtime's own; that of `routegen` is held to the same samples.
//!
//! [the format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

mod body;
mod context;
mod headers;
mod request;

pub use body::travels_as_text;
pub use context::{IamIdentity, Identity};
pub use headers::{drop_connection_headers, is_hop_by_hop};
pub use request::{RoutedRequest, authorizer_event, proxy_event, trace_header};
