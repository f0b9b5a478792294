//! Why a request to the page is refused.

use hyper::StatusCode;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the page is for this machine only")]
    Client,
    #[error(
        "the page is for loopback and the port of the gateway, and `host` names something else; `allow_host` opens the API alone"
    )]
    Host,
    #[error("the page is for its own origin")]
    Origin,
    #[error(
        "the page needs the key of this start of the gateway: open the address that it printed, with all that follows `#`"
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
