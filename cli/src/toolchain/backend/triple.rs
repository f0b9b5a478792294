//! The names of targets in Rust and cargo.

use crate::project::target::Architecture;

/// Rust's target triple for Lambda's Linux on this architecture.
pub(super) fn triple(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64-unknown-linux-gnu",
        Architecture::Arm64 => "aarch64-unknown-linux-gnu",
    }
}

/// Cargo's environment variable for a setting of the target: `CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER`.
pub(super) fn variable(architecture: Architecture, setting: &str) -> String {
    format!("CARGO_TARGET_{}_{setting}", triple(architecture).replace('-', "_").to_uppercase())
}
