//! Why a token does not pass, in the words of `error_description`.

use routegen_apigw::claims::BadClaims;

/// Why a token does not pass.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum BadToken {
    #[error("token contains an invalid number of segments")]
    Segments,
    #[error("the token is malformed")]
    Malformed,
    #[error("the token is not signed with RS256, RS384 or RS512")]
    Algorithm,
    #[error("the token does not name its key")]
    NoKeyId,
    #[error("the issuer has no RSA key of the token's kid")]
    UnknownKey,
    #[error("the signature is invalid")]
    Signature,
    #[error("the token has a critical header that is not understood")]
    Critical,
    #[error("the issuer's keys cannot be fetched: {0}")]
    Keys(String),
    #[error(transparent)]
    Claims(#[from] BadClaims),
    #[error("the request has more than one token")]
    Several,
}
