//! `backend = "cargo"`: what a link by rustc alone cannot do, and that such artifacts behave like the others.

use camino::Utf8Path;

use super::{assert_untouched, calls, tree, wrapper};
use crate::{
    fixture::{Project, copy, fail, repository, routegen, scratch, succeed, target, unpack},
    runtime_api::answer,
};

const HANDLERS: &str = r#"
unsafe extern "C" {
    safe fn native_answer() -> i32;
}

#[rg::route(GET, "/native", auth = "none", crate = rg)]
async fn native() -> String { format!("the text of native {}", native_answer()) }

#[rg::route(GET, "/other", auth = "none", crate = rg)]
async fn other() -> &'static str { "the text of other" }
"#;

/// A linker argument that only this package's programs get.
const BUILD_SCRIPT: &str = r#"
use std::{env, path::Path, process::Command};

fn main() {
    let object = Path::new(&env::var("OUT_DIR").unwrap()).join("native.o");
    let cc = Command::new("cc").args(["-c", "-O2", "native.c", "-o"]).arg(&object).status();
    assert!(cc.unwrap().success());
    println!("cargo:rustc-link-arg-bins={}", object.display());
}
"#;

const MANIFEST: &str = r#"
[package]
name = "by-cargo-alone"
version = "0.0.0"
edition = "2021"

[lib]
crate-type = ["lib"]

[dependencies]
rg = { package = "routegen", path = "RUNTIME", default-features = false }
by-cargo-shared = { path = "shared" }

[lints.rust]
unused = "forbid"

[profile.release]
opt-level = 0

[profile.release.package.by-cargo-alone]
debug = "line-tables-only"

[workspace]
"#;

const SHARED: &str = r#"
[package]
name = "by-cargo-shared"
version = "0.0.0"
edition = "2024"

[lib]
crate-type = ["rlib"]

[dependencies]
routegen = { path = "RUNTIME", default-features = false }
"#;

#[test]
fn what_links_with_cargo_alone_is_built_by_it_and_is_what_other_artifacts_are() {
    let project = Project::new("by-cargo-alone", HANDLERS);
    let runtime = repository().join("runtime");
    let write = |path: &str, text: &str| project.write(path, &text.replace("RUNTIME", runtime.as_str()));
    write("Cargo.toml", MANIFEST);
    write("build.rs", BUILD_SCRIPT);
    write("src/main.rs", "fn main() {}\n");
    write("native.c", "int native_answer(void) { return 42; }\n");
    write("shared/Cargo.toml", SHARED);
    write(
        "shared/src/lib.rs",
        "#[routegen::route(GET, \"/shared\", auth = \"none\")]\n\
         async fn shared() -> &'static str { \"the text of shared\" }\n",
    );
    let build = ["build", "--out", "lambda"];
    let error = fail(&mut project.routegen(&build));
    assert!(error.contains("RG0009") && error.contains("native_answer"), "{error}");
    assert!(error.contains("backend = \"cargo\""), "the error names the other way: {error}");
    write("Cargo.toml", &MANIFEST.replace("[\"lib\"]", "[\"lib\", \"cdylib\"]"));
    write("shared/Cargo.toml", &SHARED.replace("[\"rlib\"]", "[\"dylib\", \"rlib\"]"));
    let error = fail(&mut project.routegen(&build));
    assert!(error.contains("RG0022") && error.contains("backend = \"cargo\""), "{error}");

    write("routegen.toml", "backend = \"cargo\"\n");
    let before = tree(&project.root);
    let elsewhere = scratch("by cargo elsewhere").join("further down");
    copy(&project.root, &elsewhere);
    let out = scratch("by-cargo-out");
    let here = out.join("here");
    // The user's own wrappers and folder for intermediate files, set in the environment.
    let (noted, intermediate) = (out.join("calls"), out.join("intermediate"));
    let wrappers =
        [("RUSTC_WRAPPER", out.join("wrapper")), ("RUSTC_WORKSPACE_WRAPPER", out.join("workspace-wrapper"))];
    for (_, path) in &wrappers {
        wrapper(path, "routegen_native", &noted);
    }
    let mut build = project.routegen(&["build", "--locked", "--verify", "--out", here.as_str()]);
    succeed(build.envs(wrappers.clone()).env("CARGO_BUILD_BUILD_DIR", &intermediate));
    assert!(!intermediate.exists(), "it is apart from the user's own builds");
    let called = calls(&noted);
    assert_eq!((called["wrapper"], called["workspace-wrapper"]), (2, 2), "each program is compiled by them");
    assert_untouched(&before, &project.root);

    let program = |function: &str| unpack(&here.join(format!("{function}.zip")), &out.join(function));
    for function in ["native", "other", "shared"] {
        let program = program(function);
        let text = answer(&program, "GET", &format!("/{function}"))["body"].clone();
        assert!(text.as_str().unwrap().starts_with(&format!("the text of {function}")), "{text}");
        let bytes = std::fs::read(&program).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        for other in ["native", "other", "shared"] {
            assert_eq!(has(&format!("the text of {other}")), function == other, "{other} in {function}");
        }
        assert!(has(".debug_line"), "the profile asks for debug information");
        let home = std::env::home_dir().unwrap();
        for path in [project.root.as_str(), target().as_str(), repository().as_str(), home.to_str().unwrap()]
        {
            assert!(path.len() < 4 || !has(path), "{function} holds {path}");
        }
    }

    let there = out.join("there");
    let mut command = routegen(&["build", "--out", there.as_str()]);
    succeed(command.current_dir(&elsewhere).envs(wrappers));
    for zip in ["native.zip", "other.zip", "shared.zip"] {
        let read = |folder: &Utf8Path| std::fs::read(folder.join(zip)).unwrap();
        assert!(read(&here) == read(&there), "{zip} differs");
    }
}
