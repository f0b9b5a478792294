//! moto: Terraform creates everything, finds nothing to do after that, and removes everything.

use super::{Emulator, python::python, set};
use crate::{fixture::scratch, terraform::tool::terraform_with_provider};

#[test]
fn the_example_is_applied_needs_no_change_and_is_destroyed() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("moto");
    let emulator = Emulator::start(&folder, "/moto-api/data.json", |port| {
        let mut command = python.server("moto.server", &folder);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command.env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
        command
    });

    let root = emulator.root(terraform, &folder, "");
    root.apply();
    root.assert_nothing_to_do();

    // As the module's variable says: the protection goes first, by an apply of its own.
    set(&folder.join("terraform"), "  cognito_deletion_protection = false\n");
    assert!(root.apply().contains("0 added, 1 changed, 0 destroyed"));
    // moto has no DeleteResourceServer; the pool takes the resource server with it.
    root.run(&["state", "rm", "module.api.aws_cognito_resource_server.this"]);
    root.destroy();
}
