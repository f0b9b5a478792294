//! What artifacts are built for and with which tools: the choice, the commands, and the errors if something
//! is missing.
//!
//! These tests install nothing for another architecture. The programs that would build for it are scripts
//! that record how they are called; linking with zig is really tested, for this machine's architecture.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use camino::Utf8PathBuf;

use crate::{
    fixture::{Project, executable, fail, repository, routegen, scratch, succeed, unpack},
    requirement::or_skip,
    runtime_api::answer,
};

const LIB: &str =
    "#[routegen::route(GET, \"/\", auth = \"none\")]\nasync fn root() -> String { \"here\".to_owned() }\n";

/// The architecture that this machine does not have: Lambda's name, and Rust's target triple.
const OTHER: (&str, &str) = if cfg!(target_arch = "aarch64") {
    ("x86_64", "x86_64-unknown-linux-gnu")
} else {
    ("arm64", "aarch64-unknown-linux-gnu")
};

/// Scripts in place of the programs that build for another architecture.
struct Programs {
    folder: Utf8PathBuf,
    cargo: Utf8PathBuf,
}

impl Programs {
    /// A rustc that has the standard library of every target if `has_std`, otherwise of none, and no program
    /// that links.
    fn new(name: &str, has_std: bool) -> Self {
        let folder = scratch(name);
        let programs = Self { cargo: folder.join("cargo"), folder };
        let machine = OTHER.1.split('-').next().unwrap();
        for name in ["cargo-zigbuild", "zig", "python3"] {
            programs.add(name, "exit 1");
        }
        for vendor in ["", "-unknown"] {
            programs.add(&format!("{machine}{vendor}-linux-gnu-gcc"), "exit 1");
        }
        let std = programs.folder.join("std");
        if has_std {
            std::fs::create_dir(&std).unwrap();
            std::fs::write(std.join("libstd-0.rlib"), "").unwrap();
        }
        let rustc = on_path("rustc").unwrap();
        let rustc = format!(
            "case \"$*\" in *target-libdir*) echo '{std}';; *) exec {} \"$@\";; esac",
            rustc.display()
        );
        programs.add("rustc", &rustc);
        let cargo = std::env::var("CARGO").unwrap();
        programs.add("cargo", &programs.noting("--target *-linux-gnu ", &format!("exec {cargo} \"$@\"")));
        programs
    }

    /// Puts a script in place of a program.
    fn add(&self, name: &str, script: &str) {
        executable(&self.folder.join(name), format!("#!/bin/sh\n{script}\n").as_bytes());
    }

    /// A script that records its arguments and cargo's variables, and fails, if its arguments contain
    /// `pattern`.
    fn noting(&self, pattern: &str, otherwise: &str) -> String {
        let notes = self.folder.join("notes");
        let note = format!("{{ echo \"$0 $*\"; env | grep ^CARGO_TARGET_; }} >'{notes}'");
        let pattern = pattern.replace(' ', "\\ ");
        format!("case \"$*\" in *{pattern}*) {note}; exit 1;; *) {otherwise};; esac")
    }

    /// How the build program was called.
    fn notes(&self) -> String {
        std::fs::read_to_string(self.folder.join("notes")).unwrap().replace(&format!("{}/", self.folder), "")
    }

    /// The error of a build that fails.
    fn refusal(&self, project: &Project, arguments: &[&str]) -> String {
        let mut command = project.routegen(&["build", "--out", "lambda"]);
        let path = [self.folder.as_str().into()].into_iter().chain(path());
        command.args(arguments).env("PATH", std::env::join_paths(path).unwrap());
        command.env("RUSTC", self.folder.join("rustc")).env("CARGO", &self.cargo);
        fail(&mut command)
    }
}

fn path() -> impl Iterator<Item = PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect::<Vec<_>>().into_iter()
}

fn on_path(program: &str) -> Option<PathBuf> {
    path().map(|folder| folder.join(program)).find(|path| path.exists())
}

