//! Packages of npm, installed as a lock file in `xtask/` has them, with the hash of each: the programs that make and compile clients of OpenAPI's
//! documents, and the viewer that shows one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    environment::repository,
    step::{Failed, Step},
};

/// The folder `node_modules` in `folder` with what a folder of `xtask/` locks, which is made if need be. Nothing that a package brings is run
/// to install it.
pub(crate) fn modules(folder: &Path, source: &str) -> Result<PathBuf, Failed> {
    let source = repository().join("xtask").join(source);
    // A copy of the lock file, written last, says that it is complete and what with.
    let (wanted, installed) = (source.join("package-lock.json"), folder.join("installed.json"));
    let modules = folder.join("node_modules");
    let read = |path: &Path| fs::read(path).ok();
    if read(&installed).is_some_and(|text| Some(text) == read(&wanted)) {
        return Ok(modules);
    }
    if !runs("npm") || !runs("node") {
        return Err(Failed("There is no npm to run.".to_owned()));
    }
    let cannot = |error| Failed(format!("{} cannot be written: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(cannot)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), folder.join(file)).map_err(cannot)?;
    }
    let npm = Step::new("npm").arguments(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    npm.directory(folder).run()?;
    fs::copy(&wanted, &installed).map_err(cannot)?;
    Ok(modules)
}

fn runs(program: &str) -> bool {
    let mut version = Command::new(program);
    version.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}
