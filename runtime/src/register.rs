//! The macros through which an attribute registers its route or authorizer: something with the feature `registry`, nothing
//! without.

/// Registers a route.
#[cfg(feature = "registry")]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    (
        name: $name:literal,
        method: $method:literal,
        path: $path:literal,
        auth: $auth:literal,
        scopes: [$($scope:literal),* $(,)?],
        memory: [$($memory:literal)?],
        timeout: [$($timeout:literal)?],
        env: [$($env:literal),* $(,)?],
        throttle: [$($rate:literal, $burst:literal)?],
        lambda: [$($lambda:literal)?],
        description: $description:literal,
        tags: [$($tag:literal),* $(,)?],
        deprecated: $deprecated:literal,
        handler: $handler:literal,
        source: [$file:expr, $line:expr, $column:expr],
        entry: $entry:literal,
        fields: [$($fields:expr),* $(,)?],
        body: [$($body:expr),* $(,)?],
        route: $route:ident $(,)?
    ) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registration {
                name: $name,
                method: $method,
                path: $path,
                auth: $auth,
                scopes: &[$($scope),*],
                memory: $crate::__optional!($($memory)?),
                timeout: $crate::__optional!($($timeout)?),
                env: &[$($env),*],
                lambda: $crate::__optional!($($lambda)?),
                throttle: $crate::__optional!($(($rate, $burst))?),
                description: $description,
                tags: &[$($tag),*],
                deprecated: $deprecated,
                handler: ::core::concat!(::core::module_path!(), "::", $handler),
                package: ::core::env!("CARGO_PKG_NAME"),
                file: $file,
                line: $line,
                column: $column,
                entry: $entry,
                fields: &[$($fields),*],
                body: &[$($body),*],
                route: $crate::__entry!($route),
            }
        }
    };
}

/// Nothing: the registry is off.
#[cfg(not(feature = "registry"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($($route:tt)*) => {};
}

/// Registers an authorizer.
#[cfg(feature = "registry")]
#[doc(hidden)]
#[macro_export]
macro_rules! __register_authorizer {
    (
        name: $name:literal,
        identity_sources: [$($source:literal),* $(,)?],
        ttl: $ttl:literal,
        memory: [$($memory:literal)?],
        timeout: [$($timeout:literal)?],
        env: [$($env:literal),* $(,)?],
        description: $description:literal,
        handler: $handler:literal,
        source: [$file:expr, $line:expr, $column:expr],
        entry: $entry:literal,
        authorizer: $authorizer:ident $(,)?
    ) => {
        $crate::__private::inventory::submit! {
            $crate::__private::AuthorizerRegistration {
                name: $name,
                identity_sources: &[$($source),*],
                ttl: $ttl,
                memory: $crate::__optional!($($memory)?),
                timeout: $crate::__optional!($($timeout)?),
                env: &[$($env),*],
                description: $description,
                handler: ::core::concat!(::core::module_path!(), "::", $handler),
                package: ::core::env!("CARGO_PKG_NAME"),
                file: $file,
                line: $line,
                column: $column,
                entry: $entry,
                authorizer: $crate::__entry!($authorizer),
            }
        }
    };
}

/// Nothing: the registry is off.
#[cfg(not(feature = "registry"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __register_authorizer {
    ($($authorizer:tt)*) => {};
}

/// `Some` of a value, or `None` of nothing.
#[cfg(feature = "registry")]
#[doc(hidden)]
#[macro_export]
macro_rules! __optional {
    () => {
        ::core::option::Option::None
    };
    ($value:expr) => {
        ::core::option::Option::Some($value)
    };
}

/// The entry point, where tests or a router call it.
#[cfg(any(feature = "router", feature = "testing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($entry:ident) => {
        ::core::option::Option::Some($entry)
    };
}

/// Nothing: what nobody refers to is not linked.
#[cfg(all(feature = "registry", not(any(feature = "router", feature = "testing"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($entry:ident) => {
        ::core::option::Option::None
    };
}
