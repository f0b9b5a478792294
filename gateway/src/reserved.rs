//! The paths that are the gateway's own, and never the API's.

/// The first segment of all of them.
pub(crate) const SEGMENT: &str = "_routegen";

/// Whether a path, as the request line has it, is one of them.
pub(crate) fn is(path: &str) -> bool {
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(SEGMENT));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The local issuer, as tokens name it after the gateway's origin.
pub(crate) const ISSUER: &str = "/_routegen/issuer";

/// The local issuer's token endpoint.
pub(crate) const TOKEN: &str = "/_routegen/oauth2/token";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_gateways_by_its_whole_first_segment() {
        for own in ["/_routegen", "/_routegen/", ISSUER, TOKEN] {
            assert!(is(own), "{own}");
        }
        for other in ["/", "/_routegens", "/x/_routegen", "_routegen"] {
            assert!(!is(other), "{other}");
        }
    }
}
