//! What every command starts from: the package, its routes, and the rules that they must follow.

use super::paths::absolute;
use crate::{
    app::error::{Error, Warning},
    artifacts::{self, Built, Request},
    check::{self, CheckedManifest},
    output::{megabytes::Megabytes, printer::Printer, words::plural},
    project::{config::Config, workspace::Workspace},
    routes::{
        registry::{self, Registry},
        uncompiled,
    },
    support::{self, files},
    toolchain::{self, Backend},
};
use camino::{Utf8Path, Utf8PathBuf};
use routegen_spec::Manifest;

/// The user's package, which every command starts from.
pub(super) struct Api<'a> {
    pub(super) workspace: Workspace,
    pub(super) config: Config,
    pub(super) printer: &'a Printer,
}

impl Api<'_> {
    /// The routes; an error if the sources show one that is missing.
    pub(super) fn manifest(&self) -> Result<Manifest, Error> {
        Ok(self.registry()?.manifest)
    }

    /// The same, with the libraries that the routes were read from.
    pub(super) fn registry(&self) -> Result<Registry, Error> {
        self.printer.step("Reading", format!("the routes of `{}`", self.workspace.package));
        let registry = registry::read(&self.workspace, self.printer)?;
        let crates: Vec<_> = registry.libraries.crates().map(str::to_owned).collect();
        uncompiled::compare(&self.workspace, &crates, &registry.manifest)?;
        Ok(registry)
    }

    /// The routes, checked for deployment. Prints the warnings.
    pub(super) fn checked(&self) -> Result<CheckedManifest, Error> {
        self.check(&self.manifest()?)
    }

    pub(super) fn check(&self, manifest: &Manifest) -> Result<CheckedManifest, Error> {
        let checked = check::check(&self.workspace.root, &self.workspace.package, manifest, &self.config)?;
        for warning in &checked.warnings {
            self.printer.warning(warning);
        }
        let routes = plural(manifest.routes.len(), "1 route", "routes");
        self.printer.step("Checked", format!("{routes} of `{}`", checked.manifest.api_name));
        Ok(checked.manifest)
    }

    /// The compiler of the artifacts. It is looked up before anything is compiled.
    pub(super) fn backend(&self) -> Result<Backend, toolchain::Error> {
        Backend::find(&self.workspace, self.config.architecture(), self.config.compiler())
    }

    /// Builds the artifacts, and warns if debug information makes up most of one.
    pub(super) fn build(
        &self,
        checked: &CheckedManifest,
        backend: &Backend,
        request: &Request<'_>,
    ) -> Result<Built, Error> {
        let built = artifacts::build(&self.workspace, checked, backend, request, self.printer)?;
        let mostly: Vec<_> =
            built.artifacts.iter().filter(|it| it.debug_bytes > it.bootstrap_bytes / 2).collect();
        if !mostly.is_empty() {
            self.printer.warning(&Warning::DebugInformation {
                debug: Megabytes(mostly.iter().map(|it| it.debug_bytes).sum()),
                all: Megabytes(mostly.iter().map(|it| it.bootstrap_bytes).sum()),
                functions: mostly.into_iter().map(|it| it.function.clone()).collect(),
            });
        }
        Ok(built)
    }

    /// The folder for the zips.
    pub(super) fn artifacts(&self, out: Option<&Utf8Path>) -> Result<Utf8PathBuf, Error> {
        out.map_or_else(|| Ok(self.workspace.own_target().join("lambda")), absolute)
    }

    /// The folder for the Terraform.
    pub(super) fn terraform(&self, out: Option<&Utf8Path>) -> Result<Utf8PathBuf, Error> {
        out.map_or_else(|| Ok(self.workspace.package_root.join("terraform")), absolute)
    }
}

/// Without it, two commands in one target directory would link over each other's programs.
pub(super) fn lock(workspace: &Workspace, printer: &Printer) -> Result<std::fs::File, support::Error> {
    files::lock(&workspace.own_target().join(".lock"), || {
        printer.wait("Waiting", "for another routegen in the same target directory");
    })
}
