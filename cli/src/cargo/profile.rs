//! The parts of the user's release profile that cargo does not tell, and what routegen sets where the user has not.
//!
//! The user's word always stands. Without one, an artifact is compiled in one codegen unit: the same code gives the
//! same bytes on machines with any number of cores either way, but one unit gives smaller artifacts.

use camino::Utf8Path;
use toml::Table;

use super::Mode;
use crate::{
    error::Error,
    files,
    workspace::{self, Workspace},
};

#[derive(Debug, Default)]
pub(super) struct Profile {
    codegen_units_are_set: bool,
    lto: Option<&'static str>,
}

impl Profile {
    /// Reads `[profile.release]` of the workspace's Cargo.toml, and the environment that cargo puts above it.
    pub(super) fn load(root: &Utf8Path) -> Result<Self, Error> {
        let manifest: Table = toml::from_str(&files::read(&root.join("Cargo.toml"))?).unwrap_or_default();
        let release = manifest.get("profile").and_then(|profile| profile.get("release"));
        let from_env = |key: &str| std::env::var(format!("CARGO_PROFILE_RELEASE_{key}")).ok();
        let lto = from_env("LTO").or_else(|| {
            let lto = release?.get("lto")?;
            lto.as_str().map(str::to_owned).or_else(|| lto.as_bool().map(|lto| lto.to_string()))
        });
        Ok(Self {
            codegen_units_are_set: from_env("CODEGEN_UNITS").is_some()
                || release.is_some_and(|release| release.get("codegen-units").is_some()),
            lto: match lto.as_deref() {
                Some("true" | "fat") => Some("fat"),
                Some("thin") => Some("thin"),
                _ => None,
            },
        })
    }

    /// The link-time optimisation that rustc is asked for when something is linked: for artifacts, the user's.
    pub(super) fn lto(&self, mode: Mode) -> Option<&'static str> {
        self.lto.filter(|_| mode == Mode::Artifacts)
    }

    /// What cargo is told besides, as `--config` takes it.
    pub(super) fn arguments(&self, mode: Mode, workspace: &Workspace) -> Vec<String> {
        let mut settings = Vec::new();
        if !self.codegen_units_are_set {
            settings.push("profile.release.codegen-units=1".to_owned());
        }
        if mode == Mode::Registry {
            // The user's own code and the runtime are compiled for the registry alone, and linked for their constants,
            // so nothing is gained by optimising them. All other dependencies are shared with the artifacts, except
            // where those are optimised at link time.
            if self.lto.is_some() {
                settings.push("profile.release.lto=false".to_owned());
            }
            let linked = workspace.linked.iter().map(|package| package.name.as_str());
            settings.extend(
                linked
                    .chain([workspace::RUNTIME])
                    .map(|package| format!("profile.release.package.\"{package}\".opt-level=0")),
            );
        }
        settings.into_iter().flat_map(|setting| ["--config".to_owned(), setting]).collect()
    }
}
