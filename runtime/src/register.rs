//! The macro through which an attribute registers its route, authorizer or consumer. It registers only with
//! the feature `registry`, and never in an artifact.
//!
//! A registry keeps every handler. Features apply to a whole build: a server or a test in the same package,
//! or in another member of the workspace, can enable this one for the functions too. So the command compiles
//! this crate with `--cfg routegen_artifact` for artifacts, which no feature can undo, and checks it with
//! `REGISTERS`.
//!
//! What the attribute declares passes through as opaque data; a new key of an attribute does not change this
//! file.

/// Whether what the attributes expand to registers anything. Programs that must contain only their own
/// handlers assert that it does not.
pub const REGISTERS: bool = cfg!(all(feature = "registry", not(routegen_artifact)));

/// Registers a route, an authorizer or a consumer.
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
        types: {$($types:tt)*},
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
                described: $crate::__described!($($types)*),
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
                described: ::core::option::Option::None,
                entry: $crate::__entry!($($entry)?),
                within: ::core::option::Option::None,
            }
        }
    };
}

/// Expands to nothing: the registry is off.
#[cfg(not(all(feature = "registry", not(routegen_artifact))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __register_package {
    ($($registration:tt)*) => {};
}

/// How tests and routers call a route through its package.
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

/// Expands to nothing, so that nothing is linked.
#[cfg(all(feature = "registry", not(any(feature = "router", feature = "testing"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __within {
    ($kind:ident, $entry:ident) => {
        ::core::option::Option::None
    };
}

/// Expands to nothing: the registry is off.
#[cfg(not(all(feature = "registry", not(routegen_artifact))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($($registration:tt)*) => {};
}

/// The entry point, for tests and routers to call.
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

/// Expands to nothing, so that nothing is linked.
#[cfg(all(feature = "registry", not(any(feature = "router", feature = "testing"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($($entry:ident)?) => {
        ::core::option::Option::None
    };
}

/// What the types of a route describe, where the command reads it: in its own build, and in tests of this
/// crate.
#[cfg(all(feature = "registry", any(routegen_contract, test), not(routegen_artifact)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __described {
    () => {
        ::core::option::Option::None
    };
    (payload [$($argument:ty),* $(,)?]) => {
        ::core::option::Option::Some({
            $crate::__local_schema!();
            fn described() -> $crate::__private::contract::RouteTypes {
                #[allow(unused_imports)]
                use $crate::__private::{TakenAnything as _, Untyped as _};
                #[allow(unused_mut)]
                let mut described = $crate::__private::Described::new("");
                $({
                    let take = $crate::__private::Taken::<$argument>::new().optional().unwrapped();
                    let take = take.take(false);
                    let schema = Local(take.of).schema(true);
                    described.takes(take, schema);
                })*
                described.finish()
            }
            described as fn() -> $crate::__private::contract::RouteTypes
        })
    };
    (
        $details:literal, [$($argument:ty),* $(,)?], $handler:path
        $(, [$({$status:literal $description:literal $($said:ty)?}),*])?
    ) => {
        ::core::option::Option::Some({
            $crate::__local_schema!();
            fn described() -> $crate::__private::contract::RouteTypes {
                #[allow(unused_imports)]
                use $crate::__private::{
                    ArgumentCheck as _, FailingAnything as _, HeadedAnything as _, ReturnedAnything as _, TakenAnything as _, Untyped as _,
                };
                #[allow(unused_mut)]
                let mut described = $crate::__private::Described::new($details);
                $({
                    let take = $crate::__private::Taken::<$argument>::new().optional().unwrapped();
                    let take = take.take($crate::__private::Argument::<$argument, $crate::__private::Claimless, 0>::BODY);
                    let schema = Local(take.of).schema(true);
                    described.takes(take, schema);
                })*
                let (success, failure) = $crate::__private::returned($handler).split();
                let sent = success.headed().sent();
                let schema = Local(sent.of).schema(false);
                described.answers(sent, schema);
                let answers = failure.answers();
                let sent = failure.response().headed().sent();
                let schema = Local(sent.of).schema(false);
                described.fails(answers, sent, schema);
                $($({
                    #[allow(unused_mut)]
                    let mut said = $crate::__private::Said::new($status, $description);
                    $({
                        let response = $crate::__private::failing::<$said>();
                        let answers = response.answers();
                        let sent = response.response().headed().sent();
                        let schema = Local(sent.of).schema(false);
                        said.is(answers, sent, schema);
                    })?
                    described.says(said);
                })*)?
                described.finish()
            }
            described as fn() -> $crate::__private::contract::RouteTypes
        })
    };
}

/// Expands to nothing: nothing reads it.
#[cfg(all(feature = "registry", not(any(routegen_contract, test)), not(routegen_artifact)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __described {
    ($($types:tt)*) => {
        ::core::option::Option::None
    };
}

/// The items that describe a type for the OpenAPI document, where that is read.
#[cfg(all(feature = "registry", any(routegen_contract, test), not(routegen_artifact)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    ($($items:item)*) => {
        $($items)*
    };
}

/// Expands to nothing: nothing reads it.
#[cfg(not(all(feature = "registry", any(routegen_contract, test), not(routegen_artifact))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    ($($items:item)*) => {};
}

/// The code that looks up a type's schema: with the schemars that the expanding crate depends on, which the
/// command passes to rustc, or without one if there is none.
#[cfg(all(feature = "registry", any(routegen_contract, test), not(routegen_artifact)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __local_schema {
    () => {
        struct Local<T>($crate::__private::Of<T>);

        #[cfg(routegen_schemars)]
        impl<T: ::routegen_schemars::JsonSchema> Local<T> {
            fn schema(&self, is_input: bool) -> $crate::__private::contract::Schema {
                let settings = ::routegen_schemars::generate::SchemaSettings::draft2020_12();
                let settings = if is_input { settings.for_deserialize() } else { settings.for_serialize() };
                let mut generator = settings.into_generator();
                let schema = generator.subschema_for::<T>().to_value();
                $crate::__private::generated::<T>(schema, generator.take_definitions(true), is_input)
            }
        }

        impl<T> $crate::__private::Untyped for Local<T> {
            type Of = T;
        }
    };
}

/// The schema of a response's type.
#[cfg(all(feature = "registry", any(routegen_contract, test), not(routegen_artifact)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __schema_of {
    ($ty:ty) => {{
        $crate::__local_schema!();
        #[allow(unused_imports)]
        use $crate::__private::Untyped as _;
        Local::<$ty>(::core::marker::PhantomData).schema(false)
    }};
}
