//! The events of payload format 2.0 that functions get ([the format]).
//!
//! In: a request that was routed, and what its receiver adds. Out: the event of the route's function or of
//! its Lambda authorizer. Unknown fields are left out, never invented.
//!
//! Each runtime itself turns an event back into a request; `routegen`'s is tested with the same samples.
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
