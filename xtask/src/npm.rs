//! npm packages, installed from a lock file in `xtask/`, with a hash for each: the programs that generate and
//! compile OpenAPI clients, and the viewer for OpenAPI documents.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    environment::repository,
    step::{Failed, Step},
};

/// The folder `node_modules` in `folder`, with the packages that a folder of `xtask/` locks; it is created if
/// necessary. No install scripts of packages are run.
pub(crate) fn modules(folder: &Path, source: &str) -> Result<PathBuf, Failed> {
    let source = repository().join("xtask").join(source);
    // A copy of the lock file, written last, marks a complete installation and its contents.
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
