//! The rules of `routegen diff`. This one table determines their ids, their verdicts, what SARIF lists, and
//! what docs/diff.md must explain.

use clap::ValueEnum;
use serde::Serialize;

/// What a change means.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// Breaks clients
    Breaking,
    /// Lets more callers in
    Loosening,
    /// Lets a function do more in AWS
    Widening,
    /// Worth reviewing
    Warning,
}

impl Verdict {
    pub(super) const ALL: [Self; 4] = [Self::Breaking, Self::Loosening, Self::Widening, Self::Warning];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Loosening => "loosening",
            Self::Widening => "widening",
            Self::Warning => "warning",
        }
    }
}

/// The description of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) rule: Rule,
    /// The id by which findings are accepted; its meaning never changes.
    pub(super) id: &'static str,
    pub(super) verdict: Verdict,
    /// What happened, in a few words.
    pub(super) title: &'static str,
}

macro_rules! rules {
    ($($rule:ident $id:literal $verdict:ident $title:literal;)*) => {
        /// A kind of change that is reported.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub(super) enum Rule {
            $($rule,)*
        }

        /// All rules, in the order of the enum.
        pub(super) const RULES: &[About] = &[
            $(About { rule: Rule::$rule, id: $id, verdict: Verdict::$verdict, title: $title },)*
        ];
    };
}