#[test]
fn all_that_is_missing_for_another_architecture_is_listed_with_the_commands_that_bring_it() {
    let project = Project::new("missing", LIB);
    let (arch, triple) = OTHER;
    let std = format!("Rust's standard library for {triple}: `rustup target add {triple}`");
    let zigbuild = "cargo-zigbuild, which includes zig: `pip install cargo-zigbuild`";
    let zig = "zig, which cargo-zigbuild links with: `pip install ziglang`";
    let linker = format!("a linker for {triple}: `");
    let nothing = Programs::new("no-programs", false);
    let check = |programs: &Programs, arguments: &[&str], expected: &[&str]| {
        let error = programs.refusal(&project, &[&["--arch", arch], arguments].concat());
        assert!(
            error.contains("RG0037") && error.contains(&format!("cannot build artifacts for {arch}")),
            "{error}"
        );
        for line in [std.as_str(), zigbuild, zig, linker.as_str()] {
            assert_eq!(error.contains(line), expected.contains(&line), "{line} in {error}");
        }
        assert!(!error.contains("Reading"), "nothing is compiled before: {error}");
        error
    };
    let error = check(&nothing, &[], &[&std, zigbuild, &linker]);
    assert!(error.contains("or instead of cargo-zigbuild: a linker"), "{error}");
    check(&nothing, &["--compiler", "cargo-zigbuild"], &[&std, zigbuild]);
    check(&nothing, &["--compiler", "cargo"], &[&std, &linker]);
    nothing.add("cargo-zigbuild", "exit 0");
    nothing.add("python3", "exit 0");
    check(&nothing, &[], &[&std]);
    let with_std = Programs::new("std-alone", true);
    check(&with_std, &["--compiler", "cargo-zigbuild"], &[zigbuild]);
    with_std.add("cargo-zigbuild", "exit 0");
    check(&with_std, &["--compiler", "cargo-zigbuild"], &[zig]);
}

/// Cargo reads its configuration from the working directory up, wherever the package is.
#[test]
fn a_linker_is_one_that_cargo_finds_in_its_configuration() {
    let (arch, triple) = OTHER;
    let project = Project::new("linker-elsewhere", LIB);
    let programs = Programs::new("linker-elsewhere-programs", true);
    let elsewhere = scratch("linker-elsewhere-caller");
    let missing = |folder: &camino::Utf8Path| {
        let manifest = project.root.join("Cargo.toml");
        let args = [
            "build",
            "--manifest-path",
            manifest.as_str(),
            "--out",
            "lambda",
            "--arch",
            arch,
            "--compiler",
            "cargo",
        ];
        let path = [programs.folder.as_str().into()].into_iter().chain(path());
        let mut command = routegen(&args);
        command.current_dir(folder).env("PATH", std::env::join_paths(path).unwrap());
        fail(command.env("RUSTC", programs.folder.join("rustc")).env("CARGO", &programs.cargo))
            .contains("a linker for")
    };
    let linker = format!("[target.{triple}]\nlinker = \"a-linker\"\n");
    project.write(".cargo/config.toml", &linker);
    assert!(missing(&elsewhere), "the configuration beside the package is not cargo's here");
    assert!(!missing(&project.root));
    std::fs::create_dir(elsewhere.join(".cargo")).unwrap();
    std::fs::write(elsewhere.join(".cargo/config.toml"), "include = [\"more.toml\"]\n").unwrap();
    std::fs::write(elsewhere.join(".cargo/more.toml"), "").unwrap();
    assert!(missing(&elsewhere));
    std::fs::write(elsewhere.join(".cargo/more.toml"), linker).unwrap();
    assert!(!missing(&elsewhere));
}

#[test]
fn another_architecture_is_built_by_zigbuild_for_lambdas_glibc_if_it_is_there() {
    let (arch, triple) = OTHER;
    let programs = Programs::new("with-zigbuild", true);
    programs.add("cargo-zigbuild", &programs.noting("zigbuild --target", "exit 0"));
    programs.add("python3", "exit 0");
    // It is preferred to a linker for an arbitrary glibc.
    programs.add(&format!("{}-linux-gnu-gcc", triple.split('-').next().unwrap()), "exit 0");
    let project = Project::new("by-zigbuild", LIB);
    project.write("routegen.toml", &format!("arch = \"{arch}\"\n"));
    let talk = programs.refusal(&project, &[]);
    assert!(talk.contains(&format!("Building 1 function for {arch} with cargo-zigbuild")), "{talk}");
    let notes = programs.notes();
    assert!(
        notes.starts_with(&format!("cargo-zigbuild zigbuild --target {triple}.2.34 "))
            && notes.contains(" --lib ")
            && notes.contains(" --profile release "),
        "{notes}"
    );
    // In cargo's own folder, another linker would cause a full recompilation at every switch.
    assert!(notes.contains("/routegen/cargo-zigbuild "), "{notes}");
}

#[test]
fn another_architecture_is_built_by_cargo_with_a_linker_that_is_there_or_that_the_user_names() {
    let (arch, triple) = OTHER;
    let programs = Programs::new("with-linker", true);
    let gcc = format!("{}-linux-gnu-gcc", triple.split('-').next().unwrap());
    programs.add(&gcc, "exit 0");
    let project = Project::new("by-cargo", LIB);
    let variable = format!("CARGO_TARGET_{}_LINKER", triple.replace('-', "_").to_uppercase());
    let talk = programs.refusal(&project, &["--arch", arch]);
    assert!(talk.contains(&format!("Building 1 function for {arch} with cargo and {gcc}")), "{talk}");
    let notes = programs.notes();
    assert!(notes.starts_with(&format!("cargo build --target {triple} ")), "{notes}");
    assert!(notes.contains(&format!("\n{variable}={gcc}\n")), "{notes}");

    project.write(".cargo/config.toml", &format!("[target.{triple}]\nlinker = \"mine\"\n"));
    let talk = programs.refusal(&project, &["--arch", arch]);
    assert!(talk.contains(&format!("Building 1 function for {arch} with cargo\n")), "{talk}");
    assert!(!programs.notes().contains(&variable), "the user's own word stands: {}", programs.notes());
}

