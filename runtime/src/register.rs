//! The macro through which an attribute registers its route: something with the feature `registry`, nothing without.

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
        description: $description:literal,
        handler: $handler:literal,
        entry: $entry:literal,
        fields: [$($fields:expr),* $(,)?],
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
                throttle: $crate::__optional!($(($rate, $burst))?),
                description: $description,
                handler: ::core::concat!(::core::module_path!(), "::", $handler),
                package: ::core::env!("CARGO_PKG_NAME"),
                file: ::core::file!(),
                line: ::core::line!(),
                column: ::core::column!(),
                entry: $entry,
                fields: &[$($fields),*],
                route: $crate::__route!($route),
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
macro_rules! __route {
    ($route:ident) => {
        ::core::option::Option::Some($route)
    };
}

/// Nothing: what nobody refers to is not linked.
#[cfg(all(feature = "registry", not(any(feature = "router", feature = "testing"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __route {
    ($route:ident) => {
        ::core::option::Option::None
    };
}
