//! The contents of artifacts; and that the same input gives the same bytes.

use std::{path::PathBuf, process::Command};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    emulator::python::sbom_validator,
    fixture::{OPTIMISATION, copy, fail, items, repository, routegen, scratch, succeed, unpack},
};

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
    // A string that only the handler of POST /items/create contains.
    assert!(contains(&create, "an item needs a name"));
    assert!(!contains(&get, "an item needs a name"));
    assert!(contains(&get, "GET /items") && !contains(&create, "GET /items"));
    for (name, bytes) in [("get-items", get), ("create-item", create)] {
        // The registry would contain the doc comment, which nothing else keeps.
        assert!(!contains(&bytes, "Creates a new item"), "{name}");
        let home = std::env::home_dir().unwrap();
        for path in [repository().as_str(), home.to_str().unwrap()] {
            // A home as short as `/` is in any binary, and reveals nothing.
            assert!(path.len() < 4 || !contains(&bytes, path), "{name} holds {path}");
        }
    }
}

/// Reads files, and fails if one does not match CycloneDX's schema.
const VALIDATOR: &str = "import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
errors = [JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(path).read()) for path in sys.argv[1:]]
sys.exit(str([error for error in errors if error]) if any(errors) else None)";

#[test]
fn a_list_of_what_is_in_an_artifact_names_what_is_linked_and_is_as_cyclonedx_has_it() {
    let out = scratch("sbom");
    let lists = ["create-item", "get-items"].map(|name| out.join(format!("{name}.cdx.json")));
    let read = || lists.each_ref().map(|list| std::fs::read_to_string(list).unwrap());
    let build = || succeed(&mut routegen(&["build", "-p", "items", "--sbom", "--out", out.as_str()]));
    build();
    let first = read();
    for list in &lists {
        std::fs::remove_file(list).unwrap();
    }
    build();
    assert_eq!(read(), first, "the same build gives another list");

    let list: Value = serde_json::from_str(&first[1]).unwrap();
    let components = list["components"].as_array().unwrap();
    let component = |name: &str| components.iter().find(|component| component["name"] == name);
    let http = component("lambda_runtime").expect("every artifact has it");
    let (version, hash) = (http["version"].as_str().unwrap(), http["hashes"][0]["content"].as_str().unwrap());
    assert_eq!(http["purl"], format!("pkg:cargo/lambda_runtime@{version}"));
    let lock = std::fs::read_to_string(repository().join("Cargo.lock")).unwrap();
    assert!(
        lock.contains(&format!("name = \"lambda_runtime\"\nversion = \"{version}\"")) && lock.contains(hash)
    );
    assert_eq!(http["licenses"][0]["expression"], "Apache-2.0");
    assert!(component("items").is_some() && component("routegen").is_some());
    for absent in ["syn", "routegen-macros", "routegen-cli", "routegen-gateway"] {
        assert!(component(absent).is_none(), "{absent} is in no artifact");
    }
    let own = &list["metadata"]["component"];
    assert_eq!((&own["name"], &own["type"]), (&"get-items".into(), &"application".into()));
    let zip = Sha256::digest(std::fs::read(out.join("get-items.zip")).unwrap());
    let hash = own["hashes"][0]["content"].as_str().unwrap();
    let bytes = (0..hash.len()).step_by(2).map(|at| u8::from_str_radix(&hash[at..at + 2], 16).unwrap());
    assert!(bytes.eq(zip), "{hash}");
    for text in [repository().as_str(), "timestamp", "serialNumber"] {
        assert!(!first[1].contains(text), "{text}");
    }

    let Some(python) = sbom_validator() else { return };
    let mut command = Command::new(python.path());
    succeed(command.args(["-c", VALIDATOR]).args(&lists));
}

/// What the user's own packages and the runtime contain is optimised as usual, including all generic code of
/// dependencies. The rest of the dependencies is not: that takes minutes, and their paths are in their code all
/// the same.
#[test]
fn a_clean_build_in_another_directory_gives_the_same_bytes() {
    let here = clone(scratch("a directory"));
    // A longer and deeper path.
    let there = clone(scratch("another directory").join("further down"));
    // A group, an open route and an authorizer, with a file beside the program.
    let build = ["build", "-p", "pets", "--format", "json"];
    let summary =
        succeed(routegen(&build).env_remove(OPTIMISATION).current_dir(&here).args(["--out", "lambda"]));
    let here = listed(&summary, &here);
    let there = listed(&succeed(&mut on_another_machine(&there, &build)), &there);
    assert_eq!((here.len(), there.len()), (3, 3));
    for (here, there) in here.iter().zip(&there) {
        assert_eq!(here.file_name(), there.file_name());
        assert!(std::fs::read(here).unwrap() == std::fs::read(there).unwrap(), "{there} differs from {here}");
    }
}

/// This repository's packages in a folder, with dependencies that are not optimised.
fn clone(folder: Utf8PathBuf) -> Utf8PathBuf {
    for part in ["apigw", "cli", "examples", "gateway", "macros", "runtime", "spec", "sqs", "xtask"] {
        copy(&repository().join(part), &folder.join(part));
    }
    std::fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let manifest = std::fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let packages = "[profile.release.package]\n";
    assert!(manifest.contains(packages), "{manifest}");
    let manifest = manifest.replace(packages, &format!("{packages}\"*\".opt-level = 0\n"));
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    folder
}

/// The artifacts that a build printed, which are below `root`.
fn listed(summary: &str, root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let summary: Value = serde_json::from_str(summary).unwrap();
    let artifacts = summary["artifacts"].as_array().unwrap().iter();
    let paths: Vec<_> =
        artifacts.map(|artifact| Utf8PathBuf::from(artifact["path"].as_str().unwrap())).collect();
    assert!(paths.iter().all(|path| path.starts_with(root)), "{paths:?}");
    paths
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

/// A build in `root` as on another machine, as far as this can be simulated here: with another name, home,
/// umask, time zone, locale and terminal, and with another cargo home. Only rustup stays where it is.
fn on_another_machine(root: &Utf8Path, build: &[&str]) -> Command {
    let routegen = routegen(build);
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
    // What has been fetched is the same in both, and need not be fetched again.
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
