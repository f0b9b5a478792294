//! The paths that are the gateway's own, and never the API's.

/// What all of them begin with.
pub(crate) const PREFIX: &str = "/_routegen/";

/// The local issuer, as tokens name it after the gateway's origin.
pub(crate) const ISSUER: &str = "/_routegen/issuer";

/// The local issuer's token endpoint.
pub(crate) const TOKEN: &str = "/_routegen/oauth2/token";
