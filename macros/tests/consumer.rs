//! `#[schedule]`, `#[queue]`, `#[event]` and `#[stream]` as rustc sees them, like `#[route]` in `route.rs`.

#[test]
fn right_consumers_compile_and_wrong_ones_have_good_messages() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/consumer/pass/*.rs");
    cases.compile_fail("tests/consumer/fail/*.rs");
}
