//! The public API of each crate. Its listing is in the repository, so that reviewers see changes.
//!
//! Only nightly compilers can print it, as rustdoc's JSON, in a format that changes: without a compiler for
//! the format that is read here, the listing is not compared.

use std::{collections::BTreeSet, env, fs, path::Path, process::Command};

use public_api::{Builder, MINIMUM_NIGHTLY_RUST_VERSION};
use routegen_gateway_tests::requirement::or_skip;
use serde_json::Value;

use super::{published, repository, workspace};

/// The format that this version of `public_api` reads.
const FORMAT: u64 = 57;

/// It is not a library for others: it only has `main`, for its two programs.
const COMMAND: &str = "routegen-cli";

/// rustdoc's JSON for each of these crates, in their order, or why there is none.
///
/// One call documents them all, so that their dependencies have one set of features and are compiled once. Nothing
/// is linked, so in place of the C compiler, which would compile a whole library of cryptography, there is a
/// program that does nothing, and the target directory is a separate one.
fn json(packages: &[&str]) -> Result<Vec<String>, String> {
    let toolchain = env::var("ROUTEGEN_TEST_NIGHTLY").unwrap_or_else(|_| "nightly".to_owned());
    let mut rustup = Command::new("rustup");
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        rustup.env_remove(variable);
    }
    let target = Path::new(env!("CARGO_BIN_EXE_xtask")).ancestors().nth(2).unwrap().join("tests/public-api");
    let options = "-Z unstable-options --output-format json --cap-lints allow";
    rustup.current_dir(repository()).env("RUSTDOCFLAGS", options).env("CARGO_TARGET_DIR", &target);
    rustup.env("CC", "true").env("AR", "true");
    rustup.args(["run", &toolchain, "cargo", "doc", "--quiet", "--no-deps", "--lib", "--all-features"]);
    rustup.args(packages.iter().flat_map(|package| ["--package", package]));
    let output = rustup.output().map_err(|error| format!("there is no rustup: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let is_missing = said.contains("is not installed");
    assert!(output.status.success() || is_missing, "{said}");
    if is_missing {
        return Err(format!("there is no toolchain `{toolchain}`"));
    }
    let read = |package: &&str| {
        let file = target.join("doc").join(package.replace('-', "_") + ".json");
        let text = fs::read_to_string(file).unwrap();
        let format = serde_json::from_str::<Value>(&text).unwrap()["format_version"].as_u64();
        if format == Some(FORMAT) {
            Ok(text)
        } else {
            Err(format!(
                "rustdoc of `{toolchain}` writes format {format:?}, and {FORMAT} is read: that of {MINIMUM_NIGHTLY_RUST_VERSION}"
            ))
        }
    };
    packages.iter().map(read).collect()
}

/// The items of a crate, one per line, without automatic and blanket implementations.
fn listing(json: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), json).unwrap();
    let api = Builder::from_rustdoc_json(file.path())
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .unwrap();
    api.items().map(|item| item.to_string() + "\n").collect()
}

/// `just bless` writes them.
#[test]
fn the_public_api_of_each_crate_is_the_one_in_the_repository() {
    let folder = repository().join("docs/api");
    let workspace = workspace();
    let names = published(&workspace).into_iter().map(|package| package.name.as_str());
    let names: BTreeSet<_> = names.filter(|name| *name != COMMAND).collect();
    let mut others = Vec::new();
    let json = json(&names.iter().copied().collect::<Vec<_>>());
    let Some(json) = or_skip(&json) else { return };
    for (name, json) in names.iter().zip(json) {
        let (path, listed) = (folder.join(format!("{name}.txt")), listing(json));
        assert!(listed.lines().count() > 3, "{name}: {listed}");
        if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &listed).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let [before, now] = [&committed, &listed].map(|text| text.lines().collect::<BTreeSet<_>>());
        others.extend(before.difference(&now).map(|item| format!("{name}: - {item}")));
        others.extend(now.difference(&before).map(|item| format!("{name}: + {item}")));
    }
    assert!(
        others.is_empty(),
        "run `just bless`, and look at what changes for users:\n{}",
        others.join("\n")
    );
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let files: BTreeSet<_> =
        files.map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(files, names.into_iter().map(str::to_owned).collect());
}

/// A dependency's types in a crate's own API are part of that API: they are listed, with the reason, in
/// CONTRIBUTING.md.
#[test]
fn whole_crates_are_re_exported_only_where_the_policy_names_them() {
    let mut found = BTreeSet::new();
    for package in published(&workspace()) {
        let root = package.manifest_path.parent().unwrap().join("src/lib.rs");
        let dependencies: Vec<_> =
            package.dependencies.iter().map(|dependency| dependency.name.replace('-', "_")).collect();
        let file: syn::File = syn::parse_file(&fs::read_to_string(root).unwrap()).unwrap();
        for item in file.items {
            if let syn::Item::Use(item) = item
                && matches!(item.vis, syn::Visibility::Public(_))
            {
                whole(&item.tree, &dependencies, &mut |name| {
                    found.insert(format!("{}::{name}", package.name))
                });
            }
        }
    }
    let contributing = fs::read_to_string(repository().join("CONTRIBUTING.md")).unwrap();
    let (_, policy) = contributing.split_once("## What is public").unwrap();
    let (policy, _) = policy.split_once("\n## ").unwrap();
    for name in &found {
        assert!(policy.contains(&format!("`{}`", name.replace("routegen::", ""))), "{name}");
    }
    assert_eq!(found, ["axum", "http", "lambda_http"].map(|name| format!("routegen::{name}")).into());
}

/// The crates that a `pub use` exports as a whole: by their names, by `self`, or by a glob.
fn whole(tree: &syn::UseTree, crates: &[String], found: &mut dyn FnMut(String) -> bool) {
    match tree {
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| whole(tree, crates, found)),
        syn::UseTree::Name(name) if crates.contains(&name.ident.to_string()) => {
            found(name.ident.to_string());
        }
        syn::UseTree::Rename(name) if crates.contains(&name.ident.to_string()) => {
            found(name.ident.to_string());
        }
        syn::UseTree::Path(path) => {
            let krate = path.ident.to_string();
            if crates.contains(&krate) {
                within(&path.tree, &krate, found);
            }
        }
        _ => {}
    }
}

fn within(tree: &syn::UseTree, krate: &str, found: &mut dyn FnMut(String) -> bool) {
    match tree {
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| within(tree, krate, found)),
        syn::UseTree::Glob(_) => {
            found(krate.to_owned());
        }
        syn::UseTree::Name(name) if name.ident == "self" => {
            found(krate.to_owned());
        }
        // `axum::http` is a crate too.
        syn::UseTree::Name(name) if name.ident == "http" => {
            found("http".to_owned());
        }
        _ => {}
    }
}
