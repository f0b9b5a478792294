//! Ids of requests, invocations and traces. They are unique, but not secret: no id gives access to
//! anything.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Generates ids, starting from a random seed in each gateway.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    count: AtomicU64,
}

impl Default for Ids {
    fn default() -> Self {
        let mut seed = [0; 8];
        // Without randomness the ids repeat after a restart, which is harmless.
        let _ = rand::fill(&mut seed);
        Self { seed: u64::from_ne_bytes(seed), count: AtomicU64::new(0) }
    }
}

impl Ids {
    /// API Gateway's id of a request: `JKJaXmPLvHcESHA=`.
    pub(crate) fn request(&self) -> String {
        STANDARD.encode(&self.bytes()[..11])
    }

    /// Lambda's id of an invocation: a UUID of version 4.
    pub(crate) fn invocation(&self) -> String {
        let mut bytes = self.bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut id = String::with_capacity(36);
        for (at, byte) in bytes.into_iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                id.push('-');
            }
            let _ = write!(id, "{byte:02x}");
        }
        id
    }

    /// The trace of a request, not sampled: `Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0`.
    pub(crate) fn trace(&self, time: SystemTime) -> String {
        let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let unique = u128::from_be_bytes(self.bytes()) >> 32;
        format!("Root=1-{seconds:08x}-{unique:024x};Sampled=0")
    }

    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        bytes
    }

    /// The next number of `SplitMix64`: the first 2^64 are all different.
    fn next(&self) -> u64 {
        let count = self.count.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let mut x = self.seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_aws_forms_and_differ() {
        let ids = Ids::default();
        let request = ids.request();
        assert_eq!(request.len(), 16);
        assert!(request.ends_with('=') && request != ids.request());
        let invocation = ids.invocation();
        let parts: Vec<_> = invocation.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(&invocation[14..15], "4");
        let trace = ids.trace(UNIX_EPOCH + std::time::Duration::from_secs(0x5bef_4de7));
        assert!(trace.starts_with("Root=1-5bef4de7-") && trace.ends_with(";Sampled=0"), "{trace}");
        assert_eq!(trace.len(), "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".len());
    }
}
