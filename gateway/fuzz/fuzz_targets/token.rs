//! Verifies tokens.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| routegen_gateway::fuzz::token(input));
