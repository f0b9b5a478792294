//! Why a router cannot be built.

use std::{error::Error, fmt};

/// Why the routes cannot be served.
#[derive(Debug)]
#[non_exhaustive]
pub enum RouterError {
    /// The program links no routes. A library that the program does not name is not linked.
    NoRoutes,
    /// A route is not open, and its authorizer is missing.
    NoAuthorizer {
        /// The authorizer's name.
        authorizer: String,
        /// The route's key.
        route: String,
        /// The file and the line of the attribute.
        place: String,
    },
    /// An authorizer identifies callers by their address, and the program has not declared how that is
    /// determined.
    NoClientAddress {
        /// The authorizer's name.
        authorizer: String,
        /// The file and the line of its attribute.
        place: String,
    },
    /// An authorizer has an identity source that requests do not have by themselves.
    IdentitySource {
        /// The authorizer's name.
        authorizer: String,
        /// The file and the line of its attribute.
        place: String,
        /// The identity source.
        identity_source: String,
    },
    /// Two routes differ only in the names of their parameters.
    Conflict {
        /// The first route's key, with the file and the line of its attribute.
        first: String,
        /// The second route's, likewise.
        second: String,
    },
    /// A resource could not be created.
    Resource(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for RouterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoutes => f.write_str(
                "the program links no route: name the library that has them, as in `use items as _;`",
            ),
            Self::NoAuthorizer { authorizer, route, place } => write!(
                f,
                "the authorizer `{authorizer}` of the route `{route}` ({place}) is missing: \
                 add it with `.authorizer({authorizer:?}, …)`"
            ),
            Self::NoClientAddress { authorizer, place } => write!(
                f,
                "the authorizer `{authorizer}` ({place}) has the identity source `$context.identity.sourceIp`, and the router cannot \
                 determine the address of requests: configure it with `.client_address(ClientAddress::from_connection())`, and serve the \
                 router with `into_make_service_with_connect_info::<SocketAddr>()`; or behind a proxy with \
                 `ClientAddress::from_head(…)`"
            ),
            Self::IdentitySource { authorizer, place, identity_source } => write!(
                f,
                "the authorizer `{authorizer}` ({place}) has the identity source `{identity_source}`, which requests do not have by \
                 themselves: replace the authorizer with `.authorizer({authorizer:?}, …)`"
            ),
            Self::Conflict { first, second } => {
                write!(f, "the routes {first} and {second} differ only in the names of their parameters")
            }
            Self::Resource(_) => f.write_str("the routes need a resource"),
        }
    }
}

impl Error for RouterError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Resource(cause) => Some(&**cause),
            Self::NoRoutes
            | Self::NoAuthorizer { .. }
            | Self::NoClientAddress { .. }
            | Self::IdentitySource { .. }
            | Self::Conflict { .. } => None,
        }
    }
}
