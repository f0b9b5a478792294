//! A refusal with its reason for the log.

use routegen_apigw::Refusal;

/// A request that may not pass.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    /// For the log, never for the client.
    pub(crate) why: String,
}
