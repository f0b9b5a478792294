//! Routes in packages outside of the workspace, for which cargo accepts no features.

use super::functions;
use crate::fixture::{Project, fail, succeed};

#[test]
fn routes_that_are_only_in_packages_outside_of_the_workspace_are_found() {
    let (_library, project) = projects("far-routes", "");
    assert_eq!(functions(&succeed(&mut project.routegen(&["routes", "--format", "json"]))), ["far"]);
}

#[test]
fn routes_in_a_library_that_functions_would_be_linked_to_as_a_shared_one_are_refused() {
    let (_library, project) = projects("far-shared", "\n[lib]\ncrate-type = [\"dylib\", \"rlib\"]\n");
    let error = fail(&mut project.routegen(&["check"]));
    assert!(error.contains("RG0022") && error.contains("`far-shared-library` is also a `dylib`"), "{error}");
}

/// A library with a route, whose Cargo.toml contains `more`, and a package in another workspace that depends
/// on it.
fn projects(name: &str, more: &str) -> (Project, Project) {
    let library = Project::new(
        &format!("{name}-library"),
        "#[routegen::route(GET, \"/far\", auth = \"none\")]\nasync fn far() {}\n",
    );
    let manifest = library.manifest();
    library.write("Cargo.toml", &(manifest.trim_end().trim_end_matches("[workspace]").to_owned() + more));
    let project = Project::new(name, "");
    let runtime = project.dependency_on_runtime();
    project.write(
        "Cargo.toml",
        &project
            .manifest()
            .replace(&runtime, &format!("{name}-library = {{ path = \"../{name}-library\" }}")),
    );
    (library, project)
}
