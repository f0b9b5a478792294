//! The two ends of a connection, and why one is refused.

use std::{io, net::SocketAddr};

use tokio::net::TcpStream;

/// Why a connection is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(in crate::functions) enum NotOurs {
    #[error("user {0}")]
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no other system provides it"))]
    User(u32),
    #[error("an unknown user")]
    Unknown,
}

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
}

impl Ends {
    /// Fails if the connection was reset: its client's address may then belong to another client.
    pub(super) fn of(stream: &TcpStream) -> Result<Self, NotOurs> {
        let ends = || io::Result::Ok(Self { client: stream.peer_addr()?, server: stream.local_addr()? });
        ends().map_err(|_| NotOurs::Unknown)
    }
}
