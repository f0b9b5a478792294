//! What all tests use: the command, the packaged example, and projects in temporary folders.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

/// The root of this repository.
pub(crate) fn repository() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The target directory that contains this test binary.
pub(crate) fn target() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// An empty folder of this name, inside the target directory.
pub(crate) fn scratch(name: &str) -> Utf8PathBuf {
    let folder = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The optimisation of artifacts and their dependencies. Nearly all tests are about contents and responses,
/// not speed, and AWS's SDK alone takes minutes to optimise. The other tests remove the variable.
pub(crate) const OPTIMISATION: &str = "CARGO_PROFILE_RELEASE_OPT_LEVEL";

/// Makes a command build with the tests' target directory and without optimisation. The other settings are those
/// of this repository, so that projects in and outside of it share their dependencies.
pub(crate) fn share_dependencies(command: &mut Command) -> &mut Command {
    command.env("CARGO_TARGET_DIR", target()).env(OPTIMISATION, "0").env("CARGO_PROFILE_RELEASE_LTO", "off");
    command.env("CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_CODEGEN_UNITS", "1")
}

/// The command, in an environment that does not depend on the user who runs the tests.
pub(crate) fn routegen(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_routegen"));
    command.args(args).current_dir(repository());
    share_dependencies(&mut command).env("CARGO_TERM_COLOR", "never");
    let of_the_user = ["NO_COLOR", "CLICOLOR_FORCE", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"];
    for variable in of_the_user.into_iter().chain(["AWS_REGION", "AWS_DEFAULT_REGION"]) {
        command.env_remove(variable);
    }
    command
}

/// Runs a command that must succeed, and returns its stdout.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}{}", stdout(&output), stderr(&output));
    stdout(&output)
}

/// Runs a command that must fail, and returns its stderr.
#[track_caller]
pub(crate) fn fail(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{command:?}\n{}{}", stdout(&output), stderr(&output));
    stderr(&output)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The example, packaged.
pub(crate) struct Items {
    /// The folder with the zips.
    pub(crate) artifacts: Utf8PathBuf,
    /// The folder with the root `main.tf` and the module in `routegen/`. Tests copy it before they run
    /// Terraform.
    pub(crate) terraform: Utf8PathBuf,
    /// What `routegen package --format json` printed.
    pub(crate) summary: Value,
}

/// `examples/items`, packaged once for all tests.
pub(crate) fn items() -> &'static Items {
    static ITEMS: LazyLock<Items> = LazyLock::new(|| {
        let folder = scratch("items");
        let (artifacts, terraform) = (folder.join("lambda"), folder.join("terraform"));
        let args = [
            "package",
            "-p",
            "items",
            "--format",
            "json",
            "--out",
            artifacts.as_str(),
            "--tf-out",
            terraform.as_str(),
        ];
        let summary = serde_json::from_str(&succeed(&mut routegen(&args))).unwrap();
        Items { artifacts, terraform, summary }
    });
    &ITEMS
}

/// Copies the contents of a folder into another one.
pub(crate) fn copy(from: &Utf8Path, to: &Utf8Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The executable of a zip, unpacked into `folder`.
pub(crate) fn unpack(zip: &Utf8Path, folder: &Utf8Path) -> Utf8PathBuf {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
    let mut bytes = Vec::new();
    archive.by_name("bootstrap").unwrap().read_to_end(&mut bytes).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join("bootstrap");
    executable(&path, &bytes);
    path
}

/// Writes an executable file that can be run at once.
///
/// Another process writes it: if this one did, a child that another test's thread starts at the same time
/// would briefly hold the open file, and Linux does not run a file that is open for writing ("Text file
/// busy").
pub(crate) fn executable(path: &Utf8Path, bytes: &[u8]) {
    let mut install = Command::new("install");
    install.args(["-m", "755", "/dev/stdin", path.as_str()]).stdin(Stdio::piped());
    let mut process = install.spawn().unwrap();
    process.stdin.take().unwrap().write_all(bytes).unwrap();
    assert!(process.wait().unwrap().success());
}

/// A user's package in its own folder, with this repository's lock file, so that no dependencies are
/// resolved.
pub(crate) struct Project {
    pub(crate) root: Utf8PathBuf,
}

impl Project {
    /// A package with this name and `lib` as its `src/lib.rs`. Names must be unique among tests, because
    /// build output is kept by name. The runtime has the feature `lambda_http` only if the library uses it,
    /// because its dependencies take long to compile.
    pub(crate) fn new(name: &str, lib: &str) -> Self {
        let project = Self { root: scratch(name) };
        let runtime = repository().join("runtime");
        let default = if lib.contains("lambda_http") { "true" } else { "false" };
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\nroutegen = {{ path = \"{runtime}\", default-features = {default} }}\n\n[workspace]\n"
            ),
        );
        project.write("src/lib.rs", lib);
        std::fs::copy(repository().join("Cargo.lock"), project.root.join("Cargo.lock")).unwrap();
        project
    }

    /// The text of its Cargo.toml.
    pub(crate) fn manifest(&self) -> String {
        std::fs::read_to_string(self.root.join("Cargo.toml")).unwrap()
    }

    /// The line of its Cargo.toml that makes it depend on the runtime.
    pub(crate) fn dependency_on_runtime(&self) -> String {
        let manifest = self.manifest();
        manifest.lines().find(|line| line.starts_with("routegen = ")).unwrap().to_owned()
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The command, in the project's folder.
    pub(crate) fn routegen(&self, args: &[&str]) -> Command {
        let mut command = routegen(args);
        command.current_dir(&self.root);
        command
    }
}

/// The error of a failing command, without cargo's own lines.
pub(crate) fn complaint(project: &Project, args: &[&str]) -> String {
    let stderr = fail(&mut project.routegen(args));
    let of_cargo = |line: &&str| {
        [
            "Waiting ",
            "Reading ",
            "Building ",
            "Linked ",
            "Checked ",
            "Compiling ",
            "Finished ",
            "Blocking ",
            "Downloaded ",
            "Downloading ",
            "Updating ",
            "Locking ",
            "Adding ",
        ]
        .iter()
        .any(|verb| line.trim_start().starts_with(verb))
    };
    let lines: Vec<_> = stderr.lines().filter(|line| !of_cargo(line)).collect();
    lines.join("\n")
}
