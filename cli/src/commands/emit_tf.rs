//! `routegen emit-tf`: writes the Terraform module, and a root that calls it where there is none.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::{Api, shown};
use crate::{
    build::Listing,
    check::CheckedManifest,
    error::{Error, Warning},
    files::{self, Outcome},
    terraform,
};

pub(super) fn run(api: &Api<'_>, out: Option<&Utf8Path>, artifacts: Option<&Utf8Path>) -> Result<(), Error> {
    let checked = api.checked()?;
    let folder = api.artifacts(artifacts)?;
    let lacking = Listing::read(&folder, &api.workspace.package)?.map(|listing| listing.lacks(&checked));
    if let Some(functions) = lacking.filter(|lacking| !lacking.is_empty()) {
        api.printer.warning(&Warning::OtherArtifacts { folder: folder.clone(), functions });
    }
    let summary = emit(&checked, api.terraform(out)?, &folder)?;
    api.printer.outcome(&summary)
}

/// Writes the module into `root`. A root of the user's stays as it is.
pub(super) fn emit(
    checked: &CheckedManifest,
    root: Utf8PathBuf,
    artifacts: &Utf8Path,
) -> Result<Summary, Error> {
    let generated = terraform::module(checked, &root);
    let outcomes = files::write_generated(&generated)?;
    let module = generated.into_iter().map(|file| file.path).zip(outcomes);
    let has_root = has_terraform(&root)?;
    if !has_root {
        files::write_if_changed(&terraform::root_file(&root), terraform::root(&root, artifacts).as_bytes())?;
    }
    Ok(Summary {
        module_dir: root.join(terraform::MODULE),
        terraform_dir: root,
        files: module.map(|(path, outcome)| File { path, outcome }).collect(),
        root: if has_root { Root::Yours } else { Root::Written },
    })
}

fn has_terraform(folder: &Utf8Path) -> Result<bool, Error> {
    let error = |error| Error::io("list", folder, error);
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let name = entry.map_err(error)?.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".tf") || name.ends_with(".tf.json") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What was emitted.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) terraform_dir: Utf8PathBuf,
    module_dir: Utf8PathBuf,
    files: Vec<File>,
    root: Root,
}

#[derive(Serialize)]
struct File {
    path: Utf8PathBuf,
    outcome: Outcome,
}

/// The module's caller.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Root {
    /// There was none, and one has been written. From now on it is the user's.
    Written,
    /// There was one, and it has not been touched.
    Yours,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changed = self.files.iter().filter(|file| file.outcome == Outcome::Written).count();
        let files = self.files.len();
        writeln!(f, "Module  {} ({changed} of {files} files written)", shown(&self.module_dir))?;
        match self.root {
            Root::Written => writeln!(f, "Root    {} (written once, now yours)", shown(&self.terraform_dir)),
            Root::Yours => writeln!(f, "Root    {} (yours, untouched)", shown(&self.terraform_dir)),
        }
    }
}
