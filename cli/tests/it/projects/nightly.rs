//! Future toolchains: what is the default in nightly's cargo, or may become it, makes no difference.

use std::{
    process::{Command, Stdio},
    sync::LazyLock,
};

use serde_json::Value;

use super::functions;
use crate::{
    dev::server::Server,
    fixture::{Project, copy, scratch, succeed, target, unpack},
    requirement::or_skip,
    runtime_api::answer,
};

const HANDLERS: &str = r#"
#[routegen::route(GET, "/word", auth = "none")]
async fn word() -> &'static str { include_str!("../word.txt") }

#[routegen::route(GET, "/more", auth = "none")]
async fn more() -> &'static str { concat!("the text of more, ", env!("SCRIPT")) }
"#;

const BUILD_SCRIPT: &str = r#"
fn main() {
    println!("cargo:rerun-if-changed=script.txt");
    println!("cargo:rustc-env=SCRIPT={}", std::fs::read_to_string("script.txt").unwrap());
}
"#;

/// Possible future defaults of cargo: metadata beside libraries, a folder for each unit, and paths that rustc
/// trims.
const TO_COME: [(&str, &str); 4] = [
    ("CARGO_UNSTABLE_NO_EMBED_METADATA", "true"),
    ("CARGO_UNSTABLE_EMBED_METADATA", "false"),
    ("CARGO_UNSTABLE_BUILD_DIR_NEW_LAYOUT", "true"),
    ("CARGO_UNSTABLE_TRIM_PATHS", "true"),
];

fn has_nightly() -> bool {
    static FOUND: LazyLock<Result<(), String>> = LazyLock::new(|| {
        let mut rustup = Command::new("rustup");
        let list = rustup.args(["toolchain", "list"]).stderr(Stdio::null()).output();
        let list = list.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        if list.is_ok_and(|list| list.lines().any(|line| line.starts_with("nightly-"))) {
            Ok(())
        } else {
            Err("there is no nightly toolchain (`rustup toolchain install nightly --profile minimal`)"
                .to_owned())
        }
    });
    or_skip(&FOUND).is_some()
}

#[test]
fn the_core_holds_on_nightly_with_what_cargo_is_about_to_do() {
    if !has_nightly() {
        return;
    }
    let project = Project::new("on-nightly", HANDLERS);
    project.write("word.txt", "one");
    project.write("script.txt", "first");
    project.write("build.rs", BUILD_SCRIPT);
    let elsewhere = scratch("on nightly elsewhere").join("further down");
    copy(&project.root, &elsewhere);
    let command = |args: &[&str]| {
        let mut command = project.routegen(args);
        // Otherwise the cargo of the test's own toolchain would take precedence over rustup's variable.
        command.env("RUSTUP_TOOLCHAIN", "nightly").env_remove("CARGO").envs(TO_COME);
        command.env("CARGO_TARGET_DIR", target().join("nightly"));
        command
    };
    assert_eq!(functions(&succeed(&mut command(&["routes", "--format", "json"]))), ["more", "word"]);
    let out = scratch("on-nightly-out");
    let build = |folder: &str, more: &[&str]| {
        let out = out.join(folder);
        let mut command = command(&["build", "--out", out.as_str(), "--format", "json"]);
        command.args(more);
        (command, out)
    };
    let (mut by_rustc, here) = build("here", &[]);
    let summary: Value = serde_json::from_str(&succeed(&mut by_rustc)).unwrap();
    assert_eq!(summary["artifacts"].as_array().unwrap().len(), 2);
    let more = unpack(&here.join("more.zip"), &out);
    assert_eq!(answer(&more, "GET", "/more")["body"], "the text of more, first");
    let bytes = std::fs::read(&more).unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(!has("GET /word") && !has(project.root.as_str()) && !has(target().as_str()));
    let (mut again, there) = build("there", &[]);
    succeed(again.current_dir(&elsewhere));
    for zip in ["more.zip", "word.zip"] {
        let read = |folder: &camino::Utf8Path| std::fs::read(folder.join(zip)).unwrap();
        assert!(read(&here) == read(&there), "{zip} differs");
    }
    let (mut by_cargo, by_cargo_out) = build("by-cargo", &["--backend", "cargo"]);
    succeed(&mut by_cargo);
    let more = unpack(&by_cargo_out.join("more.zip"), &out);
    assert_eq!(answer(&more, "GET", "/more")["body"], "the text of more, first");

    // What macros and build scripts read is found in cargo's folders, however they are laid out.
    let server = Server::start(&mut command(&["dev", "--port", "0", "--format", "json"]));
    let body = |path: &str| server.get(path, &[]).body;
    assert_eq!(body("/word"), "one");
    project.write("word.txt", "two");
    server.heard("Rebuilt");
    assert_eq!(body("/word"), "two");
    project.write("script.txt", "second");
    server.heard("Rebuilt");
    assert_eq!(body("/more"), "the text of more, second");
    server.stop();
}
