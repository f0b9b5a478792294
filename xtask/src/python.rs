//! Python environments: one with the AWS emulators, awslambdaric and cargo-zigbuild, one with checkov. Each
//! is created once, and again when its requirements change.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    environment::repository,
    step::{Failed, Step},
};

/// The interpreter of the environment in `folder`, with the packages that a file of `xtask/` requires; it is
/// created if necessary.
pub(crate) fn environment(folder: &Path, requirements: &str) -> Result<PathBuf, Failed> {
    let requirements = repository().join("xtask").join(requirements);
    // A copy of the requirements in the environment, written last, marks a complete installation and its
    // contents.
    let installed = folder.join("requirements.txt");
    let python = folder.join("bin/python");
    let read = |path: &Path| fs::read(path).ok();
    if read(&installed).is_some_and(|text| Some(text) == read(&requirements)) && runs(&python) {
        return Ok(python);
    }
    if !runs(Path::new("python3")) {
        return Err(Failed("There is no python3 to run.".to_owned()));
    }
    Step::new("python3").arguments(["-m", "venv", "--clear"]).arguments([folder]).run()?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--requirement",
    ];
    Step::new(&python).arguments(pip).arguments([&requirements]).run()?;
    fs::copy(&requirements, &installed)
        .map_err(|error| Failed(format!("{} cannot be written: {error}", installed.display())))?;
    Ok(python)
}

/// Whether the interpreter works. An environment's interpreter disappears with the system's.
fn runs(python: &Path) -> bool {
    let mut version = Command::new(python);
    version.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}
