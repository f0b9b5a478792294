//! Where a token lists its scopes.
//!
//! In: a way to look up a claim. Out: the claim that counts. The runtime, which reads the claims of an
//! event, and the rules of API Gateway (`routegen-apigw`), which read those of a token, both use this, so
//! that a handler sees the scopes that let the request in. It has no dependencies, because artifacts
//! contain it.

/// The claims that may list scopes. If a token has both, the first one counts.
///
/// AWS's documentation names both and gives no order: "`scope` or `scp`: the token must include at least
/// one of the scopes in the route's `authorizationScopes`" ([JWT authorizers]). That `scp` comes first is a
/// report (floci-io/floci #2011). The order is defined only here.
///
/// [JWT authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
pub const CLAIMS: [&str; 2] = ["scp", "scope"];

/// The claim that counts, with its name. `find` must return `None` for a claim that is null.
pub fn claim<T>(mut find: impl FnMut(&str) -> Option<T>) -> Option<(&'static str, T)> {
    CLAIMS.into_iter().find_map(|name| Some((name, find(name)?)))
}

/// The scopes in a claim that is a text, where spaces separate them (RFC 8693, 4.2).
#[inline]
pub fn words(text: &str) -> std::str::SplitAsciiWhitespace<'_> {
    text.split_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scp_counts_before_scope_and_each_alone() {
        let of = |has: &'static [&'static str]| claim(|name| has.iter().find(|known| **known == name));
        assert_eq!(of(&["scope", "scp"]).map(|(name, _)| name), Some("scp"));
        assert_eq!(of(&["scope"]).map(|(name, _)| name), Some("scope"));
        assert_eq!(of(&["scp"]).map(|(name, _)| name), Some("scp"));
        assert_eq!(of(&["scopes", "SCP"]), None);
        assert_eq!(words(" a/r \t a/w").collect::<Vec<_>>(), ["a/r", "a/w"]);
    }
}
