//! What the function of a consumer may return.
//!
//! In: its output. Out: the records that it says have failed, or the error of all of them.

use std::pin::Pin;

use lambda_http::Error;

use super::{change::Change, message::Message};
use crate::{Problem, log::chain};

/// The answer of a consumer's glue: the function's, or why it was not called.
pub type Handled = Pin<Box<dyn Future<Output = Result<Result<BatchFailures, Error>, Error>> + Send>>;

/// The records of a [`Batch`](crate::Batch) that failed. Lambda delivers these again, and not the others.
///
/// In a group of a FIFO queue, what is behind a failure is reported with it, and in a stream all that is behind the first one, so that the
/// order stays.
#[derive(Debug, Default)]
#[must_use = "failures count where the function returns them"]
pub struct BatchFailures(Vec<(String, Error)>);

/// What fails by itself: a [`Message`] or a [`Change`].
pub trait Record: sealed::Sealed {
    /// What Lambda knows it by.
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
    /// None yet.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// This record has failed. The log has the reason, with the record's id.
    #[inline]
    pub fn push(&mut self, record: &impl Record, reason: impl Into<Error>) {
        self.0.push((record.identifier().to_owned(), reason.into()));
    }

    /// Whether none has failed.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many have failed.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(super) fn into_vec(self) -> Vec<(String, Error)> {
        self.0
    }

    /// The reasons of all as one, for a function that was called for one record or event.
    #[inline]
    pub(super) fn into_result(self) -> Result<(), Error> {
        let reasons: Vec<String> = self.0.iter().map(|(_, error)| chain(&**error)).collect();
        if reasons.is_empty() { Ok(()) } else { Err(reasons.join("; ").into()) }
    }
}

/// A consumer's result, its types erased. `M` only tells the implementations apart for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a consumer can return",
    label = "not a result of a consumer",
    note = "return nothing, `Result<(), E>` where `E` is an error, or of a `Batch<…>` also `BatchFailures`"
)]
pub trait IntoHandled<M> {
    /// The records that failed, or the error of all of them.
    fn into_handled(self) -> Result<BatchFailures, Error>;
}

/// Marks what cannot fail as a whole.
#[derive(Debug)]
pub struct Sure;

/// Marks results with an error that is, or becomes, a boxed one.
#[derive(Debug)]
pub struct ViaError;

/// Marks results with a problem.
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
