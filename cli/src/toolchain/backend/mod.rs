//! What builds the artifacts: the choice, and a file for each way that is more than cargo itself.
//!
//! In: the architecture, and what the user asks for. Out: a [`Backend`] of which all parts are there, or everything that
//! is missing, each with the command that brings it. Nothing is ever installed here.

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

/// What compiles the user's libraries for a target, and says how to link to them.
#[derive(Clone, Debug)]
pub(crate) enum Backend {
    /// cargo for the machine that it runs on, whatever `build.target` says. The registry is always built so.
    Native,
    /// cargo for another machine, with a linker for it.
    Cargo {
        architecture: Architecture,
        /// The linker; none where the user's configuration names one.
        linker: Option<String>,
    },
    /// cargo-zigbuild, which has cargo link with zig, for the glibc that Lambda has.
    Zigbuild { architecture: Architecture },
}

impl Backend {
    /// The way to build for `architecture` with what is on this machine. Without a word about the compiler that is cargo
    /// for this machine's own architecture on Linux, else cargo-zigbuild if it is ready, because it links for the right
    /// glibc, else cargo with a linker for the other architecture.
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
                    // Where cargo-zigbuild itself is installed, nothing is needed instead.
                    if by_both.len() == missing.len() {
                        instead.clear();
                    }
                    fail(missing, instead)
                })
            }),
        }
    }

    /// The folder of cargo's target directory. Two linkers in one folder would have cargo compile everything anew at
    /// each change between them, for the linker is a part of what cargo goes by.
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
            // cargo's own word for it. It stands above `build.target` and `CARGO_BUILD_TARGET`.
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

/// cargo's command that builds: the one that can leave out what else the library is, where it is more.
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
