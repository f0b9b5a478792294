//! The contents of the artifacts folder, build after build.

use std::{collections::BTreeMap, os::unix::fs::PermissionsExt, process::Command, time::SystemTime};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::fixture::{Project, fail, items, routegen, succeed};

fn sha256(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(bytes))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn listing(folder: &Utf8Path) -> Value {
    json(&std::fs::read_to_string(folder.join("artifacts.json")).unwrap())
}

fn names(listing: &Value) -> Vec<&str> {
    listing["functions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|function| function["name"].as_str().unwrap())
        .collect()
}

/// The stderr of a command that succeeds.
#[track_caller]
fn talk(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{talk}");
    talk
}

#[test]
fn artifacts_json_says_what_the_zips_are() {
    let folder = &items().artifacts;
    let listing = listing(folder);
    assert_eq!(names(&listing), ["create-item", "get-items"]);
    for function in listing["functions"].as_array().unwrap() {
        let zip = std::fs::read(folder.join(function["file"].as_str().unwrap())).unwrap();
        assert_eq!(function["sha256"], sha256(&zip));
        assert_eq!(function["zip_bytes"], zip.len());
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        assert_eq!(function["bootstrap_bytes"], archive.by_name("bootstrap").unwrap().size());
    }
    let manifest = succeed(&mut routegen(&["routes", "-p", "items", "--format", "json"]));
    assert_eq!(listing["manifest_sha256"], sha256(manifest.as_bytes()));
    let filters = [
        (r#""(manifest_)?sha256": "[^"]{44}""#, r#""${1}sha256": "[hash]""#),
        (r#"_bytes": \d+"#, r#"_bytes": "[bytes]""#),
        (r#""architecture": "(x86_64|arm64)""#, r#""architecture": "[architecture]""#),
        (r#""routegen_version": "[^"]*""#, r#""routegen_version": "[version]""#),
    ];
    let text = std::fs::read_to_string(folder.join("artifacts.json")).unwrap();
    insta::with_settings!({ filters => filters }, { insta::assert_snapshot!(text) });
}

/// A project with these routes and extra files.
fn project(name: &str, routes: &[&str]) -> Project {
    let project = Project::new(name, &library(routes));
    project.write("routegen.toml", "include = [\"assets/**\"]\n\n[functions.one]\ninclude = [\"own.txt\"]\n");
    project.write("assets/deep/data.json", "{}\n");
    project.write("assets/tool", "#!/bin/sh\n");
    project.write("own.txt", "own\n");
    for (file, mode) in [("assets/tool", 0o700), ("assets/deep/data.json", 0o600), ("own.txt", 0o664)] {
        std::fs::set_permissions(project.root.join(file), PermissionsExt::from_mode(mode)).unwrap();
    }
    project
}

fn library(routes: &[&str]) -> String {
    let route = |name: &&str| {
        format!("#[routegen::route(GET, \"/{name}\", auth = \"none\")]\nasync fn {name}() {{}}\n\n")
    };
    routes.iter().map(route).collect()
}

/// Every file in a folder, with its contents and modification time.
fn snapshot(folder: &Utf8Path) -> BTreeMap<Utf8PathBuf, (Vec<u8>, SystemTime)> {
    let files = folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path());
    let files = files.filter(|path| path.is_file());
    files
        .map(|path| {
            let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
            let content = std::fs::read(&path).unwrap();
            (path, (content, modified))
        })
        .collect()
}

/// A single project, from its first build on: each step is one that users take, and compiling for each step
/// separately would take long.
#[test]
fn a_folder_of_artifacts_follows_the_routes_and_nothing_else_in_it_is_touched() {
    let project = project("packing", &["one", "two"]);
    let out = project.root.join("lambda");
    let build = |more: &[&str]| {
        let args = ["build", "--format", "json", "--out", "lambda"];
        project.routegen(&[&args[..], more].concat())
    };
    let changes = |summary: &str| -> Vec<String> {
        let artifacts = json(summary)["artifacts"].as_array().unwrap().clone();
        artifacts.iter().map(|artifact| format!("{} {}", artifact["function"], artifact["change"])).collect()
    };

    // The first build, including the extra files.
    assert_eq!(changes(&succeed(&mut build(&[]))), [r#""one" "new""#, r#""two" "new""#]);
    let modes = |zip: &str| -> Vec<(String, u32)> {
        let file = std::fs::File::open(out.join(zip)).unwrap();
        let mut archive = zip::ZipArchive::new(file).unwrap();
        (0..archive.len())
            .map(|index| {
                let file = archive.by_index(index).unwrap();
                (file.name().unwrap().into_owned(), file.unix_mode().unwrap() & 0o777)
            })
            .collect()
    };
    let extra = |name: &str, mode| (name.to_owned(), mode);
    let everywhere =
        [extra("bootstrap", 0o755), extra("assets/deep/data.json", 0o644), extra("assets/tool", 0o755)];
    assert_eq!(modes("two.zip"), everywhere);
    assert_eq!(modes("one.zip"), [&everywhere[..], &[extra("own.txt", 0o644)]].concat());

    // Without a change, nothing is written.
    let first = snapshot(&out);
    let again = succeed(&mut build(&[]));
    assert_eq!(changes(&again), [r#""one" "unchanged""#, r#""two" "unchanged""#]);
    assert!(snapshot(&out) == first, "the second build wrote something");

    // One zip was deleted, and one was modified.
    std::fs::remove_file(out.join("one.zip")).unwrap();
    std::fs::write(out.join("two.zip"), "mine").unwrap();
    succeed(&mut build(&[]));
    let contents = |files: BTreeMap<Utf8PathBuf, (Vec<u8>, SystemTime)>| -> BTreeMap<_, _> {
        files.into_iter().map(|(path, (content, _))| (path, content)).collect()
    };
    assert!(contents(snapshot(&out)) == contents(first), "the same input, another zip");

    // A changed extra file changes the functions that include it.
    project.write("own.txt", "longer than before, and not like it\n");
    let summary = succeed(&mut build(&[]));
    assert_eq!(changes(&summary), [r#""one" "changed""#, r#""two" "unchanged""#]);
    assert!(json(&summary)["artifacts"][0]["zip_bytes_before"].as_u64().unwrap() > 0);

    // Only one function: the other one stays listed.
    let before = listing(&out);
    assert_eq!(changes(&succeed(&mut build(&["--only", "two"]))), [r#""two" "unchanged""#]);
    assert_eq!(listing(&out), before);
    let error = fail(&mut build(&["--only", "tow"]));
    assert!(error.contains("RG0030") && error.contains("did you mean `two`?"), "{error}");

    // Other routes: the existing zips no longer fit, and each command that could be misled by them reports
    // it.
    project.write("src/lib.rs", &library(&["one", "three"]));
    let emit = talk(&mut project.routegen(&["emit-tf", "--artifacts", "lambda", "--out", "terraform"]));
    assert!(emit.contains("RG0202") && emit.contains("three"), "{emit}");
    let only = talk(&mut build(&["--only", "one"]));
    assert!(only.contains("RG0202") && only.contains("three"), "{only}");
    assert_eq!(names(&listing(&out)), ["one"]);
    assert!(!out.join("two.zip").exists());

    // What the last build listed is removed with its route; other people's files stay, including one in place
    // of a zip.
    succeed(&mut build(&[]));
    assert_eq!(names(&listing(&out)), ["one", "three"]);
    std::fs::write(out.join("mine.zip"), "mine").unwrap();
    std::fs::write(out.join("three.zip"), "mine").unwrap();
    project.write("src/lib.rs", &library(&["one"]));
    succeed(&mut build(&[]));
    assert_eq!(names(&listing(&out)), ["one"]);
    for name in ["mine.zip", "three.zip"] {
        assert_eq!(std::fs::read_to_string(out.join(name)).unwrap(), "mine");
    }

    // The layout of other tools, for which the zip with the old name would be out of date.
    let summary = json(&succeed(&mut build(&["--layout", "cargo-lambda"])));
    assert_eq!(summary["artifacts"][0]["path"], out.join("one/bootstrap.zip").as_str());
    assert_eq!(listing(&out)["functions"][0]["file"], "one/bootstrap.zip");
    assert!(out.join("one/bootstrap.zip").exists() && !out.join("one.zip").exists());

    // A file that is not one of routegen's listings.
    std::fs::write(out.join("artifacts.json"), "[1, 2]\n").unwrap();
    let error = fail(&mut build(&[]));
    assert!(error.contains("RG0018") && error.contains("artifacts.json"), "{error}");

    // Mistakes in `include`, with their places; and timings.
    std::fs::remove_file(out.join("artifacts.json")).unwrap();
    project.write("routegen.toml", "include = [\"assets/*.yaml\"]\n");
    for error in [fail(&mut build(&[])), fail(&mut project.routegen(&["check"]))] {
        assert!(
            error.contains("RG0016") && error.contains("matches no file") && error.contains(":1:12"),
            "{error}"
        );
    }
    project.write("routegen.toml", "[functions.onne]\ninclude = [\"assets/**\"]\n");
    let error = fail(&mut build(&[]));
    assert!(error.contains("RG0016") && error.contains("did you mean `one`?"), "{error}");
    project.write("routegen.toml", "");
    let timings = json(&succeed(&mut build(&["--timings"])))["timings"].clone();
    let steps: Vec<_> = timings["steps"].as_array().unwrap().iter().map(|step| &step["step"]).collect();
    assert_eq!(steps, ["workspace", "registry_build", "registry_link", "artifacts_build", "link", "zip"]);
}
