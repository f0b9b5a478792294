//! What happens to an event that Lambda has accepted and a function fails on.

use serde::{Deserialize, Serialize};

use crate::limits;

/// What Lambda does with an event from an asynchronous source that the function fails on. When the retries
/// or the age are used up, the event goes to the function's dead-letter queue ([asynchronous invocation]).
///
/// [asynchronous invocation]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AsyncRetries {
    /// How often the function is called again, 0 to 2.
    pub retries: u32,
    /// The maximum age of an event, in seconds, 60 to 21600.
    pub max_age: u32,
}

impl AsyncRetries {
    /// This many further calls, within this many seconds.
    pub fn new(retries: u32, max_age: u32) -> Self {
        Self { retries, max_age }
    }
}

impl Default for AsyncRetries {
    /// Lambda's own defaults.
    fn default() -> Self {
        Self::new(*limits::ASYNC_RETRIES.end(), *limits::ASYNC_MAX_AGE_S.end())
    }
}
