//! cargo-lambda with zig: how to find it, build with it, and serve with it.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::project::Project;
use crate::step::{Failed, Step};

/// Both Python packages, in the versions for which figures are published.
const PACKAGES: [&str; 2] = ["cargo-lambda==1.9.2", "ziglang==0.17.1"];

#[derive(Debug)]
pub(super) struct Peer {
    program: PathBuf,
    /// The `bin` folder of a Python environment, in which it finds zig.
    environment: Option<PathBuf>,
}

/// The installed one: from an earlier `--peer`, otherwise on `PATH`.
pub(super) fn installed(folder: &Path) -> Option<Peer> {
    let own = in_environment(folder);
    let on_path = Peer { program: "cargo-lambda".into(), environment: None };
    [own, on_path].into_iter().find(|peer| peer.version().is_some())
}

/// Installs it into a Python environment in `folder`, unless it is there.
pub(super) fn install(folder: &Path) -> Result<Peer, Failed> {
    let peer = in_environment(folder);
    if peer.version().is_none() {
        let venv = folder.join("venv");
        Step::new("python3").arguments(["-m", "venv", "--clear"]).arguments([&venv]).run()?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        Step::new(venv.join("bin/python")).arguments(pip).arguments(PACKAGES).run()?;
    }
    Ok(peer)
}

fn in_environment(folder: &Path) -> Peer {
    let environment = folder.join("venv/bin");
    Peer { program: environment.join("cargo-lambda"), environment: Some(environment) }
}

impl Peer {
    /// The command that builds and zips all functions of the package.
    pub(super) fn build(&self, project: &Project) -> Command {
        let mut command = self.command();
        // Without this flag it calls rustup, which may install things.
        command.args(["lambda", "build", "--release", "--output-format", "zip", "--skip-target-check"]);
        command.current_dir(&project.folder);
        command.env("CARGO_TARGET_DIR", project.folder.join("target"));
        command
    }

    /// The command that builds all functions of the package for this machine, and serves them on a loopback
    /// port. It does not rebuild them when files change.
    pub(super) fn watch(&self, project: &Project, port: u16, processes: usize) -> Command {
        let mut command = self.command();
        command.args(["lambda", "watch", "--release", "--ignore-changes", "--quiet"]);
        command.args(["--invoke-address", "127.0.0.1", "--invoke-port", &port.to_string()]);
        command.args(["--concurrency", &processes.to_string()]);
        command.current_dir(&project.folder);
        command.env("CARGO_TARGET_DIR", project.folder.join("target"));
        command
    }

    /// `cargo-lambda 1.9.2`, if it runs.
    pub(super) fn version(&self) -> Option<String> {
        let output = self.command().args(["lambda", "--version"]).stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
        text.lines().next().map(|line| line.trim().to_owned())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(environment) = &self.environment {
            let path = env::var_os("PATH").unwrap_or_default();
            let folders = [environment.clone()].into_iter().chain(env::split_paths(&path));
            command.env("PATH", env::join_paths(folders).unwrap_or(path));
        }
        command
    }
}
