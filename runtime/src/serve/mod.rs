//! Serves a function under the Lambda Runtime API: the whole of an artifact's `main`.
//!
//! In: the erased routes, authorizer or consumer, and Lambda's environment. Out: a process that answers one
//! invocation after another and survives errors and panics of the code that it calls. It matches no paths:
//! API Gateway has done that.

mod after;
mod authorizer;
mod consumer;
mod environment;
mod group;
mod route;
mod threads;

use std::process::ExitCode;

pub use after::after_response;
#[cfg(feature = "testing")]
pub(crate) use authorizer::invoke as invoke_authorizer;
#[cfg(any(feature = "router", feature = "testing"))]
pub(crate) use authorizer::judge;
pub use authorizer::serve_authorizer;
#[cfg(feature = "testing")]
pub(crate) use consumer::invoke as invoke_consumer;
pub use consumer::serve_consumer;
#[cfg(feature = "router")]
pub(crate) use environment::Resources;
#[cfg(any(feature = "router", feature = "testing"))]
pub(crate) use environment::prepare;
#[cfg(feature = "testing")]
pub(crate) use environment::{Failure, Output};
#[cfg(feature = "testing")]
pub(crate) use group::invoke as invoke_group;
#[cfg(any(feature = "router", feature = "testing"))]
pub(crate) use route::answer;

pub use threads::use_threads;

use crate::{log::TARGET, route::Route};

/// Serves these routes until the execution environment ends.
#[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
pub fn serve<const N: usize>(routes: [Route; N]) -> ExitCode {
    // The compiler resolves this in each artifact: a function with one route links nothing that chooses
    // between several.
    match routes.as_slice() {
        [route] if N == 1 => route::serve(*route),
        routes => group::serve(routes),
    }
}

/// A function's name, whether it is multi-threaded, and the entry points of its routes.
type Function<'a> = (&'a str, bool, &'a [fn() -> Route]);

/// Serves the routes of one of these functions, which the program's first argument names. It is one program
/// for all functions on a developer's machine, where each of them still has its own process, variables and
/// resources.
pub fn serve_one_of(functions: &[Function<'_>]) -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some((_, has_threads, entries)) = functions.iter().find(|(function, ..)| *function == name) else {
        crate::log::start(crate::log::Served::Group).install();
        tracing::error!(target: TARGET, "the program does not serve a function `{name}`");
        return ExitCode::FAILURE;
    };
    if *has_threads {
        use_threads();
    }
    let routes: Vec<Route> = entries.iter().map(|entry| entry()).collect();
    group::serve(&routes)
}
