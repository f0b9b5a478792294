//! Errors that are problems by their type.
//!
//! In: a value of such a type, and what the generated code of `#[derive(Problem)]` needs to ask of types that it does not see. Out:
//! the problem, with its cause for the log. It refuses, at compile time, a constant that is no status of an error.

use std::error::Error;

use axum::http::StatusCode;

use super::Problem;

/// An error that is a problem of its own: its type says what clients receive. [`#[derive(Problem)]`](derive@crate::Problem) makes
/// the implementation.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a problem",
    label = "does not declare what clients receive",
    note = "write `#[derive(routegen::Problem)]` above it, or `#[problem(status = 500)]` instead of `transparent` above its variant"
)]
pub trait IntoProblem {
    /// What clients receive, and the cause for the log.
    fn into_problem(self) -> Problem;
}

impl IntoProblem for Problem {
    fn into_problem(self) -> Problem {
        self
    }
}

/// What failed, asked whether it is an error. A method of the type itself is found before one of a trait.
#[derive(Debug)]
pub struct Failure<T>(pub T);

impl<T: Into<Box<dyn Error + Send + Sync>>> Failure<T> {
    /// The error with its sources.
    pub fn into_cause(self) -> Result<Box<dyn Error + Send + Sync>, T> {
        Ok(self.0.into())
    }
}

/// What is no error.
pub trait NotAnError<T> {
    /// The value, given back.
    fn into_cause(self) -> Result<Box<dyn Error + Send + Sync>, T>;
}

impl<T> NotAnError<T> for Failure<T> {
    fn into_cause(self) -> Result<Box<dyn Error + Send + Sync>, T> {
        Err(self.0)
    }
}

/// The status of a number that the macro has checked.
pub fn error_status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Refuses a constant that is no status of an error.
///
/// # Panics
///
/// While it compiles, where it is none.
pub const fn check_error_status(status: StatusCode) {
    assert!(
        status.as_u16() >= 400 && status.as_u16() < 600,
        "this is no status of an error: write one from 400 to 599, such as `StatusCode::NOT_FOUND`"
    );
}

/// The error that became a problem, if it is of this type and nothing was said about it since.
pub fn downcast<E: Error + Send + Sync + 'static>(mut problem: Problem) -> Result<E, Problem> {
    match problem.0.cause.take().map(<dyn Error + Send + Sync>::downcast::<E>) {
        Some(Ok(error)) => Ok(*error),
        Some(Err(cause)) => {
            problem.0.cause = Some(cause);
            Err(problem)
        }
        None => Err(problem),
    }
}
