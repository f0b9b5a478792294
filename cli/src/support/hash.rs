//! SHA-256, in the format of Terraform's `filebase64sha256` and AWS's `CodeSha256`.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

/// The hash of `bytes`, in base64.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_hash_is_what_terraform_calculates() {
        // `filebase64sha256` of a file that contains `abc`.
        assert_eq!(super::sha256(b"abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
