//! Why a token does not pass, with the texts of `error_description`.

use routegen_apigw::claims::BadClaims;

/// Why a key cannot verify tokens.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum UnusableKey {
    #[error("is not an RSA key")]
    Kind,
    /// RFC 7517, 4.2.
    #[error("is not for signatures, as its `use` says")]
    Use,
    /// RFC 7517, 4.3.
    #[error("is not for verifying, as its `key_ops` say")]
    Operations,
    /// RFC 7517, 4.4.
    #[error("is for another algorithm than the token's")]
    Algorithm,
    #[error("has no numbers `n` and `e` of an RSA key")]
    Numbers,
    /// RFC 7518, 3.3 and 3.5; no library verifies larger ones.
    #[error("has {0} bits, not 2048 to 8192")]
    Bits(usize),
}

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
    /// The issuer has the key, but it must not be used for this.
    #[error("the issuer's key of the token's kid {0}")]
    UnusableKey(UnusableKey),
    #[error("the header's `{0}` is not a text")]
    HeaderType(&'static str),
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
