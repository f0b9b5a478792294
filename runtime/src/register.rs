//! The macro through which an attribute registers its route, authorizer or consumer: something with the feature `registry`, nothing
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

/// What the types of a route tell, where the command reads it: in its own build, and in tests of this crate.
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

/// Nothing: nobody reads it.
#[cfg(all(feature = "registry", not(any(routegen_contract, test)), not(routegen_artifact)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __described {
    ($($types:tt)*) => {
        ::core::option::Option::None
    };
}

/// The items that tell of a type what the command's document says of it, where that is read.
#[cfg(all(feature = "registry", any(routegen_contract, test), not(routegen_artifact)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    ($($items:item)*) => {
        $($items)*
    };
}

/// Nothing: nobody reads it.
#[cfg(not(all(feature = "registry", any(routegen_contract, test), not(routegen_artifact))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    ($($items:item)*) => {};
}

/// What asks for the schema of a type: with schemars as the crate in which this is expanded depends on it, which the command tells rustc,
/// and without where it does not.
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

/// The schema of a type that a response has.
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
