//! `#[authorizer]` as rustc sees it, like `#[route]` in `route.rs`.

#[test]
fn right_authorizers_compile_and_wrong_ones_have_good_messages() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/authorizer/pass/*.rs");
    cases.compile_fail("tests/authorizer/fail/*.rs");
}
