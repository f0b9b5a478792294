//! Each template works with its own commands: it is tested, packaged, and valid for Terraform. The first one
//! is `examples/shop`, whose tests run with the workspace's.

use std::process::Command;

use camino::Utf8Path;
use serde_json::Value;

use super::{artifacts_folder, elsewhere, new};
use crate::{
    fixture::{repository, routegen, scratch, share_dependencies, succeed},
    readme,
    terraform::tool::{Root, terraform_with_provider},
};

#[test]
fn the_api_behind_cognito_is_packaged_and_valid() {
    let folder = scratch("new-cognito");
    let of_shop = |command: &str, args: &[&str]| {
        let mut routegen = routegen(&[command, "-p", "shop"]);
        routegen.args(args);
        routegen
    };
    let (lambda, tf) = (folder.join("lambda"), folder.join("terraform"));
    let printed = succeed(&mut of_shop("package", &["--out", lambda.as_str(), "--tf-out", tf.as_str()]));
    let shown = |path: &Utf8Path| path.strip_prefix(repository()).unwrap_or(path).to_string();
    let usual = ["target/routegen/lambda", "examples/shop/terraform"];
    let (lambda, tf_shown) = (shown(&lambda), shown(&tf));
    readme::assert_shown(&printed, [(&lambda, usual[0]), (&tf_shown, usual[1])]);
    succeed(&mut of_shop("emit-tf", &["--check", "--out", tf.as_str()]));
    // The types say everything that clients may need to know.
    succeed(&mut of_shop("openapi", &["--check", "--strict"]));
    is_valid(&tf);
}

#[test]
fn the_open_route_is_tested_packaged_and_valid() {
    is_tested_packaged_and_valid("open");
}

#[test]
fn the_queue_and_the_timer_are_tested_packaged_and_valid() {
    is_tested_packaged_and_valid("queue");
}

fn is_tested_packaged_and_valid(template: &str) {
    let (_guard, folder) = elsewhere();
    let clone = ["--routegen-path", repository().as_str()];
    succeed(&mut new(&folder, &[&["hello", "--template", template][..], &clone].concat()));
    let project = folder.join("hello");
    // No dependencies are resolved.
    std::fs::copy(repository().join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    let run = |script: &str| {
        let mut command = Command::new("sh");
        let programs = Utf8Path::new(env!("CARGO_BIN_EXE_routegen")).parent().unwrap();
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
        command.args(["-ec", script]).current_dir(&project).env("PATH", path).env("GITHUB_BASE_REF", "main");
        succeed(share_dependencies(&mut command).env_remove("RUSTFLAGS"))
    };
    let artifacts = artifacts_folder();
    run("routegen package; routegen openapi");
    is_valid(&project.join("terraform"));
    drop(artifacts);
    // Git sees only the files that are meant to be committed.
    let status = run("git status --short");
    let untracked: Vec<_> = status.lines().filter_map(|line| line.strip_prefix("?? ")).collect();
    assert_eq!(
        untracked,
        [
            ".github/",
            ".gitignore",
            "Cargo.lock",
            "Cargo.toml",
            "README.md",
            "openapi.json",
            "routegen.toml",
            "src/",
            "terraform/",
            "tests/"
        ]
    );
    run("git add .; git -c user.name=a -c user.email=a@example.com commit --quiet --message first");
    run("git update-ref refs/remotes/origin/main HEAD");
    for step in steps(&std::fs::read_to_string(project.join(".github/workflows/ci.yml")).unwrap()) {
        run(&step);
    }
    assert_eq!(run("git status --short"), "");
}

/// The commands of the workflow, except those that install what is already there, and clippy, which checks
/// `examples/shop` with the workspace.
fn steps(workflow: &str) -> Vec<String> {
    let commands = workflow.lines().filter_map(|line| line.split_once("run: ")).map(|(_, command)| command);
    let is_there = |command: &&str| {
        !["rustup ", "cargo install ", "cargo clippy "].iter().any(|start| command.starts_with(start))
    };
    // With this repository's profiles, for which the dependencies are already compiled.
    let profiles = repository().join(".cargo/config.toml");
    let commands = commands.filter(is_there).map(|command| match command {
        "cargo test" => format!("cargo test --quiet --offline --config '{profiles}'"),
        command => command.to_owned(),
    });
    let steps: Vec<_> = commands.collect();
    assert_eq!(steps.len(), 5, "{steps:?}");
    steps
}

fn is_valid(folder: &Utf8Path) {
    let Some(terraform) = terraform_with_provider() else { return };
    let root = Root::init(terraform, folder);
    let validation: Value = serde_json::from_str(&root.run(&["validate", "-json"])).unwrap();
    assert_eq!(validation["valid"], true, "{validation:#}");
}
