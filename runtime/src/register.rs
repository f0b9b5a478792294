//! The macro through which an attribute registers its route or authorizer: something with the feature `registry`, nothing
//! without.
//!
//! What the attribute says passes as data that nobody reads here; a new key of an attribute is no matter of this file.

/// Registers a route or an authorizer.
#[cfg(feature = "registry")]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($kind:ident {
        declaration: $declaration:literal,
        handler: $handler:literal,
        source: [$file:expr, $line:expr, $column:expr],
        arguments: [$($argument:expr),* $(,)?],
        middleware: [$($middleware:expr),* $(,)?],
        entry: $entry:ident $(,)?
    }) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registration::<$crate::__private::$kind> {
                declaration: $declaration,
                handler: ::core::concat!(::core::module_path!(), "::", $handler),
                package: ::core::env!("CARGO_PKG_NAME"),
                file: $file,
                line: $line,
                column: $column,
                arguments: &[$($argument),*],
                middleware: &[$($middleware),*],
                entry: $crate::__entry!($entry),
                within: $crate::__within!($kind, $entry),
            }
        }
    };
}

/// Registers what all routes of a package have in common.
#[cfg(feature = "registry")]
#[doc(hidden)]
#[macro_export]
macro_rules! __register_package {
    (
        declaration: $declaration:literal,
        source: [$file:expr, $line:expr, $column:expr],
        arguments: [$($argument:expr),* $(,)?],
        middleware: [$($middleware:expr),* $(,)?],
        entry: [$($entry:ident)?] $(,)?
    ) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registration::<$crate::__private::Package> {
                declaration: $declaration,
                handler: "",
                package: ::core::env!("CARGO_PKG_NAME"),
                file: $file,
                line: $line,
                column: $column,
                arguments: &[$($argument),*],
                middleware: &[$($middleware),*],
                entry: $crate::__entry!($($entry)?),
                within: ::core::option::Option::None,
            }
        }
    };
}

/// Nothing: the registry is off.
#[cfg(not(feature = "registry"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __register_package {
    ($($registration:tt)*) => {};
}

/// The way to a route through its package, where tests or a router go it.
#[cfg(any(feature = "router", feature = "testing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __within {
    (Route, $entry:ident) => {
        ::core::option::Option::Some(|request| {
            $crate::__private::in_registered_package(::core::env!("CARGO_PKG_NAME"), $entry, request)
        })
    };
    ($kind:ident, $entry:ident) => {
        ::core::option::Option::None
    };
}

/// Nothing: what nobody refers to is not linked.
#[cfg(all(feature = "registry", not(any(feature = "router", feature = "testing"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __within {
    ($kind:ident, $entry:ident) => {
        ::core::option::Option::None
    };
}

/// Nothing: the registry is off.
#[cfg(not(feature = "registry"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($($registration:tt)*) => {};
}

/// The entry point, where tests or a router call it.
#[cfg(any(feature = "router", feature = "testing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($entry:ident) => {
        ::core::option::Option::Some($entry)
    };
    () => {
        ::core::option::Option::None
    };
}

/// Nothing: what nobody refers to is not linked.
#[cfg(all(feature = "registry", not(any(feature = "router", feature = "testing"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($($entry:ident)?) => {
        ::core::option::Option::None
    };
}
