//! `terraform test` of the module, with a mocked provider, for each kind of API in `cli/tests/terraform/variants`.

use camino::Utf8Path;

use super::tool::{Root, terraform_with_provider};
use crate::fixture::{copy, repository, scratch};

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

variants! { catch_all many open scopeless seed slow }

#[test]
fn every_variant_is_tested() {
    let folder = repository().join("cli/tests/terraform/variants");
    let mut found: Vec<_> =
        folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
    found.sort();
    assert_eq!(found, VARIANTS);
}

/// Lays out the module with the variant's `locals.tf` and tests, as `cli/tests/terraform/README.md` says.
fn passes(variant: &str) {
    let Some(terraform) = terraform_with_provider() else { return };
    let tests = repository().join("cli/tests/terraform");
    let folder = scratch(&format!("variant-{variant}"));
    copy(&repository().join("cli/src/terraform/module"), &folder);
    copy(&tests.join("variants").join(variant), &folder);
    copy(&tests.join("mocks"), &folder.join("mocks"));
    make_artifacts(&folder);

    let printed = Root::init(terraform, &folder).run(&["test"]);
    assert!(printed.contains("Success!") && !printed.contains("Success! 0 passed"), "{printed}");
}

/// An empty file for each artifact that `locals.tf` names.
fn make_artifacts(folder: &Utf8Path) {
    let artifacts = folder.join("artifacts");
    std::fs::create_dir(&artifacts).unwrap();
    let locals = std::fs::read_to_string(folder.join("locals.tf")).unwrap();
    for (key, value) in locals.lines().filter_map(|line| line.split_once('=')) {
        if key.trim() == "artifact" {
            std::fs::write(artifacts.join(value.trim().trim_matches('"')), "").unwrap();
        }
    }
}