rules! {
    RouteRemoved "route-removed" Breaking "a route was removed";
    RouteRemovedBeforeSunset "route-removed-before-sunset" Breaking "a route was removed before its `sunset`";
    DeprecatedRouteRemoved "deprecated-route-removed" Warning "a route was removed that was deprecated, or past its `sunset`";
    RouteMethodChanged "route-method-changed" Breaking "the method of a route changed";
    RouteNoLongerGreedy "route-no-longer-greedy" Breaking "a greedy route now matches only one segment";
    RouteTakesRequests "route-takes-requests" Warning "a new route takes requests from a greedy one, from `ANY` or from `$default`";
    OperationIdChanged "operation-id-changed" Warning "the id of an operation changed, which renames functions of generated clients";
    SunsetEarlier "sunset-earlier" Warning "the `sunset` of a route moved to an earlier day";

    PathParameterChangedKind "path-parameter-changed-kind" Breaking "a path parameter was replaced by one of another name and type";
    ParameterAddedRequired "parameter-added-required" Breaking "a required parameter was added";
    ParameterBecameRequired "parameter-became-required" Breaking "a parameter became required";
    ParameterTypeNarrowed "parameter-type-narrowed" Breaking "the type of a parameter was narrowed";
    ParameterEnumNarrowed "parameter-enum-narrowed" Breaking "a parameter accepts fewer values";
    ParameterBoundTightened "parameter-bound-tightened" Breaking "a bound of a parameter was tightened";
    ParameterBoundAdded "parameter-bound-added" Warning "a bound was added to a parameter";
    ParameterPatternAdded "parameter-pattern-added" Breaking "a pattern was added to a parameter";
    ParameterPatternChanged "parameter-pattern-changed" Warning "the pattern of a parameter changed";
    ParameterDefaultChanged "parameter-default-changed" Breaking "the default of a parameter changed";
    ParameterRemoved "parameter-removed" Warning "a parameter was removed, and is ignored if a client sends it";

    BodyAddedRequired "body-added-required" Breaking "a required request body was added";
    BodyBecameRequired "body-became-required" Breaking "a request body became required";
    BodyRemoved "body-removed" Breaking "a request body was removed";
    BodyMediaTypeRemoved "body-media-type-removed" Breaking "a media type was removed from a request body";
    BodyPropertyAddedRequired "body-property-added-required" Breaking "a required property was added to a request body";
    BodyPropertyBecameRequired "body-property-became-required" Breaking "a property of a request body became required";
    BodyBecameNotNullable "body-became-not-nullable" Breaking "a value in a request body may no longer be null";
    BodyTypeNarrowed "body-type-narrowed" Breaking "the type of a value in a request body was narrowed";
    BodyEnumNarrowed "body-enum-narrowed" Breaking "a request body accepts fewer values";
    BodyVariantRemoved "body-variant-removed" Breaking "an alternative was removed from a request body";
    BodyAllOfAdded "body-all-of-added" Breaking "a request body must match an additional schema";
    BodyClosed "body-closed" Breaking "a request body no longer accepts unknown properties";
    BodyPropertyRemovedClosed "body-property-removed-closed" Breaking "a property was removed from a request body, and is refused if a client sends it";
    BodyPropertyRemoved "body-property-removed" Warning "a property was removed from a request body, and is ignored if a client sends it";
    BodyBoundTightened "body-bound-tightened" Breaking "a bound in a request body was tightened";
    BodyBoundAdded "body-bound-added" Warning "a bound was added in a request body";
    BodyPatternAdded "body-pattern-added" Breaking "a pattern was added in a request body";
    BodyPatternChanged "body-pattern-changed" Warning "a pattern in a request body changed";

    ResponseStatusRemoved "response-status-removed" Breaking "a success status was removed from a route";
    ResponseMediaTypeRemoved "response-media-type-removed" Breaking "a media type was removed from a response";
    ResponsePropertyRemoved "response-property-removed" Breaking "a required property was removed from a response";
    ResponsePropertyBecameOptional "response-property-became-optional" Breaking "a required property of a response became optional";
    ResponseBecameNullable "response-became-nullable" Breaking "a value in a response became nullable";
    ResponseTypeGeneralised "response-type-generalised" Breaking "the type of a value in a response was generalised";
    ResponseValueChanged "response-value-changed" Breaking "an enum in a response has none of its former values";
    ResponseBoundRelaxed "response-bound-relaxed" Breaking "a bound in a response was relaxed or removed";
    ResponseVariantAdded "response-variant-added" Breaking "an alternative was added to a response";
    ResponseErrorVariantAdded "response-error-variant-added" Warning "an alternative was added to an error response";
    ResponseEnumValueAdded "response-enum-value-added" Warning "a value was added to an enum in a response";
    ResponseOptionalPropertyRemoved "response-optional-property-removed" Warning "an optional property was removed from a response";
    ResponsePatternChanged "response-pattern-changed" Warning "a pattern in a response changed or was removed";
    ResponseOpened "response-opened" Warning "a response may now contain undeclared properties";
    ResponseHeaderRemoved "response-header-removed" Breaking "a required header of a response was removed or became optional";
    ResponseOptionalHeaderRemoved "response-optional-header-removed" Warning "an optional header was removed from a response";
    ResponseLocationLost "response-location-lost" Breaking "the `Location` header was removed from a response";
    ResponseErrorMediaTypeRemoved "response-error-media-type-removed" Warning "a media type was removed from an error response";
    ResponseProblemLost "response-problem-lost" Warning "an error response is no longer a problem (RFC 9457)";
    SchemaUnknown "schema-unknown" Warning "the document no longer describes a value";
    SchemaNotUnderstood "schema-not-understood" Warning "a keyword changed that the comparison does not support";
    SchemaNotCompared "schema-not-compared" Warning "a schema changed that is too large to compare";

    TimeoutLowered "timeout-lowered" Warning "the timeout of a function was lowered";
    MemoryLowered "memory-lowered" Warning "the memory of a function was lowered";
    ThrottleAdded "throttle-added" Warning "a throttle was added to a route";
    ThrottleLowered "throttle-lowered" Warning "the throttle of a route was lowered";

    AuthAdded "auth-added" Breaking "a public route now requires authorization";
    ScopesRequired "scopes-required" Breaking "a route that accepted every token now requires a scope";
    ScopeRemoved "scope-removed" Breaking "a scope no longer grants access to a route";
    IdentitySourceAdded "identity-source-added" Breaking "an authorizer requires an additional identity source";
    AuthorizerChanged "authorizer-changed" Breaking "the authorizer of a route changed, and may refuse callers that had access";
    GuardAdded "guard-added" Warning "a guard was added to a route";
    RouteShadowsLooser "route-shadows-looser" Breaking "a new route takes requests from a route that allows more callers";

    AuthRemoved "auth-removed" Loosening "a route no longer requires authorization";
    AuthorizerReplaced "authorizer-replaced" Loosening "the authorizer of a route changed, and may allow callers that had no access";
    ScopesEmptied "scopes-emptied" Loosening "a route no longer requires a scope";
    ScopeAdded "scope-added" Loosening "an additional scope grants access to a route";
    IdentitySourceRemoved "identity-source-removed" Loosening "an authorizer no longer requires an identity source";
    TtlRaised "ttl-raised" Loosening "the decisions of an authorizer are cached for longer";
    RouteAddedPublic "route-added-public" Loosening "a public route was added";
    RouteShadowsStricter "route-shadows-stricter" Loosening "a new route takes requests from a route that allows fewer callers";
    GuardRemoved "guard-removed" Loosening "a guard was removed from a route";
    MiddlewareRemoved "middleware-removed" Loosening "a middleware was removed from a route";
    ThrottleRemoved "throttle-removed" Loosening "the throttle of a route was removed";
    ThrottleRaised "throttle-raised" Loosening "the throttle of a route was raised";

    ConsumerRemoved "consumer-removed" Breaking "a consumer was removed";
    EventSourceChanged "event-source-changed" Warning "the event source of a consumer has different settings";
    FunctionChanged "function-changed" Warning "a route moved to another function";
    EnvAdded "env-added" Warning "a function requires an additional environment variable";
    GrantActionAdded "grant-action-added" Widening "a function may perform an additional action on a resource";
    GrantResourceAdded "grant-resource-added" Widening "a function may use an additional resource, or more of one";
    GrantWildcardAdded "grant-wildcard-added" Widening "a function may perform everything that a wildcard covers";
}

impl Rule {
    pub(super) fn about(self) -> &'static About {
        &RULES[self as usize]
    }

    /// The rule of an id.
    pub(super) fn named(id: &str) -> Option<Self> {
        RULES.iter().find(|about| about.id == id).map(|about| about.rule)
    }

    /// The most serious rule counts even if its verdict does not, unless nothing counts.
    pub(super) fn always_counts(self) -> bool {
        self == Self::AuthRemoved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_in_its_row_and_has_an_id_of_its_own() {
        for (at, about) in RULES.iter().enumerate() {
            assert_eq!(about.rule as usize, at);
            assert_eq!(Rule::named(about.id), Some(about.rule), "{}", about.id);
            assert!(about.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", about.id);
            assert!(!about.title.ends_with('.'), "{}", about.title);
        }
    }
}
