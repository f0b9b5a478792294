//! `terraform test` of the module, with a mocked provider, for each kind of API in
//! `cli/tests/terraform/variants`.

use camino::Utf8Path;

use super::tool::{Root, Terraform, terraform_with_provider};
use crate::fixture::{Project, copy, repository, scratch, succeed};

macro_rules! variants {
    ($($name:ident)*) => {
        const VARIANTS: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                passes(stringify!($name));
            }
        )*
    };
}

variants! { authorizers catch_all events issuers many open protected_default resources scopeless seed slow }

#[test]
fn every_variant_is_tested() {
    let folder = repository().join("cli/tests/terraform/variants");
    let mut found: Vec<_> =
        folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
    found.sort();
    assert_eq!(found, VARIANTS);
}

/// The routes of the variant `seed`.
pub(super) const SEED: &str = r#"
/// Retrieves items
#[routegen::route(GET, "/items", auth = "cognito", scopes = ["items/read"], memory = 256, timeout = 10)]
async fn get_items() {}

/// Creates a new item
#[routegen::route(POST, "/items/create", auth = "cognito", scopes = ["items/write"])]
async fn create_item() {}
"#;

/// A refusal of each kind. A unit test of `terraform` compares every condition with that of the other syntax, so the
/// seed's other refusals hold too.
const REFUSALS: [&str; 2] = ["a_missing_artifact", "a_name_with_a_space"];

/// The module in Terraform's other syntax is the same module, so the seed's tests hold for it.
#[test]
fn the_module_in_json_passes_the_tests_of_the_seed() {
    let Some(terraform) = terraform_with_provider() else { return };
    let folder = scratch("variant-json");
    let emitted = folder.join("emitted");
    let project = Project::new("seed-in-json", SEED);
    project.write("routegen.toml", "name = \"items\"\n");
    succeed(&mut project.routegen(&["emit-tf", "--format", "json", "--out", emitted.as_str()]));
    assert!(emitted.join("main.tf.json").exists());
    let module = emitted.join("routegen");
    let tests = repository().join("cli/tests/terraform");
    for test in ["settings.tftest.hcl", "wiring.tftest.hcl"] {
        std::fs::copy(tests.join("variants/seed").join(test), module.join(test)).unwrap();
    }
    let refusals = std::fs::read_to_string(tests.join("variants/seed/refusals.tftest.hcl")).unwrap();
    let is_one = |run: &&str| REFUSALS.iter().any(|name| run.starts_with(&format!("{name}\" {{")));
    let mut parts = refusals.split("\nrun \"");
    let head = parts.next().unwrap().to_owned();
    let runs: Vec<_> = parts.filter(is_one).collect();
    assert_eq!(runs.len(), REFUSALS.len());
    let chosen = runs.iter().fold(head, |text, run| text + "\nrun \"" + run);
    std::fs::write(module.join("refusals.tftest.hcl"), chosen).unwrap();
    copy(&tests.join("mocks"), &module.join("mocks"));
    std::fs::create_dir(module.join("artifacts")).unwrap();
    for artifact in ["create-item.zip", "get-items.zip"] {
        std::fs::write(module.join("artifacts").join(artifact), "").unwrap();
    }
    test(terraform, &module);
    Root::init_mocked(terraform, &emitted).run(&["validate"]);
}

/// Lays out the module with the variant's `locals.tf` and tests, as described in
/// `cli/tests/terraform/README.md`.
fn passes(variant: &str) {
    let Some(terraform) = terraform_with_provider() else { return };
    let tests = repository().join("cli/tests/terraform");
    let folder = scratch(&format!("variant-{variant}"));
    copy(&repository().join("cli/src/terraform/module"), &folder);
    copy(&tests.join("variants").join(variant), &folder);
    copy(&tests.join("mocks"), &folder.join("mocks"));
    make_artifacts(&folder);
    test(terraform, &folder);
}

/// Runs all tests in the folder.
fn test(terraform: &'static Terraform, folder: &Utf8Path) {
    let runs = folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path());
    let runs = runs.filter(|path| path.as_str().ends_with(".tftest.hcl"));
    let runs: usize =
        runs.map(|path| std::fs::read_to_string(path).unwrap().matches("\nrun \"").count()).sum();
    assert!(runs > 0);
    assert_eq!(Root::init_mocked(terraform, folder).test(), runs);
}

/// Creates an empty file for each artifact that `locals.tf` names, in `artifacts` and beside each listing of
/// the variant.
pub(super) fn make_artifacts(folder: &Utf8Path) {
    let mut folders = vec![folder.join("artifacts")];
    std::fs::create_dir(&folders[0]).unwrap();
    if let Ok(listings) = folder.join("folders").read_dir_utf8() {
        folders.extend(listings.map(|listing| listing.unwrap().into_path()));
    }
    let locals = std::fs::read_to_string(folder.join("locals.tf")).unwrap();
    for (key, value) in locals.lines().filter_map(|line| line.split_once('=')) {
        if key.trim() == "artifact" {
            for folder in &folders {
                std::fs::write(folder.join(value.trim().trim_matches('"')), "").unwrap();
            }
        }
    }
}
