//! Features that only REST APIs of API Gateway have. The error for such a key says why it is not supported,
//! and what to use instead.
//!
//! routegen makes HTTP APIs. AWS lists what they lack in [Choose between REST APIs and HTTP APIs].
//!
//! [Choose between REST APIs and HTTP APIs]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html

/// A feature that an HTTP API does not have.
#[derive(Debug)]
pub(super) struct RestOnly {
    /// The keys that people try for it, without underscores and hyphens.
    keys: &'static [&'static str],
    /// What an HTTP API does not do.
    pub(super) reason: &'static str,
    /// What to use instead.
    pub(super) instead: &'static str,
}

/// The feature that an unknown key probably means, whatever its underscores.
pub(super) fn behind(key: &str) -> Option<&'static RestOnly> {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    // `api_keys` is the same as `api_key`, and so on.
    let singular = plain.strip_suffix('s').unwrap_or(&plain);
    WISHES.iter().find(|wish| wish.keys.contains(&plain.as_str()) || wish.keys.contains(&singular))
}

const WISHES: &[RestOnly] = &[
    RestOnly {
        keys: &["apikey", "apikeyrequired", "apikeysource", "requireapikey"],
        reason: "an HTTP API has no API keys",
        instead: "write an authorizer that identifies callers by a header, \
                  `#[authorizer(identity_sources = [\"$request.header.x-api-key\"])]`; for machines, prefer \
                  tokens: `auth = \"cognito\"`",
    },
    RestOnly {
        keys: &["usageplan", "usagelimit", "quota", "ratelimit"],
        reason: "an HTTP API has no usage plans, and its throttles apply to all callers together",
        instead: "write `throttle = (50, 20)` on a route, or the module's variables `default_route_settings` and \
                  `routes`; for limits per caller, use an authorizer, or CloudFront with AWS WAF",
    },
    RestOnly {
        keys: &["waf", "wafv2", "webacl", "webaclarn", "webaclid", "firewall"],
        reason: "AWS WAF does not support HTTP APIs",
        instead: "put CloudFront with a web ACL before the module's `custom_domain`, set \
                  `disable_execute_api_endpoint`, and let an authorizer require a header that only CloudFront adds",
    },
    RestOnly {
        keys: &["private", "privateendpoint", "vpcendpoint", "vpcendpointid", "vpce", "internal"],
        reason: "an HTTP API has no private endpoint: its address is on the internet",
        instead: "restrict access with `auth = \"iam\"` or the module's `mutual_tls`; the variable `vpc` gives functions \
                  access to a VPC",
    },
    RestOnly {
        keys: &["resourcepolicy", "policy", "ipallowlist", "allowedip", "ipwhitelist", "sourceip"],
        reason: "an HTTP API has no resource policy",
        instead: "set who may call with `auth` (`\"iam\"` for roles of other accounts); addresses can be checked by an \
                  `#[authorizer]` with the identity source `$context.identity.sourceIp`",
    },
    RestOnly {
        keys: &[
            "requestvalidation",
            "requestvalidator",
            "validaterequest",
            "validatebody",
            "validation",
            "validator",
            "model",
            "schema",
        ],
        reason: "an HTTP API does not validate requests and has no models",
        instead: "let the handler's extractors do it: `Json<T>`, `Query<T>` and `Path<T>` refuse invalid \
                  requests with 4xx before the handler runs",
    },
    RestOnly {
        keys: &[
            "mappingtemplate",
            "requesttemplate",
            "responsetemplate",
            "transform",
            "transformation",
            "gatewayresponse",
            "mock",
            "mockintegration",
        ],
        reason: "an HTTP API has no mapping templates and no custom gateway responses",
        instead: "build the response in the handler: the caller gets what it returns",
    },
    RestOnly {
        keys: &["cache", "caching", "cachecluster", "cacheclusterenabled", "cacheclustersize", "cachettl"],
        reason: "an HTTP API has no cache",
        instead: "put CloudFront before the module's `custom_domain` and set `cache-control` in the handler; the \
                  `ttl` of an `#[authorizer]` caches its decisions",
    },
    RestOnly {
        keys: &["edge", "edgeoptimized", "endpointtype", "endpointconfiguration"],
        reason: "an HTTP API is always regional",
        instead: "put CloudFront before the module's `custom_domain`",
    },
    RestOnly {
        keys: &["canary", "canarysetting", "canarydeployment"],
        reason: "the stage of an HTTP API has no canary",
        instead: "set the module's `alias`, and `functions.<key>.version_weights` for the share of requests that \
                  an older version still handles",
    },
    RestOnly {
        keys: &["clientcertificate", "backendcertificate"],
        reason: "an HTTP API presents no client certificate to its functions",
        instead: "rely on the functions' permission, which admits only the API; for clients' certificates, set the \
                  module's `mutual_tls`",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_wish_is_known_in_its_usual_spellings() {
        for (key, part) in [
            ("api_keys", "API keys"),
            ("api-key", "API keys"),
            ("usage_plans", "usage plans"),
            ("waf", "WAF"),
            ("web_acl_arn", "WAF"),
            ("private", "private endpoint"),
            ("vpc_endpoint_ids", "private endpoint"),
            ("resource_policy", "resource policy"),
            ("request_validation", "validate requests"),
            ("models", "validate requests"),
            ("cache", "no cache"),
            ("edge_optimized", "regional"),
        ] {
            let wish = behind(key).unwrap_or_else(|| panic!("{key}"));
            assert!(wish.reason.contains(part), "{key}: {}", wish.reason);
        }
        for key in ["memroy", "cors", "", "s"] {
            assert!(behind(key).is_none(), "{key}");
        }
    }

    #[test]
    fn no_word_means_two_things() {
        let words: Vec<_> = WISHES.iter().flat_map(|wish| wish.keys).collect();
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
    }
}
