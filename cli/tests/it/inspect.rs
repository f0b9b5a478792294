//! `routegen inspect`: what it tells of an artifact, with and without the workspace that built it.

use serde_json::Value;

use crate::fixture::{fail, items, repository, routegen, scratch, succeed, unpack};

#[test]
fn an_artifact_tells_what_it_is_where_there_is_no_package() {
    let elsewhere = scratch("inspect");
    let zip = items().artifacts.join("get-items.zip");
    let inspect = |arguments: &[&str]| {
        let mut command = routegen(&["inspect"]);
        succeed(command.args(arguments).current_dir("/").env_remove("CARGO_TARGET_DIR"))
    };
    let json: Value = serde_json::from_str(&inspect(&[zip.as_str(), "--format", "json"])).unwrap();
    let note = &json[0]["note"];
    assert_eq!(note["function"], "get-items");
    assert_eq!(note["routes"], serde_json::json!(["GET /items"]));
    assert_eq!(note["package"], "items");
    assert_eq!(json[0]["zip_bytes"], zip.metadata().unwrap().len());
    let program = unpack(&zip, &elsewhere);
    assert_eq!(json[0]["bootstrap_bytes"], program.metadata().unwrap().len());
    assert!(json[0]["parts"].is_null());

    let settings = [
        (r"(?m)^/.*/", "[folder]/"),
        (r"\d+\.\d\d MB", "[size]"),
        (r"x86_64|arm64", "[architecture]"),
        (r"glibc .*", "glibc [version]"),
    ];
    insta::with_settings!({ filters => settings }, {
        // The program by itself tells the same.
        insta::assert_snapshot!(inspect(&[zip.as_str(), program.as_str()]));
    });
}

#[test]
fn what_is_large_is_told_where_an_artifact_was_built_and_elsewhere_why_not() {
    let zip = items().artifacts.join("get-items.zip");
    let inspected =
        succeed(&mut routegen(&["inspect", zip.as_str(), "--crates", "-p", "items", "--format", "json"]));
    let inspected: Value = serde_json::from_str(&inspected).unwrap();
    let parts = inspected[0]["parts"].as_array().unwrap();
    let bytes: u64 = parts.iter().map(|part| part["bytes"].as_u64().unwrap()).sum();
    assert_eq!(bytes, inspected[0]["bootstrap_bytes"], "the parts are the whole");
    for name in ["items", "std", "tokio", "[.rodata]"] {
        assert!(parts.iter().any(|part| part["name"] == name), "{name} is not in {parts:?}");
    }

    let mut elsewhere = routegen(&["inspect", zip.as_str(), "--crates"]);
    let error = fail(elsewhere.current_dir("/"));
    assert!(error.contains("RG0048") && error.contains("routegen build"), "{error}");
}

#[test]
fn what_is_no_artifact_is_refused() {
    let file = repository().join("README.md");
    let error = fail(&mut routegen(&["inspect", file.as_str()]));
    assert!(error.contains("RG0047") && error.contains("neither a zip nor a program for Linux"), "{error}");
}
