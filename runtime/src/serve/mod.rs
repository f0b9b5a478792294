//! Serves a function under the Lambda Runtime API: the whole of an artifact's `main`.
//!
//! In: the erased routes or the erased authorizer, and Lambda's environment. Out: a process that answers one invocation
//! after another and outlives errors and panics of what it calls. It matches no paths: API Gateway has done that.

mod authorizer;
mod environment;
mod group;
mod route;

use std::process::ExitCode;

#[cfg(feature = "testing")]
pub(crate) use authorizer::invoke as invoke_authorizer;
#[cfg(any(feature = "router", feature = "testing"))]
pub(crate) use authorizer::judge;
pub use authorizer::serve_authorizer;
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

use crate::route::Route;

/// Serves these routes until the execution environment ends.
#[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
pub fn serve<const N: usize>(routes: [Route; N]) -> ExitCode {
    // All that an artifact compiles of it: the function of one route links nothing that chooses between several.
    match routes.as_slice() {
        [route] if N == 1 => route::serve(*route),
        routes => group::serve(routes),
    }
}
