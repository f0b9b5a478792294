//! The paths that are the gateway's own, and never the API's.

use percent_encoding::percent_decode_str;

/// The first segment of all of them.
pub(crate) const SEGMENT: &str = "_routegen";

/// Whether a path, as the request line has it, is one of them, however its first segment is encoded: routes are selected by the
/// decoded path, and none of the API's may lie below this one.
pub(crate) fn is(path: &str) -> bool {
    let Some(path) = path.strip_prefix('/') else { return false };
    let first = path.split_once('/').map_or(path, |(first, _)| first);
    percent_decode_str(first).eq(SEGMENT.bytes())
}

/// The local issuer, as tokens name it after the gateway's origin.
pub(crate) const ISSUER: &str = "/_routegen/issuer";

/// The local issuer's token endpoint.
pub(crate) const TOKEN: &str = "/_routegen/oauth2/token";

/// What calls consumers.
pub(crate) const EVENTS: &str = "/_routegen/events";

/// Where clients of SQS send to.
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
