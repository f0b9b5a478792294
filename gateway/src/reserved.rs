//! The gateway's own paths, which an API cannot use.

use percent_encoding::percent_decode_str;

/// The first segment of all of them.
pub(crate) const SEGMENT: &str = "_routegen";

/// Whether a path, as in the request line, is one of them, in any encoding of its first segment: routes are
/// selected by the decoded path, and none of the API's routes may be below this segment.
pub(crate) fn is(path: &str) -> bool {
    let Some(path) = path.strip_prefix('/') else { return false };
    let first = path.split_once('/').map_or(path, |(first, _)| first);
    percent_decode_str(first).eq(SEGMENT.bytes())
}

/// The local issuer's path, which follows the gateway's origin in `iss`.
pub(crate) const ISSUER: &str = "/_routegen/issuer";

/// The local issuer's token endpoint.
pub(crate) const TOKEN: &str = "/_routegen/oauth2/token";

/// The path for events to consumers.
pub(crate) const EVENTS: &str = "/_routegen/events";

/// The endpoint for SQS clients.
pub(crate) const SQS: &str = "/_routegen/sqs";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_gateways_by_its_whole_first_segment() {
        for own in [
            "/_routegen",
            "/_routegen/",
            ISSUER,
            TOKEN,
            EVENTS,
            SQS,
            "/%5froutegen",
            "/%5Froute%67en/page/api",
        ] {
            assert!(is(own), "{own}");
        }
        for other in [
            "/",
            "/_routegens",
            "/x/_routegen",
            "_routegen",
            "/%255froutegen",
            "/_routegen%2Fpage",
            "//_routegen",
        ] {
            assert!(!is(other), "{other}");
        }
    }
}
