//! The rules of `routegen diff`. This one table determines their ids, their verdicts, what SARIF lists, and
//! what docs/diff.md must explain.

use clap::ValueEnum;
use serde::Serialize;

/// What a change means.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// A client can fail
    Breaking,
    /// Someone may call who might not before
    Loosening,
    /// A function may do more in AWS
    Widening,
    /// What should be looked at
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
    RouteRemoved "route-removed" Breaking "a route is gone";
    RouteRemovedBeforeSunset "route-removed-before-sunset" Breaking "a route is gone before its `sunset`";
    DeprecatedRouteRemoved "deprecated-route-removed" Warning "a route is gone that was deprecated, or whose `sunset` is over";
    RouteMethodChanged "route-method-changed" Breaking "a route has another method";
    RouteNoLongerGreedy "route-no-longer-greedy" Breaking "a route takes one segment, and took all that is left of a path";
    RouteTakesRequests "route-takes-requests" Warning "a new route takes requests from a greedy one, from `ANY` or from `$default`";
    OperationIdChanged "operation-id-changed" Warning "an operation has another id, and generated clients another function";
    SunsetEarlier "sunset-earlier" Warning "a route's `sunset` is earlier than was said";

    PathParameterChangedKind "path-parameter-changed-kind" Breaking "a parameter of the path has another name and another type";
    ParameterAddedRequired "parameter-added-required" Breaking "a new parameter is required";
    ParameterBecameRequired "parameter-became-required" Breaking "a parameter is required, and was not";
    ParameterTypeNarrowed "parameter-type-narrowed" Breaking "a parameter takes fewer types or forms of values";
    ParameterEnumNarrowed "parameter-enum-narrowed" Breaking "a parameter takes fewer values";
    ParameterBoundTightened "parameter-bound-tightened" Breaking "a bound of a parameter is tighter";
    ParameterBoundAdded "parameter-bound-added" Warning "a parameter has a bound, and had none";
    ParameterPatternAdded "parameter-pattern-added" Breaking "a parameter has a pattern, and had none";
    ParameterPatternChanged "parameter-pattern-changed" Warning "a parameter has another pattern";
    ParameterDefaultChanged "parameter-default-changed" Breaking "the default of a parameter is another one";
    ParameterRemoved "parameter-removed" Warning "a parameter is gone, and ignored where it is sent";

    BodyAddedRequired "body-added-required" Breaking "a route requires a body, and took none";
    BodyBecameRequired "body-became-required" Breaking "a body is required, and was not";
    BodyRemoved "body-removed" Breaking "a route takes no body any more";
    BodyMediaTypeRemoved "body-media-type-removed" Breaking "a body may no longer be of a media type";
    BodyPropertyAddedRequired "body-property-added-required" Breaking "a new property of a body is required";
    BodyPropertyBecameRequired "body-property-became-required" Breaking "a property of a body is required, and was not";
    BodyBecameNotNullable "body-became-not-nullable" Breaking "a value of a body may no longer be null";
    BodyTypeNarrowed "body-type-narrowed" Breaking "a value of a body takes fewer types or forms";
    BodyEnumNarrowed "body-enum-narrowed" Breaking "a value of a body takes fewer values";
    BodyVariantRemoved "body-variant-removed" Breaking "one of the alternatives of a body is gone";
    BodyAllOfAdded "body-all-of-added" Breaking "a value of a body has to be of one more schema";
    BodyClosed "body-closed" Breaking "a body takes no properties any more that it does not know";
    BodyPropertyRemovedClosed "body-property-removed-closed" Breaking "a property of a body is gone, and refused where it is sent";
    BodyPropertyRemoved "body-property-removed" Warning "a property of a body is gone, and ignored where it is sent";
    BodyBoundTightened "body-bound-tightened" Breaking "a bound of a value of a body is tighter";
    BodyBoundAdded "body-bound-added" Warning "a value of a body has a bound, and had none";
    BodyPatternAdded "body-pattern-added" Breaking "a value of a body has a pattern, and had none";
    BodyPatternChanged "body-pattern-changed" Warning "a value of a body has another pattern";

    ResponseStatusRemoved "response-status-removed" Breaking "a route no longer answers with a status of success";
    ResponseMediaTypeRemoved "response-media-type-removed" Breaking "an answer is no longer of a media type";
    ResponsePropertyRemoved "response-property-removed" Breaking "a property that every answer had is gone";
    ResponsePropertyBecameOptional "response-property-became-optional" Breaking "a property that every answer had may be missing";
    ResponseBecameNullable "response-became-nullable" Breaking "a value of an answer may be null, and was never";
    ResponseTypeGeneralised "response-type-generalised" Breaking "a value of an answer has more types or forms";
    ResponseValueChanged "response-value-changed" Breaking "a value of an answer has none of the values that it had";
    ResponseBoundRelaxed "response-bound-relaxed" Breaking "a bound of a value of an answer is wider or gone";
    ResponseVariantAdded "response-variant-added" Breaking "an answer has one more alternative";
    ResponseErrorVariantAdded "response-error-variant-added" Warning "an error has one more alternative";
    ResponseEnumValueAdded "response-enum-value-added" Warning "a value of an answer has values that it had not";
    ResponseOptionalPropertyRemoved "response-optional-property-removed" Warning "a property that answers could have is gone";
    ResponsePatternChanged "response-pattern-changed" Warning "the pattern of a value of an answer is another one, or gone";
    ResponseOpened "response-opened" Warning "an answer may have properties that nobody named, and had none";
    ResponseHeaderRemoved "response-header-removed" Breaking "a header that every answer had is gone, or may be missing";
    ResponseOptionalHeaderRemoved "response-optional-header-removed" Warning "a header that answers could have is gone";
    ResponseLocationLost "response-location-lost" Breaking "an answer has no `Location` any more";
    ResponseErrorMediaTypeRemoved "response-error-media-type-removed" Warning "an error is no longer of a media type";
    ResponseProblemLost "response-problem-lost" Warning "an error is no longer a problem (RFC 9457)";
    SchemaUnknown "schema-unknown" Warning "the document no longer says what a value is";
    SchemaNotUnderstood "schema-not-understood" Warning "a keyword has changed of which the comparison knows nothing";
    SchemaNotCompared "schema-not-compared" Warning "a schema has changed that is too large to compare";

    TimeoutLowered "timeout-lowered" Warning "a function has less time";
    MemoryLowered "memory-lowered" Warning "a function has less memory";
    ThrottleAdded "throttle-added" Warning "a route has a throttle of its own, and had none";
    ThrottleLowered "throttle-lowered" Warning "a route takes fewer requests before it answers 429";

    AuthAdded "auth-added" Breaking "a route that everyone might call asks who calls";
    ScopesRequired "scopes-required" Breaking "a route asks for scopes, and took every token";
    ScopeRemoved "scope-removed" Breaking "a scope no longer opens a route";
    IdentitySourceAdded "identity-source-added" Breaking "an authorizer asks for one thing more in a request";
    AuthorizerChanged "authorizer-changed" Breaking "another authorizer decides, so that callers can be refused";
    GuardAdded "guard-added" Warning "a route has a guard more";
    RouteShadowsLooser "route-shadows-looser" Breaking "a new route takes requests from one that lets more callers pass";

    AuthRemoved "auth-removed" Loosening "everyone may call a route that asked who calls";
    AuthorizerReplaced "authorizer-replaced" Loosening "another authorizer decides, so that others can pass";
    ScopesEmptied "scopes-emptied" Loosening "every token opens a route that asked for scopes";
    ScopeAdded "scope-added" Loosening "one more scope opens a route";
    IdentitySourceRemoved "identity-source-removed" Loosening "an authorizer asks for one thing less in a request";
    TtlRaised "ttl-raised" Loosening "an authorizer's decision is kept for longer";
    RouteAddedPublic "route-added-public" Loosening "everyone may call a new route";
    RouteShadowsStricter "route-shadows-stricter" Loosening "a new route takes requests from one that lets fewer callers pass";
    GuardRemoved "guard-removed" Loosening "a route has a guard less";
    MiddlewareRemoved "middleware-removed" Loosening "a route has a middleware less";
    ThrottleRemoved "throttle-removed" Loosening "a route has no throttle of its own any more";
    ThrottleRaised "throttle-raised" Loosening "a route takes more requests before it answers 429";

    ConsumerRemoved "consumer-removed" Breaking "a function that an event source called is gone";
    EventSourceChanged "event-source-changed" Warning "a function's event source has other settings";
    FunctionChanged "function-changed" Warning "another function answers a route";
    EnvAdded "env-added" Warning "a function needs an environment variable more";
    GrantActionAdded "grant-action-added" Widening "a function may do an action more on a resource";
    GrantResourceAdded "grant-resource-added" Widening "a function may use a resource more, or a part of one";
    GrantWildcardAdded "grant-wildcard-added" Widening "a function may do whatever a wildcard covers";
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
