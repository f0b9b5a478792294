//! Where requests come from.
//!
//! In: what the program says of its server, and the head of a request. Out: the client's address, or that nobody knows it. It
//! believes no header, unless the program does.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::connect_info::{ConnectInfo, MockConnectInfo},
    http::request::Parts,
};

/// How a router knows where a request comes from: see [`RouterBuilder::client_address`](crate::RouterBuilder::client_address).
pub struct ClientAddress(Known);

enum Known {
    ByConnection,
    ByHead(ByHead),
}

type ByHead = Box<dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync>;

impl ClientAddress {
    /// The address of the connection, where clients connect to the server themselves. The server has to tell it:
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

    /// The address that a proxy tells in the head of each request, where nobody reaches the server but through that proxy. `None`
    /// is a request of which it is not known.
    ///
    /// ```
    /// use routegen::{ClientAddress, http::request::Parts};
    ///
    /// // The proxy sets this header itself, whatever the client sends in it.
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
        // A socket of both families shows `192.0.2.1` as `::ffff:192.0.2.1`, which is on no list.
        Some(address.to_canonical())
    }
}

/// What the server tells of the connection, or what a test does in its place.
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
