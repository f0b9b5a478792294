//! A mistake of the program's, which clients learn nothing of.

use axum::response::{IntoResponse as _, Response};

use crate::{Problem, log::TARGET};

/// What the client gets for a mistake of the program's, which the log has.
pub(super) fn failed(cause: String) -> Response {
    tracing::error!(target: TARGET, "{cause}");
    Problem::internal(cause).into_response()
}
