//! A single project with everything that a workspace can require of cargo, except profiles, so that it is
//! compiled once.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::{assert_untouched, functions, tree};
use crate::{
    fixture::{
        Project, executable, repository, routegen, scratch, share_dependencies, succeed, target, unpack,
    },
    runtime_api::{Environment, body, event},
};

const API: &str = r#"
use routegen::{Json, route};

unsafe extern "C" {
    safe fn native_answer() -> i32;
}

#[route(GET, "/parts", auth = "none")]
async fn parts() -> Json<serde_json::Value> {
    Json(serde_json::json!({
        "native": native_answer(),
        "patched": strsim::patched(),
        "git": from_git::from_git(),
        "environment": env!("WORKSHOP"),
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

#[cfg(feature = "standard")]
#[route(GET, "/standard", auth = "none")]
async fn standard() {}

#[cfg(feature = "admin")]
mod admin {
    #[routegen::route(DELETE, "/admin", auth = "none")]
    async fn admin() {}
}
"#;

/// Each function contains a unique text, which shows a test where its handler is.
const EXTRA: &str = r#"
#[routegen::route(GET, "/extra", auth = "none")]
async fn extra() -> &'static str { "the text of extra" }

#[routegen::route(GET, "/more", auth = "none")]
async fn more() -> &'static str { "the text of more" }

#[cfg(feature = "admin")]
#[routegen::route(GET, "/extra/admin", auth = "none")]
async fn extra_admin() {}
"#;

/// What a build script does without other crates: a static library from C.
const BUILD_SCRIPT: &str = r#"
use std::{env, path::Path, process::Command};

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let (object, library) = (Path::new(&out).join("native.o"), Path::new(&out).join("libnative.a"));
    run(Command::new("cc").args(["-c", "-O2", "native.c", "-o"]).arg(&object));
    run(Command::new("ar").arg("crsD").arg(&library).arg(&object));
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static=native");
    println!("cargo:rerun-if-changed=native.c");
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}
"#;

/// The project, and beside it a git repository with a crate that cargo fetches.
fn project() -> Project {
    let project = Project::new("workshop", "");
    std::fs::remove_dir_all(project.root.join("src")).unwrap();
    let git = git_repository();
    let runtime = repository().join("runtime");
    let files = [
        (
            "Cargo.toml",
            format!(
                "[workspace]\nresolver = \"3\"\nmembers = [\"api\", \"extra\", \"front\"]\n\
                 default-members = [\"api\"]\n\n\
                 [workspace.package]\nversion = \"1.2.3\"\nedition = \"2024\"\n\n\
                 [workspace.dependencies]\nroutegen = {{ path = \"{runtime}\", default-features = false }}\nserde_json = \"1\"\n\n\
                 [workspace.lints.rust]\nunused_must_use = \"deny\"\n\n\
                 [profile.release.package.workshop]\ndebug = \"line-tables-only\"\n\n\
                 [patch.crates-io]\nstrsim = {{ path = \"patched/strsim\" }}\n"
            ),
        ),
        (
            "api/Cargo.toml",
            format!(
                "[package]\nname = \"workshop\"\nversion.workspace = true\nedition.workspace = true\n\n\
                 [features]\ndefault = [\"standard\"]\nstandard = []\nadmin = []\nextra = [\"dep:workshop-extra\"]\n\n\
                 [dependencies]\nroutegen.workspace = true\nserde_json.workspace = true\nstrsim = \"0.11\"\n\
                 from-git = {{ git = \"file://{git}\" }}\n\
                 workshop-extra = {{ path = \"../extra\", optional = true }}\n\n\
                 [lints]\nworkspace = true\n"
            ),
        ),
        ("api/src/lib.rs", API.to_owned()),
        ("api/build.rs", BUILD_SCRIPT.to_owned()),
        ("api/native.c", "int native_answer(void) { return 42; }\n".to_owned()),
        (
            "extra/Cargo.toml",
            "[package]\nname = \"workshop-extra\"\nversion.workspace = true\nedition.workspace = true\n\n\
             [features]\nadmin = []\n\n\
             [dependencies]\nroutegen = { workspace = true, features = [\"testing\"] }\n"
                .to_owned(),
        ),
        ("extra/src/lib.rs", EXTRA.to_owned()),
        (
            "front/Cargo.toml",
            "[package]\nname = \"workshop-front\"\nversion.workspace = true\nedition.workspace = true\n\n\
             [lib]\ncrate-type = [\"lib\", \"cdylib\"]\n\n[features]\nadmin = []\n\n\
             [dependencies]\nworkshop-extra = { path = \"../extra\" }\n"
                .to_owned(),
        ),
        ("front/src/lib.rs", String::new()),
        (
            "patched/strsim/Cargo.toml",
            "[package]\nname = \"strsim\"\nversion = \"0.11.1\"\nedition = \"2024\"\n".to_owned(),
        ),
        ("patched/strsim/src/lib.rs", "pub fn patched() -> &'static str { \"by path\" }\n".to_owned()),
        (
            ".cargo/config.toml",
            format!(
                "[alias]\nlist = [\"aliased\", \"routes\", \"-p\", \"workshop\", \"--format\", \"json\"]\n\n\
                 [build]\ntarget-dir = \"{}\"\n\n[env]\nWORKSHOP = \"of the configuration\"\n",
                target()
            ),
        ),
    ];
    for (path, text) in files {
        project.write(path, &text);
    }
    project
}

fn git_repository() -> Utf8PathBuf {
    let folder = scratch("workshop-git");
    std::fs::create_dir(folder.join("src")).unwrap();
    std::fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"from-git\"\nversion = \"0.0.0\"\nedition = \"2024\"\n",
    )
    .unwrap();
    std::fs::write(folder.join("src/lib.rs"), "pub fn from_git() -> &'static str { \"by git\" }\n").unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]);
        succeed(command.args(arguments).current_dir(&folder));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "One crate"]);
    folder
}

