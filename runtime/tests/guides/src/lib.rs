//! The examples of the README and of the guides compile.
//!
//! They are files outside of the runtime's package, and so are not tests of it.

#[cfg(doctest)]
#[doc = include_str!("../../../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/middleware.md")]
struct MiddlewareGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/migration.md")]
struct MigrationGuide;

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/openapi.md")]
struct OpenApiGuide;
