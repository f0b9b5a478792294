//! The current invocation, as every log line describes it.
//!
//! In: each invocation's context, as it begins. Out: the latest one. An execution environment has one at a
//! time, so it belongs to the process, and the lines of every thread belong to it.

use std::{
    borrow::Cow,
    sync::{Mutex, PoisonError},
};

use lambda_runtime::Context;

/// What log lines contain about an invocation.
pub(super) struct Invocation {
    pub(super) request_id: String,
    /// The id of the X-Ray trace, by which the X-Ray console finds the lines.
    pub(super) trace_id: Option<String>,
    /// Whether it is the first one of its execution environment.
    pub(super) cold_start: bool,
    /// The route that is called, if the function knows which one.
    pub(super) route_key: Option<Cow<'static, str>>,
}

static CURRENT: Mutex<Option<Invocation>> = Mutex::new(None);

/// Sets the current invocation. It stays current until the next one begins, because lines logged after its
/// response still belong to it.
pub(crate) fn begin(context: &Context, route_key: Option<Cow<'static, str>>) {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    *current = Some(Invocation {
        request_id: context.request_id.clone(),
        trace_id: context.xray_trace_id.as_deref().and_then(root).map(str::to_owned),
        cold_start: current.is_none(),
        route_key,
    });
}

/// Reads the current invocation. There is none while the environment starts.
pub(super) fn current(look: impl FnOnce(&Invocation)) {
    let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    current.as_ref().map(look);
}

/// The request id of the current invocation.
#[cfg(feature = "metrics")]
pub(crate) fn request_id() -> Option<String> {
    let mut id = None;
    current(|invocation| id = Some(invocation.request_id.clone()));
    id
}

/// The root id in a trace header: `Root=1-…;Parent=…;Sampled=1`.
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
