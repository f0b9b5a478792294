//! The Terraform for groups and authorizers.

use super::petshop;

#[test]
fn the_locals_have_functions_with_several_routes_and_the_authorizer() {
    let locals = std::fs::read_to_string(petshop().terraform.join("routegen/locals.tf")).unwrap();
    let (_, locals) = locals.split_once("\n\n").unwrap();
    let locals =
        locals.replace("\"x86_64\"", "\"[ARCHITECTURE]\"").replace("\"arm64\"", "\"[ARCHITECTURE]\"");
    insta::assert_snapshot!(locals);
}
