//! Describes a route by the types of its handler, for the command's OpenAPI document.
//!
//! In: the handler, where all types are concrete. Out: parameters, bodies and responses as data
//! ([`RouteTypes`]). What a type does not reveal is left open, with the type's name; nothing here refuses to
//! compile. It is in no artifact, and the description of a route is expanded only in the command's own build
//! (`--cfg routegen_contract`).
//!
//! Types decide, not their names: an inherent method of [`Taken`] or [`Returned`] for a known type is found
//! before the method of the trait that every type implements. This does not work within generic code, so each
//! step returns the type for the next one, and the expansion makes all steps. The last one looks up schemars'
//! `JsonSchema`, in the version that the user's package depends on: neither this crate nor an artifact needs
//! schemars.

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
