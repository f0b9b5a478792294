//! `routegen emit-tf`: writes the Terraform module, and a root that calls it if there is none; or only
//! locals, for users with their own resources. With `--check` it writes nothing, and prints what it would
//! change.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use routegen_spec::Auth;
use serde::Serialize;

use super::{
    api::Api,
    difference::{Comparison, Stale},
    paths::shown,
};
use crate::{
    app::{
        args::EmitTfArgs,
        error::{Error, Warning},
    },
    artifacts::Listing,
    check::CheckedManifest,
    output::options::Format,
    support::{
        self,
        files::{self, Edits, Outcome},
        timings::{Step, Timings},
    },
    terraform::{self, Layout, Previous, Syntax},
};

pub(super) fn run(api: &Api<'_>, args: &EmitTfArgs, format: Format) -> Result<(), Error> {
    let checked = api.checked()?;
    let root = api.terraform(args.out.as_deref())?;
    let edits = if args.overwrite { Edits::Overwritten } else { Edits::Refused };
    let layout = args.layout;
    let syntax = syntax(args, format, &layout.folder(&root));
    let place = Emission { root, layout, syntax, edits };
    place.take(api, &checked)?;
    if args.check {
        return check(api, &checked, &place);
    }
    let artifacts = api.artifacts(args.artifacts.as_deref())?;
    let lacking = Listing::read(&artifacts, &api.workspace.package)?.map(|listing| listing.lacks(&checked));
    if let Some(functions) = lacking.filter(|lacking| !lacking.is_empty()) {
        api.printer.warning(&Warning::OtherArtifacts { folder: artifacts.clone(), functions });
    }
    let mut summary = emit(api, &checked, place, &artifacts)?;
    summary.timings = args.timings.then(|| api.printer.stopwatch.timings());
    Ok(api.printer.outcome(&summary)?)
}

/// Existing files keep their syntax. With `--format json`, the first emission writes JSON too, unless
/// `--syntax` says otherwise.
fn syntax(args: &EmitTfArgs, format: Format, folder: &Utf8Path) -> Syntax {
    let of_format = match format {
        Format::Json => Syntax::Json,
        _ => Syntax::Hcl,
    };
    args.syntax.or_else(|| Syntax::of(folder)).unwrap_or(of_format)
}

/// For CI: an error if the files on disk are not up to date with the code.
fn check(api: &Api<'_>, checked: &CheckedManifest, place: &Emission) -> Result<(), Error> {
    let (folder, files) = place.files(checked)?;
    let differences = files::compare_generated(&folder, &files)?;
    let stale = differences.len();
    api.printer.outcome(&Comparison::new(differences.into_iter().map(Stale::new)))?;
    if stale == 0 { Ok(()) } else { Err(terraform::Error::StaleTerraform { files: stale }.into()) }
}

/// Writes the generated files. An existing root is left alone.
pub(super) fn emit(
    api: &Api<'_>,
    checked: &CheckedManifest,
    place: Emission,
    artifacts: &Utf8Path,
) -> Result<EmitSummary, Error> {
    api.printer.stopwatch.time(Step::Emit, "", || write(checked, place, artifacts))
}

fn write(checked: &CheckedManifest, place: Emission, artifacts: &Utf8Path) -> Result<EmitSummary, Error> {
    let (folder, files) = place.files(checked)?;
    let written = files::write_generated(&folder, &files, place.edits)?;
    let Emission { root: terraform_dir, layout, syntax, .. } = place;
    let has_root = has_terraform(&terraform_dir)?;
    if !has_root {
        let (folder, artifacts) = without_links(&terraform_dir, artifacts)?;
        let root = terraform::root(&folder, &artifacts, syntax);
        // A .gitignore may exist before any Terraform does; then it is the user's.
        let new = root.iter().filter(|file| file.path.symlink_metadata().is_err());
        files::write_together(new.map(|file| (file.path.as_path(), file.text.as_bytes())))?;
    }
    Ok(EmitSummary {
        module_dir: (layout == Layout::Module).then_some(folder),
        terraform_dir,
        files: written.into_iter().map(|(path, outcome)| File { path, outcome }).collect(),
        root: if has_root { Root::Yours } else { Root::Written },
        timings: None,
    })
}

/// The folder with its links resolved, and `path` beside it: from a folder that is a link, `..` leads to the
/// parent of the link's target. Links below the common prefix are kept in `path`, such as a target directory
/// on another disk.
fn without_links(folder: &Utf8Path, path: &Utf8Path) -> Result<(Utf8PathBuf, Utf8PathBuf), Error> {
    let real =
        |path: &Utf8Path| path.canonicalize_utf8().map_err(|error| support::Error::io("find", path, error));
    let common = folder.ancestors().find_map(|above| Some((above, path.strip_prefix(above).ok()?)));
    let path = match common {
        Some((above, below)) => real(above)?.join(below),
        None => path.to_owned(),
    };
    Ok((real(folder)?, path))
}

