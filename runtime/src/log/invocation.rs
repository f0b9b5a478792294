//! The invocation that is being served: what every line of the log says of it.
//!
//! In: each invocation's context, as it begins. Out: the last one that began. An execution environment has one at a
//! time, so it is the process's, and lines of every thread belong to it.

use std::{
    borrow::Cow,
    sync::{Mutex, PoisonError},
};

use lambda_http::Context;

/// What the log says of an invocation.
pub(super) struct Invocation {
    pub(super) request_id: String,
    /// The id of the X-Ray trace, by which its console finds the lines.
    pub(super) trace_id: Option<String>,
    /// Whether it is the first of its execution environment.
    pub(super) cold_start: bool,
    /// The route that is called, if the function knows it.
    pub(super) route_key: Option<Cow<'static, str>>,
}

static CURRENT: Mutex<Option<Invocation>> = Mutex::new(None);

/// Remembers that an invocation begins. It is the current one until the next one begins, because what is logged
/// after its response still comes from it.
pub(crate) fn begin(context: &Context, route_key: Option<Cow<'static, str>>) {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    *current = Some(Invocation {
        request_id: context.request_id.clone(),
        trace_id: context.xray_trace_id.as_deref().and_then(root).map(str::to_owned),
        cold_start: current.is_none(),
        route_key,
    });
}

/// Looks at the current invocation. There is none yet while the environment starts.
pub(super) fn current(look: impl FnOnce(&Invocation)) {
    let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    current.as_ref().map(look);
}

/// The id of the current invocation.
#[cfg(feature = "metrics")]
pub(crate) fn request_id() -> Option<String> {
    let mut id = None;
    current(|invocation| id = Some(invocation.request_id.clone()));
    id
}

/// The id in a trace header: `Root=1-…;Parent=…;Sampled=1`.
fn root(header: &str) -> Option<&str> {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_trace_is_its_root() {
        assert_eq!(root("Root=1-5bef4de7-ad49b0e8;Parent=9a9197af;Sampled=1"), Some("1-5bef4de7-ad49b0e8"));
        assert_eq!(root("Self=1-a; Root=1-b"), Some("1-b"));
        assert_eq!(root(""), None);
    }
}
