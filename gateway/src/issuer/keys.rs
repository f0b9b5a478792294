//! The key that the local issuer signs with: generated in each process, or kept in a file.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use aws_lc_rs::{
    digest,
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::secret::read_or_make;

/// An RSA key with its public half as a JWK.
#[derive(Debug)]
pub(crate) struct SigningKey {
    pair: KeyPair,
    pub(crate) id: String,
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
}

/// Why the issuer has no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file of the key cannot be read or written.
    #[error("the key `{}` cannot be read or written", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The key file does not contain a key.
    #[error("`{}` is not an RSA key in PKCS#8", .file.display())]
    NotAKey {
        /// The file.
        file: PathBuf,
    },
    /// There is no randomness to generate a key.
    #[error("no RSA key could be generated")]
    Generation,
}

/// The kept key, or this process's own.
pub(super) async fn load(file: Option<PathBuf>) -> Result<Arc<SigningKey>, KeyError> {
    // Generating an RSA key takes a tenth of a second or more.
    tokio::task::spawn_blocking(move || match file {
        Some(file) => kept(&file).map(Arc::new),
        None => fresh(),
    })
    .await
    .unwrap_or(Err(KeyError::Generation))
}

/// All gateways of a process share one key, because tests start many.
fn fresh() -> Result<Arc<SigningKey>, KeyError> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key.clone());
    }
    let key = Arc::new(SigningKey::generate()?);
    Ok(KEY.get_or_init(|| key).clone())
}

fn kept(file: &Path) -> Result<SigningKey, KeyError> {
    let failed = |source| KeyError::File { file: file.to_owned(), source };
    let make = || {
        let der = SigningKey::generate().and_then(|key| key.der()).map_err(io::Error::other)?;
        Ok::<_, io::Error>(der.as_ref().to_owned())
    };
    let der = read_or_make(file, make).map_err(failed)?;
    let pair = KeyPair::from_pkcs8(&der).map_err(|_| KeyError::NotAKey { file: file.to_owned() })?;
    Ok(SigningKey::new(pair))
}

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, KeyError> {
        KeyPair::generate(KeySize::Rsa2048).map(Self::new).map_err(|_| KeyError::Generation)
    }

    fn new(pair: KeyPair) -> Self {
        let (modulus, exponent) = {
            let public = pair.public_key();
            let bytes =
                |number: aws_lc_rs::io::Positive<'_>| number.big_endian_without_leading_zero().to_vec();
            (bytes(public.modulus()), bytes(public.exponent()))
        };
        let id = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &modulus));
        Self { pair, id, modulus, exponent }
    }

    fn der(&self) -> Result<Pkcs8V1Der<'static>, KeyError> {
        self.pair.as_der().map_err(|_| KeyError::Generation)
    }

    /// The public half, as an issuer publishes it.
    pub(crate) fn jwk(&self) -> Value {
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
            "kid": self.id,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "use": "sig",
        })
    }

    /// A token with this header and these claims, signed with RS256.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_texts(&header.to_string(), &claims.to_string())
    }

    /// A token with exactly these texts.
    pub(crate) fn sign_texts(&self, header: &str, claims: &str) -> String {
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .expect("the signature is as long as the modulus");
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }
}

/// Sets the cryptography that `jsonwebtoken` uses. By default it uses the one that it is compiled with, and
/// panics if another crate of the same program compiled it with a second one.
pub(crate) fn install_crypto() {
    // If another crate has already set one, that is just as good.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_kept_key_is_the_same_after_a_restart_and_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("issuer.key");
        let made = kept(&file).unwrap();
        assert_eq!(kept(&file).unwrap().jwk(), made.jwk());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&file, "no key").unwrap();
        assert!(matches!(kept(&file), Err(KeyError::NotAKey { .. })));
        assert!(matches!(kept(&folder.path().join("no/folder")), Err(KeyError::File { .. })));
    }
}
