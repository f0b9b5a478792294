//! The return types of consumer functions.
//!
//! In: the function's output. Out: the records that it reports as failed, or the error of all of them.

use std::pin::Pin;

use lambda_runtime::Error;

use super::{change::Change, message::Message};
use crate::{Problem, log::chain};

/// The result of a consumer's glue: the function's, or why it was not called.
pub type Handled = Pin<Box<dyn Future<Output = Result<Result<BatchFailures, Error>, Error>> + Send>>;

/// The failed records of a [`Batch`](crate::Batch). Lambda delivers only these again.
///
/// In a message group of a FIFO queue, the records after a failure are reported with it, and in a stream all
/// records after the first failure, so that the order is kept.
#[derive(Debug, Default)]
#[must_use = "failures count where the function returns them"]
pub struct BatchFailures(Vec<(String, Error)>);

/// A record that can fail separately: a [`Message`] or a [`Change`].
pub trait Record: sealed::Sealed {
    /// The id that Lambda uses for it.
    #[doc(hidden)]
    fn identifier(&self) -> &str;
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for super::Message<T> {}
    impl<T> Sealed for super::Change<T> {}
}

impl<T> Record for Message<T> {
    #[inline]
    fn identifier(&self) -> &str {
        &self.id
    }
}

impl<T> Record for Change<T> {
    #[inline]
    fn identifier(&self) -> &str {
        &self.sequence_number
    }
}

impl BatchFailures {
    /// Creates an empty list of failures.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a failed record. The reason is logged with the record's id.
    #[inline]
    pub fn push(&mut self, record: &impl Record, reason: impl Into<Error>) {
        self.0.push((record.identifier().to_owned(), reason.into()));
    }

    /// Whether no record has failed.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of failed records.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(super) fn into_vec(self) -> Vec<(String, Error)> {
        self.0
    }

    /// Joins all reasons into one, for a function that was called for one record or event.
    #[inline]
    pub(super) fn into_result(self) -> Result<(), Error> {
        let reasons: Vec<String> = self.0.iter().map(|(_, error)| chain(&**error)).collect();
        if reasons.is_empty() { Ok(()) } else { Err(reasons.join("; ").into()) }
    }
}

/// A consumer's result with its types erased. `M` only distinguishes the implementations for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a consumer can return",
    label = "not a result of a consumer",
    note = "return nothing, `Result<(), E>` where `E` is an error, or of a `Batch<…>` also `BatchFailures`"
)]
pub trait IntoHandled<M> {
    /// Returns the records that failed, or the error of all of them.
    fn into_handled(self) -> Result<BatchFailures, Error>;
}

/// Marks results that cannot fail as a whole.
#[derive(Debug)]
pub struct Sure;

/// Marks results whose error is, or converts into, a boxed one.
#[derive(Debug)]
pub struct ViaError;

/// Marks results whose error is a problem.
#[derive(Debug)]
pub struct ViaProblem;

impl IntoHandled<Sure> for () {
    #[inline]
    fn into_handled(self) -> Result<BatchFailures, Error> {
        Ok(BatchFailures::new())
    }
}

impl IntoHandled<Sure> for BatchFailures {
    #[inline]
    fn into_handled(self) -> Result<BatchFailures, Error> {
        Ok(self)
    }
}

impl<T: IntoHandled<Sure>, E: Into<Error>> IntoHandled<ViaError> for Result<T, E> {
    #[inline]
    fn into_handled(self) -> Result<BatchFailures, Error> {
        self.map_err(Into::into)?.into_handled()
    }
}

impl<T: IntoHandled<Sure>> IntoHandled<ViaProblem> for Result<T, Problem> {
    #[inline]
    fn into_handled(self) -> Result<BatchFailures, Error> {
        self.map_err(Problem::into_error)?.into_handled()
    }
}
