//! What is in the artifacts, and that the same input gives the same bytes.

use std::{path::PathBuf, process::Command};

use camino::Utf8Path;
use serde_json::Value;

use crate::fixture::{OPTIMISATION, copy, fail, items, repository, routegen, scratch, succeed, unpack};

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn an_artifact_holds_its_own_handler_and_no_other_nor_the_registry_nor_a_path_of_this_machine() {
    let folder = scratch("contents");
    let bootstrap = |function: &str| {
        let zip = items().artifacts.join(format!("{function}.zip"));
        std::fs::read(unpack(&zip, &folder.join(function))).unwrap()
    };
    let (get, create) = (bootstrap("get-items"), bootstrap("create-item"));
    // A string that only the handler of POST /items/create has.
    assert!(contains(&create, "an item needs a name"));
    assert!(!contains(&get, "an item needs a name"));
    assert!(contains(&get, "GET /items") && !contains(&create, "GET /items"));
    for (name, bytes) in [("get-items", get), ("create-item", create)] {
        // The registry would hold the doc comment, which nothing else keeps.
        assert!(!contains(&bytes, "Creates a new item"), "{name}");
        let home = std::env::home_dir().unwrap();
        for path in [repository().as_str(), home.to_str().unwrap()] {
            // A home as short as `/` is in any binary, and tells nothing.
            assert!(path.len() < 4 || !contains(&bytes, path), "{name} holds {path}");
        }
    }
}

#[test]
fn a_clean_build_in_another_directory_gives_the_same_bytes() {
    // Longer, deeper, and with a blank in it.
    let there = scratch("another directory").join("further down");
    for folder in ["apigw", "cli", "examples", "gateway", "macros", "runtime", "spec", "xtask"] {
        copy(&repository().join(folder), &there.join(folder));
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(repository().join(file), there.join(file)).unwrap();
    }
    // A group, an open route and an authorizer, with a file beside the program.
    let here = scratch("pets");
    succeed(routegen(&["build", "-p", "pets", "--out", here.as_str()]).env_remove(OPTIMISATION));
    let summary: Value = serde_json::from_str(&succeed(&mut on_another_machine(&there))).unwrap();
    let artifacts = summary["artifacts"].as_array().unwrap();
    assert_eq!(artifacts.len(), 3);
    for artifact in artifacts {
        let path = Utf8Path::new(artifact["path"].as_str().unwrap());
        assert!(path.starts_with(&there), "{path}");
        let here = here.join(path.file_name().unwrap());
        assert!(std::fs::read(path).unwrap() == std::fs::read(&here).unwrap(), "{path} differs from {here}");
    }
}

#[test]
fn a_link_in_the_place_of_the_lock_is_told_and_what_it_leads_to_stays() {
    let target = scratch("planted-lock");
    let (victim, lock) = (target.join("victim"), target.join("routegen/.lock"));
    std::fs::create_dir(target.join("routegen")).unwrap();
    std::fs::write(&victim, "before").unwrap();
    std::os::unix::fs::symlink(&victim, &lock).unwrap();
    for command in ["check", "build", "package"] {
        let error = fail(routegen(&[command, "-p", "items"]).env("CARGO_TARGET_DIR", &target));
        assert!(error.contains("RG0020") && error.contains("a link is in its place"), "{command}: {error}");
        assert!(error.contains("planted-lock/routegen/.lock"), "{command}: {error}");
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "before", "{command}");
    }
}

/// A build in `root` by somebody else, as far as that can be had here: with another name, home, umask, time zone,
/// locale and terminal, and with cargo's home elsewhere. rustup is where it is.
fn on_another_machine(root: &Utf8Path) -> Command {
    let routegen = routegen(&["build", "-p", "pets", "--format", "json"]);
    let mut command = Command::new("sh");
    command.args(["-c", "umask 077 && exec \"$0\" \"$@\""]).arg(routegen.get_program());
    command.args(routegen.get_args()).current_dir(root);
    for (name, value) in routegen.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let home = scratch("another-home");
    let own = |variable: &str, folder: &str| {
        let set = std::env::var_os(variable).map(PathBuf::from);
        set.unwrap_or_else(|| std::env::home_dir().unwrap().join(folder))
    };
    // What has been fetched is the same here and there, and need not be fetched again.
    let cargo = home.join("cargo");
    std::fs::create_dir(&cargo).unwrap();
    for entry in own("CARGO_HOME", ".cargo").read_dir().unwrap() {
        let entry = entry.unwrap();
        std::os::unix::fs::symlink(entry.path(), cargo.as_std_path().join(entry.file_name())).unwrap();
    }
    command
        .env_remove("CARGO_TARGET_DIR")
        .env_remove(OPTIMISATION)
        .env("RUSTUP_HOME", own("RUSTUP_HOME", ".rustup"));
    command.env("CARGO_HOME", cargo).env("HOME", &home).env("USER", "another").env("LOGNAME", "another");
    command.env("TZ", "Pacific/Kiritimati").env("LC_ALL", "tr_TR.UTF-8").env("LANG", "tr_TR.UTF-8");
    command.env("TERM", "dumb").env("SOURCE_DATE_EPOCH", "1");
    command
}
