//! A local issuer of tokens, which replaces a Cognito user pool with machine-to-machine clients.
//!
//! In: the clients that may request tokens. Out: discovery, keys and tokens over HTTP, and tokens for
//! tests. There are no users and no sign-in; the only OAuth grant is `client_credentials`.

mod endpoint;
mod keys;
mod local;
mod tokens;

pub(crate) use endpoint::{Answer, answer};
pub use keys::KeyError;
#[cfg(test)]
pub(crate) use keys::SigningKey;
pub(crate) use keys::install_crypto;
pub(crate) use local::Issuer;
pub use local::LocalIssuer;
pub use tokens::{TokenBuilder, Tokens};