/// What to write, and where.
pub(super) struct Emission {
    root: Utf8PathBuf,
    layout: Layout,
    syntax: Syntax,
    edits: Edits,
}

impl Emission {
    /// The default module, for a root in this folder.
    pub(super) fn module(root: Utf8PathBuf) -> Self {
        Self { root, layout: Layout::Module, syntax: Syntax::Hcl, edits: Edits::Refused }
    }

    /// Compares with the last emission in this folder. Refuses to replace another API's Terraform, or
    /// Terraform for another architecture if only this machine implies the new one. Warns about a user pool
    /// that would be deleted and about functions whose names would change.
    pub(super) fn take(&self, api: &Api<'_>, checked: &CheckedManifest) -> Result<(), Error> {
        let folder = self.layout.folder(&self.root);
        let previous = previous(&folder)?;
        let ours = &checked.api_name;
        let theirs = previous.api_name.as_ref().filter(|theirs| {
            let mut routes = checked.routes.iter().map(|route| &route.spec);
            *theirs != ours && !routes.any(|route| previous.has_route(route.method.as_str(), &route.path))
        });
        if let (Some(theirs), Edits::Refused) = (theirs, self.edits) {
            return Err(
                terraform::Error::OtherApi { folder, theirs: theirs.clone(), ours: ours.clone() }.into()
            );
        }
        let ours = api.config.architecture().as_str();
        let theirs = previous.architectures.iter().find(|theirs| *theirs != ours);
        if let (Some(theirs), false) = (theirs, api.config.says_architecture()) {
            return Err(terraform::Error::OtherArchitecture { theirs: theirs.clone(), ours }.into());
        }
        let asked = previous.has_authorizer(Auth::COGNITO);
        if asked && checked.authorizers.iter().all(|authorizer| authorizer.name != Auth::COGNITO) {
            api.printer.warning(&Warning::LastCognitoRoute);
        }
        if let (true, Some(function)) = (previous.has_bare_names, checked.functions.first()) {
            let name = format!("{}-{}", checked.api_name, function.name);
            api.printer.warning(&Warning::NamesOfFunctions { name });
        }
        Ok(())
    }

    /// The folder of the generated files, and the files.
    fn files(&self, checked: &CheckedManifest) -> Result<(Utf8PathBuf, Vec<files::Generated>), Error> {
        let folder = self.layout.folder(&self.root);
        let previous = previous(&folder)?;
        let files = terraform::files(checked, &previous, self.layout, self.syntax, &folder);
        Ok((folder, files))
    }
}

/// What the last emission left behind, which shows what has been renamed since.
fn previous(folder: &Utf8Path) -> Result<Previous, Error> {
    let mut texts = Vec::new();
    for name in Previous::FILES {
        let text = files::read_if_exists(&folder.join(name))?;
        texts.extend(text.iter().flat_map(|text| files::sides(text)).map(|side| (name, side)));
    }
    Ok(Previous::read(texts.iter().map(|(name, text)| (*name, text.as_str()))))
}

fn has_terraform(folder: &Utf8Path) -> Result<bool, Error> {
    let error = |error| support::Error::io("list", folder, error);
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
pub(super) struct EmitSummary {
    pub(super) terraform_dir: Utf8PathBuf,
    /// `None` if only locals were emitted.
    module_dir: Option<Utf8PathBuf>,
    files: Vec<File>,
    root: Root,
    /// Present only for `emit-tf --timings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<Timings>,
}

#[derive(Serialize)]
struct File {
    path: Utf8PathBuf,
    outcome: Outcome,
}

/// The root that calls the module.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Root {
    /// There was none, so one has been written. From now on it is the user's.
    Written,
    /// There was one, which was left alone.
    Yours,
}

impl fmt::Display for EmitSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |outcome| self.files.iter().filter(|file| file.outcome == outcome).count();
        let (written, removed) = (count(Outcome::Written), count(Outcome::Removed));
        let files = self.files.len() - removed;
        let and_removed = if removed == 0 { String::new() } else { format!(", {removed} removed") };
        let (what, folder) = match &self.module_dir {
            Some(module) => ("Module ", module),
            None => ("Locals ", &self.terraform_dir),
        };
        writeln!(f, "{what} {} ({written} of {files} files written{and_removed})", shown(folder))?;
        match self.root {
            Root::Written => writeln!(f, "Root    {} (written once, now yours)", shown(&self.terraform_dir))?,
            Root::Yours => writeln!(f, "Root    {} (yours, untouched)", shown(&self.terraform_dir))?,
        }
        self.timings.iter().try_for_each(|timings| write!(f, "\n{timings}"))
    }
}
