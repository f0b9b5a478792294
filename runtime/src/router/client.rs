//! The address that requests come from.
//!
//! In: what the program declares about its server, and the head of a request. Out: the client's address, or
//! that it is unknown. It trusts no header, unless the program does.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::connect_info::{ConnectInfo, MockConnectInfo},
    http::request::Parts,
};

/// How a router determines where a request comes from: see
/// [`RouterBuilder::client_address`](crate::RouterBuilder::client_address).
pub struct ClientAddress(Known);

enum Known {
    ByConnection,
    ByHead(ByHead),
}

type ByHead = Box<dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync>;

impl ClientAddress {
    /// The address of the connection, for a server that clients connect to directly. The server must provide
    /// it:
    ///
    /// ```
    /// # fn serve(app: axum::Router) -> impl Sized {
    /// use std::net::SocketAddr;
    ///
    /// let service = app.into_make_service_with_connect_info::<SocketAddr>();
    /// // axum::serve(listener, service).await
    /// # service
    /// # }
    /// ```
    pub fn from_connection() -> Self {
        Self(Known::ByConnection)
    }

    /// The address that a proxy puts in the head of each request, for a server that can be reached only
    /// through that proxy. `None` means that a request's address is unknown.
    ///
    /// ```
    /// use routegen::{ClientAddress, http::request::Parts};
    ///
    /// // The proxy sets this header itself, whatever the client sends.
    /// let address = ClientAddress::from_head(|head: &Parts| {
    ///     let mut lines = head.headers.get_all("x-real-ip").iter();
    ///     let only = lines.next().filter(|_| lines.next().is_none())?;
    ///     only.to_str().ok()?.parse().ok()
    /// });
    /// ```
    pub fn from_head(address: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static) -> Self {
        Self(Known::ByHead(Box::new(address)))
    }

    /// The address that this request came from.
    pub(super) fn of(&self, head: &Parts) -> Option<IpAddr> {
        let address = match &self.0 {
            Known::ByConnection => connection(head)?,
            Known::ByHead(known) => known(head)?,
        };
        // A dual-stack socket shows `192.0.2.1` as `::ffff:192.0.2.1`, which no list contains.
        Some(address.to_canonical())
    }
}

/// The address of the connection that the server, or a test in its place, provides.
fn connection(head: &Parts) -> Option<IpAddr> {
    let told = head.extensions.get::<ConnectInfo<SocketAddr>>().map(|told| told.0);
    let told = told.or_else(|| head.extensions.get::<MockConnectInfo<SocketAddr>>().map(|told| told.0));
    told.map(|address| address.ip())
}

impl fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Known::ByConnection => "ClientAddress::from_connection()",
            Known::ByHead(_) => "ClientAddress::from_head(…)",
        })
    }
}