#[test]
fn a_workspace_with_all_that_cargo_offers_is_built_as_cargo_does_and_left_as_it_was() {
    let project = project();
    let command_for = |package: &str, arguments: &[&str]| {
        let mut command = routegen(arguments);
        // Its own configuration sets the target directory.
        command
            .current_dir(&project.root)
            .env_remove("CARGO_TARGET_DIR")
            .args(["-p", package, "--format", "json"]);
        command
    };
    let command = |arguments: &[&str]| command_for("workshop", arguments);
    // So far the lock file is this repository's; this command updates it.
    assert_eq!(functions(&succeed(&mut command(&["routes"]))), ["parts", "standard"]);
    let before = tree(&project.root);

    let out = scratch("workshop-out");
    let lambda = out.join("lambda");
    let build = |arguments: &[&str]| {
        let mut command = command(&["build", "--out", lambda.as_str()]);
        functions(&succeed(command.args(arguments)))
    };
    assert_eq!(build(&["--locked"]), ["parts", "standard"]);
    let program = unpack(&lambda.join("parts.zip"), &out);
    let bytes = std::fs::read(&program).unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(has(".debug_line") && has("/workspace"), "the profile asks for debug information");
    for folder in [project.root.as_str(), target().as_str(), repository().as_str()] {
        assert!(!has(folder), "its debug information names `{folder}`");
    }
    let parts = Environment::start(&program, &[]);
    assert_eq!(
        body(&parts.invoke(&event("GET", "/parts", "", None))),
        json!({
            "native": 42,
            "patched": "by path",
            "git": "by git",
            "environment": "of the configuration",
            "version": "1.2.3",
        })
    );
    parts.end();

    let with_extra = ["admin", "extra", "more", "parts", "standard"];
    assert_eq!(build(&["--offline", "--features", "admin,extra"]), with_extra);
    // A feature that is enabled for another purpose, and that registers handlers there, changes nothing in an
    // artifact.
    for (function, others) in [("extra", "more"), ("more", "extra")] {
        let program = std::fs::read(unpack(&lambda.join(format!("{function}.zip")), &out)).unwrap();
        let has = |name: &str| {
            let text = format!("the text of {name}");
            program.windows(text.len()).any(|bytes| bytes == text.as_bytes())
        };
        assert!(has(function) && !has(others), "the artifact of `{function}` has its own handler alone");
    }
    let routes = |arguments: &[&str]| functions(&succeed(command(&["routes"]).args(arguments)));
    assert_eq!(routes(&["--frozen", "--no-default-features"]), ["parts"]);
    assert_eq!(routes(&["--all-features"]), with_extra);
    assert_eq!(routes(&["--no-default-features", "-F", "workshop/extra"]), ["extra", "more", "parts"]);

    // A package without routes of its own, which does not directly depend on the runtime and is also a
    // `cdylib`. Its features are not those of its dependencies.
    let front = ["build", "--locked", "--features", "admin", "--out", lambda.as_str()];
    assert_eq!(functions(&succeed(&mut command_for("workshop-front", &front))), ["extra", "more"]);
    // The same when cargo links them, for a package that does not depend on the runtime, in a workspace whose
    // root has no dependencies.
    let by_cargo = [&front[..], &["--backend", "cargo"]].concat();
    assert_eq!(functions(&succeed(&mut command_for("workshop-front", &by_cargo))), ["extra", "more"]);
    let by_cargo = ["--frozen", "--features", "admin,workshop-extra/admin", "--backend", "cargo"];
    assert_eq!(build(&by_cargo), ["admin", "extra", "extra-admin", "more", "parts", "standard"]);
    // If no package is named, the default member that can have routes is selected.
    let mut unnamed = routegen(&["routes", "--format", "json"]);
    unnamed.current_dir(&project.root).env_remove("CARGO_TARGET_DIR");
    assert_eq!(functions(&succeed(&mut unnamed)), ["parts", "standard"]);

    assert_eq!(functions(&alias(&project.root)), ["parts", "standard"]);
    let terraform = out.join("terraform");
    let emitted = succeed(&mut command(&["emit-tf", "--out", terraform.as_str()]));
    assert_eq!(serde_json::from_str::<Value>(&emitted).unwrap()["root"], "written");
    assert_untouched(&before, &project.root);
}

/// The output of a cargo alias for `routegen routes`. It calls the command under another name, because this
/// repository has an alias `routegen`, which also applies in the target directory.
fn alias(root: &Utf8Path) -> String {
    let folder = scratch("alias");
    let script =
        format!("#!/bin/sh\nshift\nexec '{}' routegen \"$@\"\n", env!("CARGO_BIN_EXE_cargo-routegen"));
    executable(&folder.join("cargo-aliased"), script.as_bytes());
    let path = std::env::var("PATH").unwrap_or_default();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    share_dependencies(cargo.arg("list").current_dir(root)).env_remove("CARGO_TARGET_DIR");
    cargo.env("PATH", format!("{folder}:{path}"));
    succeed(&mut cargo)
}
