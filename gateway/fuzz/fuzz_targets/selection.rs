//! Selects routes for requests.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| routegen_apigw::routing::fuzz::selection(input));
