//! What is in the artifacts, and that the same input gives the same bytes.

use camino::Utf8Path;
use serde_json::Value;

use crate::fixture::{copy, items, repository, routegen, scratch, succeed, unpack};

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
    for folder in ["cli", "examples", "macros", "runtime", "spec", "xtask"] {
        copy(&repository().join(folder), &there.join(folder));
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(repository().join(file), there.join(file)).unwrap();
    }
    let mut command = routegen(&["build", "-p", "items", "--format", "json"]);
    command.current_dir(&there).env_remove("CARGO_TARGET_DIR");
    let summary: Value = serde_json::from_str(&succeed(&mut command)).unwrap();
    let artifacts = summary["artifacts"].as_array().unwrap();
    assert_eq!(artifacts.len(), 2);
    for artifact in artifacts {
        let path = Utf8Path::new(artifact["path"].as_str().unwrap());
        assert!(path.starts_with(&there), "{path}");
        let here = items().artifacts.join(path.file_name().unwrap());
        assert!(std::fs::read(path).unwrap() == std::fs::read(&here).unwrap(), "{path} differs from {here}");
    }
}
