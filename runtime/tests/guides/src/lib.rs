//! Compiles the examples of the README and of the guides.
//!
//! They are files outside the runtime's package, and so are not part of its tests.

#[cfg(doctest)]
#[doc = include_str!("../../../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/authorizers.md")]
struct AuthorizerGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/cognito.md")]
struct CognitoGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/errors.md")]
struct ErrorGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/events.md")]
struct EventGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/gateway.md")]
struct GatewayGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/issuers.md")]
struct IssuerGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/leaving.md")]
struct LeavingGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/middleware.md")]
struct MiddlewareGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/migration.md")]
struct MigrationGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/openapi.md")]
struct OpenApiGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/resources.md")]
struct ResourceGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/telemetry.md")]
struct TelemetryGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/testing.md")]
struct TestingGuide;
