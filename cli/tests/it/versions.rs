//! Incompatible versions of the command and the crate `routegen`.

use crate::fixture::{Project, fail, repository};

#[test]
fn a_runtime_of_another_version_is_told_before_anything_is_compiled() {
    let project = Project::new("other-version", "compile_error!(\"it was built\");");
    let own = env!("CARGO_PKG_VERSION");
    project.write("routegen/src/lib.rs", "compile_error!(\"it was built\");");
    std::fs::remove_file(project.root.join("Cargo.lock")).unwrap();
    let manifest = project.manifest();
    let runtime = repository().join("runtime");
    project.write("Cargo.toml", &manifest.replace(runtime.as_str(), "routegen"));
    for version in ["0.0.9", "0.9.3", "7.0.0"] {
        let package =
            format!("[package]\nname = \"routegen\"\nversion = \"{version}\"\nedition = \"2024\"\n");
        project.write("routegen/Cargo.toml", &package);
        for command in [&["routes"][..], &["build"], &["dev", "--port", "0"]] {
            let error = fail(&mut project.routegen(command));
            assert!(error.contains("RG0059") && !error.contains("it was built"), "{error}");
            let words: String =
                error.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
            for fix in [
                format!("`cargo install routegen-cli --version {version}`"),
                format!("`cargo add routegen@{own} --package other-version`"),
            ] {
                assert!(words.contains(&fix), "{fix}: {error}");
            }
        }
    }
}
