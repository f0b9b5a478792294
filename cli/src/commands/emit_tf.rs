//! `routegen emit-tf`: writes the Terraform module, and a root that calls it where there is none. With `--check` it
//! writes nothing, and shows what it would change.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use similar::TextDiff;

use super::{Api, shown};
use crate::{
    build::Listing,
    check::CheckedManifest,
    error::{Error, Warning},
    files::{self, Difference, Outcome},
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

/// For CI: an error where the files on the disk are not those of the code.
pub(super) fn check(api: &Api<'_>, out: Option<&Utf8Path>) -> Result<(), Error> {
    let checked = api.checked()?;
    let root = api.terraform(out)?;
    let module = root.join(terraform::MODULE);
    let files = terraform::module(&checked, &previous(&module)?, &root);
    let differences = files::compare_generated(&module, &files)?;
    let stale = differences.len();
    api.printer.outcome(&Comparison { differences: differences.into_iter().map(Stale::new).collect() })?;
    if stale == 0 { Ok(()) } else { Err(Error::StaleTerraform { files: stale }) }
}

/// Writes the module into `root`. A root of the user's stays as it is.
pub(super) fn emit(
    checked: &CheckedManifest,
    root: Utf8PathBuf,
    artifacts: &Utf8Path,
) -> Result<Summary, Error> {
    let module_dir = root.join(terraform::MODULE);
    let files = terraform::module(checked, &previous(&module_dir)?, &root);
    let module = files::write_generated(&module_dir, &files)?;
    let has_root = has_terraform(&root)?;
    if !has_root {
        files::write_if_changed(&terraform::root_file(&root), terraform::root(&root, artifacts).as_bytes())?;
    }
    Ok(Summary {
        module_dir,
        terraform_dir: root,
        files: module.into_iter().map(|(path, outcome)| File { path, outcome }).collect(),
        root: if has_root { Root::Yours } else { Root::Written },
    })
}

/// What the last emission left, from which is known what has been renamed since.
fn previous(module: &Utf8Path) -> Result<terraform::Previous, Error> {
    let locals = files::read_if_exists(&module.join(terraform::LOCALS))?;
    let moved = files::read_if_exists(&module.join(terraform::MOVED))?;
    Ok(terraform::Previous::read(locals.as_deref(), moved.as_deref()))
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
        let count = |outcome| self.files.iter().filter(|file| file.outcome == outcome).count();
        let (written, removed) = (count(Outcome::Written), count(Outcome::Removed));
        let files = self.files.len() - removed;
        let and_removed = if removed == 0 { String::new() } else { format!(", {removed} removed") };
        let module = shown(&self.module_dir);
        writeln!(f, "Module  {module} ({written} of {files} files written{and_removed})")?;
        match self.root {
            Root::Written => writeln!(f, "Root    {} (written once, now yours)", shown(&self.terraform_dir)),
            Root::Yours => writeln!(f, "Root    {} (yours, untouched)", shown(&self.terraform_dir)),
        }
    }
}

/// The files of the module that are not those of the code; none is the good outcome.
#[derive(Serialize)]
struct Comparison {
    differences: Vec<Stale>,
}

#[derive(Serialize)]
struct Stale {
    path: Utf8PathBuf,
    /// From what is on the disk to what `emit-tf` would write, as `diff -u` shows it.
    diff: String,
}

impl Stale {
    fn new(Difference { path, before, after }: Difference) -> Self {
        let shown = shown(&path).to_string();
        let name = |text: &Option<String>| text.as_ref().map_or("/dev/null", |_| shown.as_str());
        let (old, new) = (name(&before), name(&after));
        let (before, after) = (before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
        let diff = TextDiff::from_lines(before, after).unified_diff().header(old, new).to_string();
        Self { path, diff }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.differences.iter().try_for_each(|stale| f.write_str(&stale.diff))
    }
}
