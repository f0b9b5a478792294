//! Emits the Terraform: a fixed module, written by hand, and one rendered file of locals beside it; another one, of
//! `moved` blocks, where something was renamed.
//!
//! In: the checked manifest, and the last emission. Out: the texts of the files; it writes none. The module has variables in and outputs out,
//! no provider and no backend; a root that calls it is emitted for those who have none.

mod hcl;
mod locals;
mod renames;

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use self::renames::Previous;
use crate::{check::CheckedManifest, files::Generated};

/// The folder of the module, inside of the root's.
pub(crate) const MODULE: &str = "routegen";

/// The files of the module that are the same for every API.
const FIXED: [(&str, &str); 8] = [
    ("api.tf", include_str!("module/api.tf")),
    ("authorizers.tf", include_str!("module/authorizers.tf")),
    ("cognito.tf", include_str!("module/cognito.tf")),
    ("domain.tf", include_str!("module/domain.tf")),
    ("functions.tf", include_str!("module/functions.tf")),
    ("outputs.tf", include_str!("module/outputs.tf")),
    ("variables.tf", include_str!("module/variables.tf")),
    ("versions.tf", include_str!("module/versions.tf")),
];

const ROOT: &str = include_str!("root/main.tf");

/// The rendered files of the module, which the next emission reads for what was renamed.
pub(crate) const LOCALS: &str = "locals.tf";
pub(crate) const MOVED: &str = "moved.tf";

/// The module's files, inside of `root`.
pub(crate) fn module(manifest: &CheckedManifest, previous: &Previous, root: &Utf8Path) -> Vec<Generated> {
    let folder = root.join(MODULE);
    let fixed = FIXED.iter().map(|(name, text)| (*name, (*text).to_owned()));
    let files = fixed.chain([(LOCALS, locals::render(manifest))]);
    let files = files.chain(renames::render(manifest, previous).map(|text| (MOVED, text)));
    files.map(|(name, text)| Generated { path: folder.join(name), text }).collect()
}

/// A root that calls the module, with the zips in `artifacts`.
pub(crate) fn root(root: &Utf8Path, artifacts: &Utf8Path) -> String {
    let relative = pathdiff::diff_utf8_paths(artifacts, root);
    let path = match &relative {
        Some(path) => format!("${{path.module}}/{}", hcl::escape(path.as_str())),
        None => hcl::escape(artifacts.as_str()),
    };
    ROOT.replace("${path.module}/ROUTEGEN_ARTIFACTS_DIR", &path)
}

/// Where a root is written to.
pub(crate) fn root_file(root: &Utf8Path) -> Utf8PathBuf {
    root.join("main.tf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_module_is_emitted() {
        let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("src/terraform/module");
        let mut found: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| Utf8Path::new(name).extension() == Some("tf"))
            .collect();
        found.sort();
        assert_eq!(found, FIXED.map(|(name, _)| name));
    }

    #[test]
    fn a_root_names_the_artifacts_relative_to_itself() {
        let text = root("/w/api/terraform".into(), "/w/target/routegen/lambda".into());
        assert!(text.contains("\"${path.module}/../../target/routegen/lambda\""), "{text}");
        assert!(!text.contains("ROUTEGEN_ARTIFACTS_DIR"));
        let hostile = root("/w/t".into(), "/w/${x}\"".into());
        assert!(hostile.contains("\"${path.module}/../$${x}\\\"\""), "{hostile}");
    }
}
