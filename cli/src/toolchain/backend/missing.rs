//! What this machine lacks for a way of building, with the command that installs it.

use std::{
    fmt,
    process::{Command, Stdio},
};

use crate::project::workspace::Workspace;

/// Something that is missing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Missing {
    pub(super) what: String,
    /// The command that installs it.
    pub(super) command: String,
}

/// One line of a message.
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`", self.what, self.command)
    }
}

/// The standard library for the target `triple`, if the package's toolchain does not have it.
pub(super) fn std(workspace: &Workspace, triple: &str) -> Option<Missing> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.args(["--print", "target-libdir", "--target", triple]).current_dir(&workspace.package_root);
    let folder = command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success());
    let folder = folder.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    let is_std = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("libstd-");
    let is_there =
        std::fs::read_dir(folder.trim()).is_ok_and(|mut files| files.any(|file| file.is_ok_and(is_std)));
    (!is_there).then(|| Missing {
        what: format!("Rust's standard library for {triple}"),
        command: format!("rustup target add {triple}"),
    })
}

/// Whether a program exists and runs.
pub(super) fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
