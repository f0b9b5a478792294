//! Why there is no router.

use std::{error::Error, fmt};

/// Why the routes cannot be served.
#[derive(Debug)]
#[non_exhaustive]
pub enum RouterError {
    /// The program links no route. A library that it does not name is not linked.
    NoRoutes,
    /// A route is not open, and nobody answers for its authorizer.
    NoAuthorizer {
        /// The authorizer's name.
        authorizer: String,
        /// The route's key.
        route: String,
        /// The file and the line of the attribute.
        place: String,
    },
    /// Two routes differ in nothing but the names of their parameters.
    Conflict {
        /// The one route's key, with the file and the line of the attribute.
        first: String,
        /// The other one's.
        second: String,
    },
    /// A resource cannot be made.
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
                "nobody answers for the authorizer `{authorizer}` of the route `{route}` ({place}): \
                 say who with `.authorizer({authorizer:?}, …)`"
            ),
            Self::Conflict { first, second } => {
                write!(f, "only the names of their parameters tell the routes {first} and {second} apart")
            }
            Self::Resource(_) => f.write_str("the routes need a resource"),
        }
    }
}

impl Error for RouterError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Resource(cause) => Some(&**cause),
            Self::NoRoutes | Self::NoAuthorizer { .. } | Self::Conflict { .. } => None,
        }
    }
}
