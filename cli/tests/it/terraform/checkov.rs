//! checkov reports nothing in the emitted Terraform, and every suppression is explained beside its resource.

use camino::Utf8Path;
use serde_json::Value;

use crate::{
    emulator::python::checkov,
    fixture::{copy, items, repository, scratch},
};

#[test]
fn checkov_finds_nothing() {
    let Some(checkov) = checkov() else { return };
    let folder = scratch("checkov");
    copy(&items().terraform, &folder.join("items"));
    // Other kinds of APIs, called by the same root.
    let variants = repository().join("cli/tests/terraform/variants");
    for variant in variants.read_dir_utf8().unwrap() {
        let variant = variant.unwrap();
        let api = folder.join(variant.file_name());
        copy(&items().terraform, &api);
        std::fs::copy(variant.path().join("locals.tf"), api.join("routegen/locals.tf")).unwrap();
    }
    let args = ["-d", ".", "--framework", "terraform", "--output", "json", "--quiet", "--skip-download"];
    let report: Value = serde_json::from_str(&checkov.module("checkov.main", &args, &folder)).unwrap();
    assert!(report["summary"]["resource_count"].as_u64().unwrap() > 100, "{report:#}");
    let failed = report["results"]["failed_checks"].as_array().unwrap();
    let failed: Vec<_> = failed
        .iter()
        .map(|check| format!("{} {} {}", check["file_path"], check["check_id"], check["resource"]))
        .collect();
    assert_eq!(failed, [""; 0]);
    assert_eq!(report["summary"]["parsing_errors"], 0);
}

#[test]
fn every_skip_has_a_reason() {
    let module = repository().join("cli/src/terraform/module");
    let mut skips = 0;
    for file in module.read_dir_utf8().unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for (_, skip) in text.lines().filter_map(|line| line.split_once("checkov:skip=")) {
            let (check, reason) = skip.split_once(':').unwrap_or_else(|| panic!("{skip}"));
            assert!(check.starts_with("CKV") && reason.split(' ').count() > 5, "{skip}");
            skips += 1;
        }
    }
    assert_eq!(skips, text_of_skips(&module), "a skip is written in another way");
}

/// How often the word for a suppression occurs anywhere.
fn text_of_skips(module: &Utf8Path) -> usize {
    let files = module.read_dir_utf8().unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap().matches("checkov").count()).sum()
}
