//! Why a request to the page is refused.

use hyper::StatusCode;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("only this machine can open the page")]
    Client,
    #[error(
        "`host` must be a loopback name with the gateway's port: the page has no other address, and `allow_host` is for the API alone"
    )]
    Host,
    #[error("other origins cannot use the page")]
    Origin,
    #[error(
        "the page requires the key of this start of the gateway: open the printed address, with everything after `#`"
    )]
    Secret,
    #[error("the method must be one of {allowed}")]
    Method { allowed: &'static str },
}

impl Refused {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Client | Self::Origin | Self::Secret => StatusCode::FORBIDDEN,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
        }
    }
}
