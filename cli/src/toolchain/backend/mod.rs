//! Builds the artifacts: the choice of a way, and a file for each way that is more than cargo itself.
//!
//! In: the architecture, and the user's choice. Out: a [`Backend`] that is ready to use, or everything that
//! is missing, with the commands that install it. Nothing is installed here.

mod cross_linker;
mod missing;
mod triple;
mod zigbuild;

use std::{fmt, process::Command};

pub(super) use self::missing::Missing;
use self::triple::{triple, variable};
use crate::{
    project::{
        target::{Architecture, Compiler},
        workspace::Workspace,
    },
    toolchain::Error,
};

/// Compiles the user's libraries for a target, and determines how to link to them.
#[derive(Clone, Debug)]
pub(crate) enum Backend {
    /// Cargo for this machine, whatever `build.target` says. The registry is always built this way.
    Native,
    /// Cargo for another architecture, with a linker for it.
    Cargo {
        architecture: Architecture,
        /// The linker; `None` if the user's configuration sets one.
        linker: Option<String>,
    },
    /// cargo-zigbuild, which makes cargo link with zig, for Lambda's glibc.
    Zigbuild { architecture: Architecture },
}

impl Backend {
    /// The way to build for `architecture` on this machine. Unless the user chooses a compiler, that is cargo
    /// for this machine's own architecture on Linux, otherwise cargo-zigbuild if it is ready, because it
    /// links for the right glibc, otherwise cargo with a linker for the other architecture.
    pub(crate) fn find(
        workspace: &Workspace,
        architecture: Architecture,
        compiler: Option<Compiler>,
    ) -> Result<Self, Error> {
        let is_native = cfg!(target_os = "linux") && architecture == Architecture::HOST;
        let by_cargo =
            || cross_linker::find(workspace, architecture).map(|linker| Self::Cargo { architecture, linker });
        let by_zig = || zigbuild::find(workspace, architecture).map(|()| Self::Zigbuild { architecture });
        let fail = |missing, instead| {
            Err(Error::CannotBuild { architecture: architecture.as_str(), missing, instead })
        };
        match compiler {
            None | Some(Compiler::Cargo) if is_native => Ok(Self::Native),
            Some(Compiler::Cargo) => by_cargo().or_else(|missing| fail(missing, vec![])),
            Some(Compiler::CargoZigbuild) => by_zig().or_else(|missing| fail(missing, vec![])),
            Some(Compiler::Cross) => Err(Error::Cross),
            None => by_zig().or_else(|missing| {
                by_cargo().or_else(|lacks| {
                    let (by_both, mut instead): (Vec<_>, Vec<_>) =
                        lacks.into_iter().partition(|what| missing.contains(what));
                    // If cargo-zigbuild itself is installed, suggest no alternative.
                    if by_both.len() == missing.len() {
                        instead.clear();
                    }
                    fail(missing, instead)
                })
            }),
        }
    }

    /// The folder in cargo's target directory. With two linkers in one folder, cargo would recompile
    /// everything at each switch between them, because the linker is part of its fingerprint.
    pub(super) fn folder(&self) -> &'static str {
        match self {
            Self::Native | Self::Cargo { .. } => "cargo",
            Self::Zigbuild { .. } => "cargo-zigbuild",
        }
    }

    /// `cargo build` for the target.
    pub(super) fn build(&self, workspace: &Workspace) -> Command {
        match self {
            Self::Zigbuild { architecture } => {
                zigbuild::build(workspace, *architecture, subcommand(workspace, "zigbuild"))
            }
            Self::Native | Self::Cargo { .. } => self.cargo(subcommand(workspace, "build"), workspace),
        }
    }

    /// `cargo clean` for the target.
    pub(super) fn clean(&self, workspace: &Workspace) -> Command {
        self.cargo("clean", workspace)
    }

    fn cargo(&self, subcommand: &str, workspace: &Workspace) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let target = match self {
            // Cargo's own name for this machine. It overrides `build.target` and `CARGO_BUILD_TARGET`.
            Self::Native => "host-tuple",
            Self::Cargo { architecture, .. } | Self::Zigbuild { architecture } => triple(*architecture),
        };
        command.args([subcommand, "--target", target, "--manifest-path", workspace.manifest().as_str()]);
        if let Self::Cargo { architecture, linker: Some(linker) } = self {
            command.env(variable(*architecture, "LINKER"), linker);
        }
        command
    }
}

/// The subcommand that builds: if the library has other crate types too, `cargo rustc`, which can leave them
/// out.
fn subcommand<'a>(workspace: &Workspace, build: &'a str) -> &'a str {
    if workspace.is_more_than_a_library { "rustc" } else { build }
}

/// `arm64 with cargo-zigbuild`.
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native => f.write_str(Architecture::HOST.as_str()),
            Self::Cargo { architecture, linker: None } => write!(f, "{} with cargo", architecture.as_str()),
            Self::Cargo { architecture, linker: Some(linker) } => {
                write!(f, "{} with cargo and {linker}", architecture.as_str())
            }
            Self::Zigbuild { architecture } => write!(f, "{} with cargo-zigbuild", architecture.as_str()),
        }
    }
}
