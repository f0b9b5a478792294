//! The commands, a file each. Only they put stages together, and only they know the command line and the printer's
//! outcome.

mod build;
mod check;
mod dev;
mod emit_tf;
mod inspect;
mod invoke;
mod package;
mod routes;
mod runnable;
mod size;
mod table;
mod token;

use std::borrow::Cow;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use routegen_spec::{Manifest, printable};

use crate::{
    args::{Args, Command, Target},
    cargo::Backend,
    cargo_options::{CargoOptions, Features, Lock},
    check::CheckedManifest,
    config::Config,
    error::Error,
    files,
    printer::Printer,
    registry::{self, Registry},
    sources,
    timings::Step,
    workspace::Workspace,
};

pub(crate) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let selection = &args.selection;
    let load =
        || Workspace::load(selection.package.as_deref(), selection.manifest_path.as_deref(), options(args));
    let with_api = |command: &dyn Fn(&Api<'_>) -> Result<(), Error>| {
        let workspace = printer.stopwatch.time(Step::Workspace, "", load)?;
        let _lock = lock(&workspace, printer)?;
        let Target { arch, compiler } = args.command.target();
        let config = Config::load(&workspace.package_root)?.overruled(arch, compiler);
        command(&Api { workspace, config, printer })
    };
    match &args.command {
        Command::Routes => with_api(&routes::run),
        Command::Check => with_api(&check::run),
        Command::Build(args) => with_api(&|api| build::run(api, args)),
        Command::EmitTf(emit) => with_api(&|api| emit_tf::run(api, emit, args.output.format)),
        Command::Package { out, tf_out, effort, .. } => {
            with_api(&|api| package::run(api, out.as_deref(), tf_out.as_deref(), effort))
        }
        Command::Dev(args) => dev::run(args, &load, printer),
        Command::Token(args) => token::run(args, &load()?, printer),
        Command::Invoke(args) => invoke::run(args, &load()?, printer),
        Command::Inspect { files, crates } => inspect::run(files, *crates, load, printer),
    }
}

/// Two commands at once in one target directory would link over each other's programs.
fn lock(workspace: &Workspace, printer: &Printer) -> Result<std::fs::File, Error> {
    files::lock(&workspace.own_target().join(".lock"), || {
        printer.wait("Waiting", "for another routegen in the same target directory");
    })
}

/// What was typed, as cargo is to hear it.
fn options(args: &Args) -> CargoOptions {
    let (features, cargo) = (&args.features, &args.cargo);
    let effort = args.command.effort();
    CargoOptions {
        features: Features {
            names: features.names.clone(),
            all: features.all,
            no_default: features.no_default,
        },
        lock: Lock { locked: cargo.locked, offline: cargo.offline, frozen: cargo.frozen },
        profile: cargo.profile.clone(),
        jobs: effort.and_then(|effort| effort.jobs),
        timings: effort.is_some_and(|effort| effort.timings),
    }
}

/// The user's package, and what every command begins with.
struct Api<'a> {
    workspace: Workspace,
    config: Config,
    printer: &'a Printer,
}

impl Api<'_> {
    /// The routes, complete as far as the sources show.
    fn manifest(&self) -> Result<Manifest, Error> {
        Ok(self.registry()?.manifest)
    }

    /// The same with the libraries that they were read from.
    fn registry(&self) -> Result<Registry, Error> {
        self.printer.step("Reading", format!("the routes of `{}`", self.workspace.package));
        let registry = registry::read(&self.workspace, self.printer)?;
        let crates: Vec<_> = registry.libraries.crates().map(str::to_owned).collect();
        sources::compare(&self.workspace, &crates, &registry.manifest)?;
        Ok(registry)
    }

    /// The routes as they can be deployed; warnings have been printed.
    fn checked(&self) -> Result<CheckedManifest, Error> {
        self.check(&self.manifest()?)
    }

    fn check(&self, manifest: &Manifest) -> Result<CheckedManifest, Error> {
        let checked =
            crate::check::check(&self.workspace.root, &self.workspace.package, manifest, &self.config)?;
        for warning in &checked.warnings {
            self.printer.warning(warning);
        }
        let routes = crate::error::plural(manifest.routes.len(), "1 route", "routes");
        self.printer.step("Checked", format!("{routes} of `{}`", checked.manifest.api_name));
        Ok(checked.manifest)
    }

    /// What makes the artifacts. It is looked for before anything is compiled.
    fn backend(&self) -> Result<Backend, Error> {
        Backend::find(&self.workspace, self.config.architecture(), self.config.compiler())
    }

    /// The folder for the zips.
    fn artifacts(&self, out: Option<&Utf8Path>) -> Result<Utf8PathBuf, Error> {
        out.map_or_else(|| Ok(self.workspace.own_target().join("lambda")), absolute)
    }

    /// The folder for the Terraform.
    fn terraform(&self, out: Option<&Utf8Path>) -> Result<Utf8PathBuf, Error> {
        out.map_or_else(|| Ok(self.workspace.package_root.join("terraform")), absolute)
    }
}

/// `path` from the root on, without `.` and `..`: what is written into the Terraform is relative to it.
fn absolute(path: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    let path = camino::absolute_utf8(path).map_err(|error| Error::io("find", path, error))?;
    let mut absolute = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::ParentDir => {
                absolute.pop();
            }
            component => absolute.push(component),
        }
    }
    Ok(absolute)
}

/// `path` as a reader finds it: relative to where the command runs, if it is below.
fn shown(path: &Utf8Path) -> Cow<'_, str> {
    let here = std::env::current_dir().ok().and_then(|here| Utf8PathBuf::from_path_buf(here).ok());
    printable(here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_from_the_root_on_and_without_detours() {
        let here = Utf8PathBuf::from_path_buf(std::env::current_dir().unwrap()).unwrap();
        assert_eq!(absolute("a/../b/./c".into()).unwrap(), here.join("b/c"));
        assert_eq!(absolute("/../a".into()).unwrap(), "/a");
    }
}
