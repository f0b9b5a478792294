//! Cargo for another architecture, which requires its standard library and a linker for it.
//!
//! The linker is set in the user's configuration, or has a usual name on `PATH`. rustc's own default would be
//! this machine's `cc`, which cannot link for another architecture.

use toml::{Table, Value};

use super::{
    missing::{self, Missing, runs},
    triple::{triple, variable},
};
use crate::{
    project::{target::Architecture, workspace::Workspace},
    toolchain::configuration::{self, ConfigurationFile},
};

/// The linker, unless the user's configuration sets one; or what is missing.
pub(super) fn find(
    workspace: &Workspace,
    architecture: Architecture,
) -> Result<Option<String>, Vec<Missing>> {
    let mut missing: Vec<_> = missing::std(workspace, triple(architecture)).into_iter().collect();
    let mut linker = None;
    if !is_configured(architecture) {
        linker = names(architecture).into_iter().find(|name| runs(name, &["--version"]));
        if linker.is_none() {
            missing.push(Missing {
                what: format!("a linker for {}", triple(architecture)),
                command: install(architecture),
            });
        }
    }
    if missing.is_empty() { Ok(linker) } else { Err(missing) }
}

/// The names that distributions give to gcc for this architecture.
fn names(architecture: Architecture) -> [String; 2] {
    let machine = machine(architecture);
    [format!("{machine}-linux-gnu-gcc"), format!("{machine}-unknown-linux-gnu-gcc")]
}

fn install(architecture: Architecture) -> String {
    let machine = machine(architecture);
    if cfg!(target_os = "macos") {
        format!("brew install messense/macos-cross-toolchains/{machine}-unknown-linux-gnu")
    } else {
        format!("apt-get install gcc-{}-linux-gnu", machine.replace('_', "-"))
    }
}

fn machine(architecture: Architecture) -> &'static str {
    triple(architecture).split('-').next().unwrap_or_default()
}

/// Whether the user has set a linker, for cargo or for rustc.
fn is_configured(architecture: Architecture) -> bool {
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    let flags = [
        "RUSTFLAGS".to_owned(),
        "CARGO_ENCODED_RUSTFLAGS".to_owned(),
        "CARGO_BUILD_RUSTFLAGS".to_owned(),
        variable(architecture, "RUSTFLAGS"),
    ];
    !set(&variable(architecture, "LINKER")).is_empty()
        || flags.iter().any(|flags| names_linker(&set(flags)))
        || cargo_config().iter().any(|file| says_linker(&file.content, triple(architecture)))
}

/// The configuration files that cargo reads. Cargo itself reports those that cannot be read.
fn cargo_config() -> Vec<ConfigurationFile> {
    configuration::here().and_then(|here| configuration::load(&here)).unwrap_or_default()
}

fn says_linker(config: &Table, triple: &str) -> bool {
    let target = config.get("target").and_then(|targets| targets.get(triple));
    let flags = [target, config.get("build")].into_iter().filter_map(|table| table?.get("rustflags"));
    target.is_some_and(|target| target.get("linker").is_some())
        || flags.into_iter().any(|flags| match flags {
            Value::String(flags) => names_linker(flags),
            Value::Array(flags) => flags.iter().filter_map(Value::as_str).any(names_linker),
            _ => false,
        })
}

/// Whether the rustc flags contain `-C linker=…`.
fn names_linker(flags: &str) -> bool {
    flags.contains("linker=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linker_is_named_to_cargo_or_to_rustc() {
        let triple = "aarch64-unknown-linux-gnu";
        let says = |text: &str| says_linker(&toml::from_str(text).unwrap(), triple);
        assert!(says("[target.aarch64-unknown-linux-gnu]\nlinker = \"x\"\n"));
        assert!(says("[target.aarch64-unknown-linux-gnu]\nrustflags = [\"-C\", \"linker=x\"]\n"));
        assert!(says("[build]\nrustflags = \"-Copt-level=1 -Clinker=x\"\n"));
        assert!(!says("[target.x86_64-unknown-linux-gnu]\nlinker = \"x\"\n"));
        assert!(!says("[build]\nrustflags = [\"-Clinker-plugin-lto\", \"-Clinker-flavor=gcc\"]\n"));
        assert!(!says(""));
    }

    #[test]
    fn the_command_is_that_of_the_distribution() {
        assert_eq!(machine(Architecture::Arm64), "aarch64");
        assert_eq!(names(Architecture::X86_64)[0], "x86_64-linux-gnu-gcc");
        #[cfg(target_os = "linux")]
        assert_eq!(install(Architecture::X86_64), "apt-get install gcc-x86-64-linux-gnu");
    }
}
