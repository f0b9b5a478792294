//! The macro through which an attribute registers its route or authorizer: something with the feature `registry`, nothing
//! without, and nothing in an artifact.
//!
//! A registry keeps every handler. Features are one for a whole build: a server or a test of the same package, or of
//! another member of the workspace, can switch this one on for the functions too. So the command compiles this crate
//! with `--cfg routegen_artifact` for artifacts, which no feature can undo, and `REGISTERS` lets it see that it did.
//!
//! What the attribute says passes as data that nobody reads here; a new key of an attribute is no matter of this file.

/// Whether what the attributes expand to registers anything. Programs that must hold their own handlers alone assert
/// that it does not.
pub const REGISTERS: bool = cfg!(all(feature = "registry", not(routegen_artifact)));

/// Registers a route or an authorizer.
#[cfg(all(feature = "registry", not(routegen_artifact)))]
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
#[cfg(all(feature = "registry", not(routegen_artifact)))]
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
#[cfg(not(all(feature = "registry", not(routegen_artifact))))]
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
#[cfg(not(all(feature = "registry", not(routegen_artifact))))]
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
