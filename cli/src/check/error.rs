//! Errors in an API.

use miette::Diagnostic;
use thiserror::Error;

use super::violation::Violation;
use crate::{
    output::words::{nearest, plural},
    project,
};

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Project(#[from] project::Error),

    #[error("the routes cannot be deployed: {}", plural(violations.len(), "one problem", "problems"))]
    #[diagnostic(code(RG0017))]
    Check {
        #[related]
        violations: Vec<Violation>,
    },

    #[error("there is no function `{name}`")]
    #[diagnostic(
        code(RG0030),
        help("{}the functions are {}", nearest(name, functions.iter().map(String::as_str)).map_or_else(String::new, |nearest| nearest + " "), functions.join(", "))
    )]
    UnknownFunction { name: String, functions: Vec<String> },
}
