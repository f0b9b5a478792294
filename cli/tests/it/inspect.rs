//! `routegen inspect`: what it prints about an artifact, with and without the workspace that built it.

use std::io::Write as _;

use serde_json::Value;
use zip::{ZipWriter, write::SimpleFileOptions};

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
        // The output for the program alone is the same.
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

/// Whether a terminal would interpret any of it, or display other text.
fn is_obeyed(text: &str) -> bool {
    text.lines().any(|line| matches!(routegen_spec::printable(line), std::borrow::Cow::Owned(_)))
}

#[test]
fn a_hostile_note_is_refused_and_nothing_of_it_is_printed() {
    let folder = scratch("inspect-hostile-note");
    let program = unpack(&items().artifacts.join("get-items.zip"), &folder);
    let good = std::fs::read(&program).unwrap();
    for (from, to) in [
        (r#""function":"get-items""#, r#""function":"\u001b[2J""#),
        (r#""routes":["GET /items"]"#, "\"routes\":[\"GET /\\n   \"]"),
        (r#""function":"get-items""#, "\"function\":\"get\u{202e}ems\""),
        (r#""package":"items""#, r#""package":"i;id;""#),
    ] {
        assert_eq!(from.len(), to.len(), "{to}");
        let at = good.windows(from.len()).position(|window| window == from.as_bytes()).expect(from);
        let mut bad = good.clone();
        bad[at..at + to.len()].copy_from_slice(to.as_bytes());
        std::fs::write(&program, bad).unwrap();
        for format in ["text", "json"] {
            let error = fail(&mut routegen(&["inspect", program.as_str(), "--format", format]));
            assert!(error.contains("RG0047") && error.contains("forged"), "{error}");
            assert!(!is_obeyed(&error) && !error.contains("i;id;"), "{error:?}");
        }
    }
}

#[test]
fn names_in_a_hostile_zip_are_printed_and_not_obeyed() {
    let folder = scratch("inspect-hostile-zip");
    let program = unpack(&items().artifacts.join("get-items.zip"), &folder);
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    zip.write_all(&std::fs::read(program).unwrap()).unwrap();
    let hostile = [
        "a\u{1b}]52;c;Zm9v\u{7}",
        "b\n  function      forged",
        "c\u{9b}2J",
        "d\u{202e}gpj.exe",
        "e\u{2028}f\r",
    ];
    for name in hostile {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
    }
    let path = folder.join("\u{1b}[31mhostile.zip");
    std::fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    let text = succeed(&mut routegen(&["inspect", path.as_str()]));
    assert!(!is_obeyed(&text) && text.contains(r"a\u{1b}]52;c;Zm9v\u{7} "), "{text:?}");
    assert_eq!(text.lines().filter(|line| line.trim_start().starts_with("function")).count(), 1, "{text}");
    let json = succeed(&mut routegen(&["inspect", path.as_str(), "--format", "json"]));
    assert!(!is_obeyed(&json), "{json:?}");
    let json: Value = serde_json::from_str(&json).unwrap();
    let names = json[0]["other_files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), hostile, "for programs they are what they are");
}

#[test]
fn what_is_no_artifact_is_refused() {
    let file = repository().join("README.md");
    let error = fail(&mut routegen(&["inspect", file.as_str()]));
    assert!(error.contains("RG0047") && error.contains("neither a zip nor a program for Linux"), "{error}");
}
