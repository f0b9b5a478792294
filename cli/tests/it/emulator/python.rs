//! The Python environments with the emulators, checkov and validators for OpenAPI, which `cargo xtask test`
//! creates and passes in variables.

use std::{
    process::{Command, Stdio},
    sync::LazyLock,
};

use camino::{Utf8Path, Utf8PathBuf};

use crate::{requirement::or_skip, terraform::process::watched};

/// The variables with the interpreters. There are several because checkov and moto require different versions
/// of a third package, and so may others.
const EMULATORS: &str = "ROUTEGEN_TEST_PYTHON";
const CHECKOV: &str = "ROUTEGEN_TEST_CHECKOV";
const OPENAPI: &str = "ROUTEGEN_TEST_OPENAPI";

/// Fails unless everything that the tests use is installed, without importing it.
const PROBE: &str = "import importlib.util, sys
sys.exit(', '.join(name for name in sys.argv[1:] if not importlib.util.find_spec(name)) or None)";

/// An interpreter with the required packages.
pub(crate) struct Python(Utf8PathBuf);

/// The interpreter, if it has the emulators.
pub(crate) fn python() -> Option<&'static Python> {
    static FOUND: LazyLock<Result<Python, String>> =
        LazyLock::new(|| Python::with(EMULATORS, &["moto", "ministack", "cryptography", "awslambdaric"]));
    or_skip(&FOUND)
}

/// The interpreter, if it has CycloneDX's schema.
pub(crate) fn sbom_validator() -> Option<&'static Python> {
    static FOUND: LazyLock<Result<Python, String>> =
        LazyLock::new(|| Python::with(EMULATORS, &["cyclonedx", "jsonschema"]));
    or_skip(&FOUND)
}

/// The interpreter, if it can validate JSON against a schema.
pub(crate) fn json_schema() -> Option<&'static Python> {
    static FOUND: LazyLock<Result<Python, String>> =
        LazyLock::new(|| Python::with(EMULATORS, &["jsonschema"]));
    or_skip(&FOUND)
}

/// The interpreter, if it has checkov.
pub(crate) fn checkov() -> Option<&'static Python> {
    static FOUND: LazyLock<Result<Python, String>> = LazyLock::new(|| Python::with(CHECKOV, &["checkov"]));
    or_skip(&FOUND)
}

/// The interpreter, if it has the OpenAPI validators.
pub(crate) fn openapi() -> Option<&'static Python> {
    static FOUND: LazyLock<Result<Python, String>> =
        LazyLock::new(|| Python::with(OPENAPI, &["openapi_spec_validator", "schemathesis"]));
    or_skip(&FOUND)
}

impl Python {
    fn with(variable: &str, modules: &[&str]) -> Result<Self, String> {
        let path = std::env::var(variable).map_err(|_| {
            let modules = modules.join(", ");
            format!("{variable} names no Python with {modules}; `cargo xtask test` makes one and names it")
        })?;
        let probe = Command::new(&path).args(["-c", PROBE]).args(modules).output();
        let probe = probe.map_err(|error| format!("{path} cannot be run ({error})"))?;
        if probe.status.success() {
            return Ok(Self(path.into()));
        }
        Err(format!("{path} lacks {}", String::from_utf8_lossy(&probe.stderr).trim()))
    }

    /// The interpreter.
    pub(crate) fn path(&self) -> &Utf8Path {
        &self.0
    }

    /// A command that runs a module as a server, in `folder` and without the caller's variables.
    pub(super) fn server(&self, module: &str, folder: &Utf8Path) -> Command {
        let mut command = watched(&self.0);
        command.args(["-m", module]).current_dir(folder).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", folder).env("TMPDIR", folder);
        command
    }

    /// A command that runs a script as a server, in the same way.
    pub(super) fn server_script(&self, script: &Utf8Path, arguments: &[&str], folder: &Utf8Path) -> Command {
        let mut command = watched(&self.0);
        command.arg(script).args(arguments).current_dir(folder).env_clear();
        // Imports of neighbouring files leave no bytecode there.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    /// The output of running a module in `folder`, whatever its exit status.
    pub(crate) fn module(&self, module: &str, arguments: &[&str], folder: &Utf8Path) -> String {
        let mut command = Command::new(&self.0);
        command.args(["-m", module]).args(arguments).current_dir(folder).stderr(Stdio::inherit());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }

    /// The output of a script.
    pub(crate) fn run(&self, script: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.0);
        let output = command.arg("-c").arg(script).args(arguments).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }
}
