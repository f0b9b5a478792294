//! HTTP requests become events of payload format 2.0, and what functions answer becomes HTTP responses ([the format]).
//!
//! [the format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

mod body;
mod context;
mod headers;
mod query;
mod request;
mod response;

pub(crate) use context::{IamIdentity, Identity};
pub(crate) use headers::is_hop_by_hop;
pub(crate) use query::QueryParameters;
pub(crate) use request::{Call, authorizer_event, event};
pub(crate) use response::response;
