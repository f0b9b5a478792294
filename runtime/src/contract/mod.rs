//! What the types of a handler tell of its route, for the command's document of the API.
//!
//! In: the handler, where all types are concrete. Out: parameters, bodies and answers as data ([`RouteTypes`]). What a type does not
//! tell is left open, with the type's name; nothing here refuses to compile. It is in no artifact, and what describes a route is
//! expanded only in the command's own build (`--cfg routegen_contract`).
//!
//! Types decide and not their names: a method of [`Taken`] or [`Returned`] of a known type is found before the one of the trait that
//! every type has. It does not work within generic code, so that each step gives the type that the next one looks at, and the expansion
//! takes all steps. The last asks for schemars' `JsonSchema`, of the version that the user's own package depends on: neither this
//! crate nor an artifact needs any.

mod answers;
mod arguments;
mod described;
mod said;
#[cfg(test)]
mod tests;
mod trace;
mod traits;

pub use self::{
    answers::{FailingAnything, HeadedAnything, ReturnedAnything, failing, of_any_status, returned},
    arguments::{Taken, TakenAnything},
    described::{Described, Untyped, generated},
    said::Said,
    traits::{DescribeError, DescribeWrapper, Of},
};