#[test]
fn cross_is_refused_with_the_reason_and_another_way() {
    let project = Project::new("by-cross", LIB);
    project.write("routegen.toml", "compiler = \"cross\"\n");
    let error = fail(&mut project.routegen(&["build"]));
    assert!(error.contains("RG0038") && error.contains("--compiler cargo-zigbuild"), "{error}");
    // Commands that require no compiler for Lambda still work.
    succeed(&mut project.routegen(&["check"]));
}

#[test]
fn the_target_of_the_users_configuration_changes_neither_the_registry_nor_the_artifacts() {
    let project = Project::new("own-target", LIB);
    let host = if OTHER.0 == "arm64" { "x86_64-unknown-linux-gnu" } else { "aarch64-unknown-linux-gnu" };
    for target in [host, OTHER.1, "thumbv6m-none-eabi"] {
        project.write(".cargo/config.toml", &format!("[build]\ntarget = \"{target}\"\n"));
        succeed(&mut project.routegen(&["build", "--out", "lambda"]));
    }
    succeed(project.routegen(&["build", "--out", "lambda"]).env("CARGO_BUILD_TARGET", OTHER.1));
    let bootstrap = unpack(&project.root.join("lambda/root.zip"), &project.root);
    assert_eq!(answer(&bootstrap, "GET", "/")["body"], "here");
}

#[test]
fn the_architecture_reaches_the_terraform() {
    let folder = scratch("arch-terraform");
    let arguments = ["emit-tf", "-p", "items", "--quiet", "--arch", "arm64", "--out", folder.as_str()];
    succeed(&mut routegen(&arguments));
    let locals = std::fs::read_to_string(folder.join("routegen/locals.tf")).unwrap();
    assert_eq!(locals.matches("= \"arm64\"").count(), 2, "{locals}");
    assert!(!locals.contains("x86_64"), "{locals}");
}

/// The `PATH` with a cargo-zigbuild and a zig in it.
fn with_zig() -> Option<&'static OsString> {
    static FOUND: LazyLock<Result<OsString, String>> = LazyLock::new(|| {
        // `cargo xtask test` installs it beside that interpreter.
        let python = std::env::var_os("ROUTEGEN_TEST_PYTHON").map(PathBuf::from);
        let beside = python.as_deref().and_then(Path::parent).map(Path::to_owned);
        let path = std::env::join_paths(beside.into_iter().chain(path())).unwrap();
        let runs = |program: &str, arguments: &[&str]| {
            let mut command = Command::new("env");
            command
                .env("PATH", &path)
                .arg(program)
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        let zig = runs("zig", &["version"]) || runs("python3", &["-m", "ziglang", "version"]);
        if zig && runs("cargo-zigbuild", &["--version"]) {
            Ok(path)
        } else {
            Err("there is no cargo-zigbuild".to_owned())
        }
    });
    or_skip(&FOUND)
}

#[test]
fn an_artifact_that_zig_links_answers_and_has_nothing_of_this_machine_in_it() {
    let Some(path) = with_zig() else { return };
    // The unwinder comes from another library than with the system's linker.
    let project = Project::new(
        "by-zig",
        "#[routegen::route(GET, \"/\", auth = \"none\")]\nasync fn root() -> String {\n    \
             std::panic::catch_unwind(|| panic!(\"caught\")).is_err().to_string()\n}\n",
    );
    let build = || project.routegen(&["build", "--compiler", "cargo-zigbuild", "--out", "lambda"]);
    succeed(build().env("PATH", path));
    let zip = project.root.join("lambda/root.zip");
    let bootstrap = unpack(&zip, &project.root);
    assert_eq!(answer(&bootstrap, "GET", "/")["body"], "true");
    let (bytes, home) = (std::fs::read(&bootstrap).unwrap(), std::env::home_dir().unwrap());
    let text = String::from_utf8_lossy(&bytes);
    for path in [repository().as_str(), project.root.as_str(), home.to_str().unwrap()] {
        assert!(path.len() < 4 || !text.contains(path), "it holds {path}");
    }
    // Compiled and linked again, the same code gives the same bytes.
    let before = std::fs::read(&zip).unwrap();
    project.write(
        "src/lib.rs",
        &(std::fs::read_to_string(project.root.join("src/lib.rs")).unwrap() + "// more\n"),
    );
    succeed(build().env("PATH", path));
    assert!(std::fs::read(&zip).unwrap() == before, "the same code gave other bytes");
}
