//! The command as `pip install` installs it: a wheel with both programs, which require nothing else from it.

use std::{env, process::Command};

use camino::Utf8Path;

use crate::{
    fixture::{items, repository, scratch, share_dependencies, succeed, target},
    requirement::or_skip,
};

/// The interpreter of `cargo xtask test`, if it has maturin.
fn python() -> Result<String, String> {
    let python = env::var("ROUTEGEN_TEST_PYTHON").map_err(|_| {
        "`cargo xtask test` makes the Python environment with maturin, and names it".to_owned()
    })?;
    let has_maturin = Command::new(&python)
        .args(["-m", "maturin", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if has_maturin { Ok(python) } else { Err(format!("{python} has no maturin")) }
}

/// Built without optimisation, from what the tests have already compiled.
#[test]
fn what_pip_installs_packages_the_example() {
    let python = python();
    let Some(python) = or_skip(&python) else { return };
    let (folder, packaged) = (scratch("wheel"), items());
    let wheels = folder.join("wheels");
    let mut build = Command::new(python);
    build.args([
        "-m",
        "maturin",
        "build",
        "--profile",
        "dev",
        "--compatibility",
        "linux",
        "--out",
        wheels.as_str(),
    ]);
    build.current_dir(repository()).env("CARGO_BUILD_BUILD_DIR", target());
    // The programs that other tests run are not replaced.
    succeed(build.env("CARGO_TARGET_DIR", folder.join("target")));
    let files: Vec<_> = wheels.read_dir_utf8().unwrap().map(|file| file.unwrap().into_path()).collect();
    let [wheel] = files.as_slice() else { panic!("{files:?}") };

    let venv = folder.join("venv");
    succeed(Command::new(python).args(["-m", "venv", "--without-pip", venv.as_str()]));
    let mut install = Command::new(python);
    install.args(["-m", "pip", "--python", venv.join("bin/python").as_str(), "install", "--quiet"]);
    succeed(install.args(["--no-index", "--disable-pip-version-check", wheel.as_str()]));

    let out = folder.join("lambda");
    let terraform = folder.join("terraform");
    let installed = |program: &str| {
        let mut command = Command::new(venv.join("bin").join(program));
        share_dependencies(command.current_dir(repository()));
        command
    };
    let mut package = installed("routegen");
    package.args(["package", "-p", "items", "--out", out.as_str(), "--tf-out", terraform.as_str()]);
    succeed(&mut package);
    let module = |folder: &Utf8Path| std::fs::read_to_string(folder.join("routegen/locals.tf")).unwrap();
    let names = |text: String| text.replace("/items/", "/").replace("/wheel/", "/");
    assert_eq!(names(module(&terraform)), names(module(&packaged.terraform)));
    for file in ["get-items.zip", "create-item.zip"] {
        assert!(out.join(file).exists() || out.join(file.trim_end_matches(".zip")).exists(), "{file}");
    }
    let version = succeed(installed("cargo-routegen").args(["routegen", "--version"]));
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
}
