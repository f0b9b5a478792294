//! Turns request lines and headers into events.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| routegen_gateway::fuzz::event(input));
