//! What artifacts are built for and with which tools, by names that are the same in `routegen.toml`, on the
//! command line, in output and in the Terraform. These are plain values; the stages decide what they mean.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// The architecture of a function, with Lambda's names.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ValueEnum)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Architecture {
    #[serde(rename = "x86_64")]
    #[value(name = "x86_64")]
    X86_64,
    #[serde(rename = "arm64")]
    Arm64,
}

/// The compiler of the artifacts, with cargo-lambda's names.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ValueEnum)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Compiler {
    /// cargo with the system's linker, or with a cross linker for the other architecture
    Cargo,
    /// cargo with zig as the linker, which targets glibc 2.34 on any machine
    CargoZigbuild,
    /// Not supported, because its containers run only cargo
    Cross,
}

/// How functions are linked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ValueEnum)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Linking {
    /// cargo builds the library, and rustc links each function to it
    #[default]
    Direct,
    /// cargo builds each function as a program of the package: slower, but with everything that cargo does for a program
    Cargo,
}

impl Architecture {
    /// The architecture of this machine.
    pub(crate) const HOST: Self = if cfg!(target_arch = "aarch64") { Self::Arm64 } else { Self::X86_64 };

    /// Whether a machine can run artifacts of this architecture, by its names in [`std::env::consts`].
    pub(crate) fn runs_on(self, os: &str, arch: &str) -> bool {
        let own = match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "aarch64",
        };
        os == "linux" && arch == own
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_run_on_linux_of_their_architecture_only() {
        use Architecture::{Arm64, X86_64};
        for (os, arch, runs) in [
            ("linux", "x86_64", [true, false]),
            ("linux", "aarch64", [false, true]),
            ("macos", "x86_64", [false, false]),
            ("macos", "aarch64", [false, false]),
            ("windows", "x86_64", [false, false]),
        ] {
            assert_eq!([X86_64, Arm64].map(|artifact| artifact.runs_on(os, arch)), runs, "{os} {arch}");
        }
    }
}
