//! Cargo.lock, which cargo writes according to the user's options.

use std::process::Command;

use super::{assert_untouched, tree};
use crate::fixture::{Project, fail, succeed};

#[test]
fn with_locked_a_lock_file_that_does_not_fit_is_an_error_of_cargos_and_nothing_changes() {
    let project = Project::new("outdated-lock", "");
    project.write("Cargo.toml", &(project.manifest() + "\n[dependencies.strsim]\nversion = \"0.11\"\n"));
    let before = tree(&project.root);
    for (word, reason) in [("--locked", "--locked was passed"), ("--frozen", "--frozen was passed")] {
        let error = fail(&mut project.routegen(&["check", word]));
        assert!(error.contains("RG0001") && error.contains(reason), "{error}");
        assert!(!error.contains("--manifest-path"), "the package was found: {error}");
        assert_untouched(&before, &project.root);
    }
    std::fs::remove_file(project.root.join("Cargo.lock")).unwrap();
    let error = fail(&mut project.routegen(&["check", "--locked"]));
    assert!(error.contains("--locked was passed"), "{error}");
    assert!(!project.root.join("Cargo.lock").exists());
}

#[test]
fn a_feature_that_the_package_lacks_is_an_error_of_cargos() {
    let project = Project::new("unknown-feature", "");
    let error = fail(&mut project.routegen(&["check", "--features", "absent"]));
    assert!(error.contains("`absent`") || error.contains("feature: absent"), "{error}");
}

#[test]
fn a_lock_file_that_does_not_fit_becomes_what_cargo_makes_of_it() {
    let project = Project::new("no-lock", "");
    let lock = project.root.join("Cargo.lock");
    let ours = std::fs::read_to_string(&lock).unwrap();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    succeed(cargo.args(["metadata", "--quiet", "--format-version", "1"]).current_dir(&project.root));
    let of_cargo = std::fs::read_to_string(&lock).unwrap();
    assert_ne!(ours, of_cargo, "cargo leaves out what the project does not need");
    // Otherwise cargo would choose a version of it again in every build that lists the routes.
    assert!(of_cargo.contains("name = \"inventory\""), "what the registry needs is locked");
    std::fs::write(&lock, ours).unwrap();
    fail(&mut project.routegen(&["routes"]));
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), of_cargo);
}
