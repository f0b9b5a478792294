//! A mistake in the program, whose details clients do not see.

use axum::response::{IntoResponse as _, Response};

use crate::{Problem, log::TARGET};

/// Logs a mistake in the program, and returns the client's response.
pub(super) fn failed(cause: String) -> Response {
    tracing::error!(target: TARGET, "{cause}");
    Problem::internal(cause).into_response()
}
