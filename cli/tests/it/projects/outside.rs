//! Routes in packages that cargo takes no features for.

use crate::fixture::{Project, fail, repository};

#[test]
fn routes_that_are_only_in_packages_outside_of_the_workspace_are_refused_with_the_mend() {
    let library = Project::new("far-library", "");
    let manifest = library.manifest();
    library.write("Cargo.toml", manifest.trim_end().trim_end_matches("[workspace]"));
    let project = Project::new("far-routes", "");
    let runtime = format!("routegen = {{ path = \"{}\" }}", repository().join("runtime"));
    project.write(
        "Cargo.toml",
        &project.manifest().replace(&runtime, "far-library = { path = \"../far-library\" }"),
    );
    let error = fail(&mut project.routegen(&["routes"]));
    assert!(error.contains("RG0026") && error.contains("cargo add routegen --package far-routes"), "{error}");
}
