//! How types of this crate and of users describe themselves for the OpenAPI document.

use std::marker::PhantomData;

use routegen_spec::contract::Answer;

/// An error type that declares its responses.
pub trait DescribeError {
    /// Returns one for each kind of response.
    fn answers() -> Vec<Answer>;
}

/// An extractor that wraps another one, and reads from a request what that one reads.
pub trait DescribeWrapper {
    /// The inner extractor.
    type Inner;

    /// Its additional responses.
    fn refusals() -> Vec<Answer>;
}

/// A type, for methods that return it.
pub type Of<T> = PhantomData<fn() -> T>;

pub(super) fn refusals(statuses: &[u16]) -> Vec<Answer> {
    statuses.iter().map(|status| Answer::problem(*status)).collect()
}
