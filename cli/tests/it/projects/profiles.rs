//! The user's profiles and flags; and that two builds give the same bytes unless the user's own code prevents
//! it.

use super::{calls, wrapper};
use crate::{
    fixture::{Project, fail, target, unpack},
    runtime_api::{Environment, event},
};

const HANDLERS: &str = r#"
#[routegen::route(GET, "/fine", auth = "none")]
async fn fine() -> String { env!("BUILT").to_owned() }

#[routegen::route(GET, "/fault", auth = "none")]
async fn fault() -> String { panic!("a fault") }
"#;

/// No one selects the release profile, but `lambda` inherits from it. Nothing is optimised, because that
/// compiles fast.
const PROFILES: &str = r#"
[profile.release]
opt-level = 0
codegen-units = 4

[profile.lambda]
inherits = "release"
lto = "thin"
panic = "abort"
"#;

const CONFIGURATION: &str = r#"
[build]
rustflags = [
    "--cfg", "mine", "--codegen", "force-frame-pointers=yes", "--remap-path-prefix=/mine=/yours",
    "-Dunsafe_code",
]
build-dir = "intermediate"
rustc-wrapper = "tools/wrapper"
rustc-workspace-wrapper = "tools/workspace-wrapper"
"#;

/// A build script that spoils every comparison.
const CLOCK: &str = r#"
fn main() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    println!("cargo:rustc-env=BUILT=at {}", now.as_nanos());
    println!("cargo:rerun-if-changed=build.rs");
}
"#;

#[test]
fn a_profile_named_lambda_is_built_with_and_what_a_build_script_spoils_is_found() {
    let project = Project::new("own-profile", HANDLERS);
    project.write("Cargo.toml", &(project.manifest() + PROFILES));
    project.write(".cargo/config.toml", CONFIGURATION);
    project.write("build.rs", CLOCK);
    let noted = project.root.join("calls");
    for name in ["wrapper", "workspace-wrapper"] {
        wrapper(&project.root.join("tools").join(name), "own_profile", &noted);
    }
    let talk = fail(&mut project.routegen(&["build", "--verify", "--verbose", "--out", "lambda"]));
    assert!(talk.contains("RG0027") && talk.contains("an artifact is not reproducible"), "{talk}");
    assert!(talk.contains("`fine` differs") && !talk.contains("`fault` differs"), "{talk}");
    assert!(talk.contains("of .rodata in `bootstrap`") && talk.contains("at 1"), "{talk}");
    assert!(!target().join("routegen/verify").exists(), "nothing is left of the second build");
    assert!(!project.root.join("intermediate").exists(), "it is apart from the user's own builds");

    let called = calls(&noted);
    assert!(called["wrapper"] >= 3 && called["wrapper"] == called["workspace-wrapper"], "{called:?}");

    let links =
        || talk.lines().filter(|line| line.contains("--crate-name=bootstrap") && line.contains("-Clto=thin"));
    assert_eq!(links().count(), 4, "two functions, built twice, with the profile's LTO:\n{talk}");
    for link in links() {
        let flags = ["-Cpanic=abort", "-Ccodegen-units=4", "-Cforce-frame-pointers=yes", "/mine=/yours"];
        for flag in flags {
            assert!(link.contains(flag), "{flag} is not in {link}");
        }
    }
    let bootstrap = |function: &str| {
        unpack(&project.root.join(format!("lambda/{function}.zip")), &project.root.join(function))
    };
    let fine = Environment::start(&bootstrap("fine"), &[]);
    let answer = fine.invoke(&event("GET", "/fine", "", None));
    assert!(answer["body"].as_str().unwrap().starts_with("at 1"), "{answer}");
    fine.end();
    let fault = Environment::start(&bootstrap("fault"), &[]);
    assert!(fault.dies_of(&event("GET", "/fault", "", None)).contains("a fault"));
}

#[test]
fn the_profile_small_is_there_without_a_definition_and_the_users_own_counts() {
    let project =
        Project::new("small", "#[routegen::route(GET, \"/\", auth = \"none\")]\nasync fn root() {}\n");
    let build = ["build", "--profile", "small", "--verbose", "--out", "lambda"];
    let output = project.routegen(&build).output().unwrap();
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{talk}");
    let registry = talk.lines().find(|line| line.contains("--lib"));
    assert!(registry.unwrap().contains(r#""--profile" "release""#), "what release has is used: {talk}");
    let link = talk.lines().find(|line| line.contains("/bootstrap/small/") && line.contains("-Clto=fat"));
    let link = link.unwrap_or_else(|| panic!("no link with fat LTO:\n{talk}"));
    for flag in ["-Ccodegen-units=1", "-Cstrip=symbols"] {
        assert!(link.contains(flag), "{flag} is not in {link}");
    }
    assert!(!link.contains("-Copt-level="), "as far as release is optimised, which is not at all: {link}");
    assert!(project.root.join("lambda/root.zip").exists());
    let own = project.manifest() + "\n[profile.small]\ninherits = \"absent\"\n";
    project.write("Cargo.toml", &own);
    let error = fail(&mut project.routegen(&["build", "--profile", "small"]));
    assert!(error.contains("`absent`"), "the user's own definition counts: {error}");
}
