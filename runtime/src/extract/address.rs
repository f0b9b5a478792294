//! The address that a request came from, for axum's `ConnectInfo`.
//!
//! In: the event's context, and the server's connection behind a router. Out: the address. It never makes one
//! up.

use std::net::{IpAddr, SocketAddr};

use axum::{extract::ConnectInfo, http::request::Parts};

use crate::event::details;

/// The type of a caller's address.
#[diagnostic::on_unimplemented(
    message = "a route supports only `ConnectInfo<SocketAddr>`",
    label = "not the type of the caller's address",
    note = "take `ConnectInfo<std::net::SocketAddr>`, or `lambda_http::Request` (feature `lambda_http`) for everything in the event"
)]
pub trait Address: Sized {
    /// The address that a request came from, if it is known.
    fn of(parts: &Parts) -> Option<Self>;
}

impl Address for SocketAddr {
    /// An event has no port, so it is 0.
    fn of(parts: &Parts) -> Option<Self> {
        let of_the_server = parts.extensions.get::<ConnectInfo<Self>>().map(|ConnectInfo(address)| *address);
        let ip = details::http_context(&parts.extensions).and_then(|it| it.http.source_ip.as_deref());
        #[cfg(feature = "rest")]
        let ip = ip.or_else(|| details::rest_context(&parts.extensions)?.identity.source_ip.as_deref());
        let said = ip.and_then(|ip| ip.parse().ok()).map(|ip: IpAddr| ip.to_canonical());
        match (said, of_the_server) {
            // Behind a proxy, the connection is the proxy's.
            (Some(ip), address) => {
                let is_the_same = |address: &Self| address.ip().to_canonical() == ip;
                Some(address.filter(is_the_same).unwrap_or_else(|| Self::new(ip, 0)))
            }
            (None, address) => address,
        }
    }
}
