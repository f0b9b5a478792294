//! How types of this crate and of users tell what they are in the document of the API.

use std::marker::PhantomData;

use routegen_spec::contract::Answer;

/// An error type that tells which answers it becomes.
pub trait DescribeError {
    /// One for each way in which it can be answered.
    fn answers() -> Vec<Answer>;
}

/// An extractor around another one, which takes of a request what that one takes.
pub trait DescribeWrapper {
    /// The other one.
    type Inner;

    /// What it answers with besides.
    fn refusals() -> Vec<Answer>;
}

/// A type, for methods that give it.
pub type Of<T> = PhantomData<fn() -> T>;

pub(super) fn refusals(statuses: &[u16]) -> Vec<Answer> {
    statuses.iter().map(|status| Answer::problem(*status)).collect()
}
