//! `#[route]` as rustc sees it: what compiles, and what the messages look like where it does not.
//!
//! One case: `cargo test -p routegen-macros --test route -- right trybuild=missing_auth`.
//! New messages: `TRYBUILD=overwrite cargo test -p routegen-macros --test route`, and read the difference.

#[test]
fn right_routes_compile_and_wrong_ones_have_good_messages() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/route/pass/*.rs");
    cases.compile_fail("tests/route/fail/*.rs");
}
