//! The published packages: each crate is complete in its package, and has the metadata for crates.io and
//! docs.rs.

#![allow(clippy::unwrap_used, reason = "a test that fails should stop and say why")]

mod api;
mod workflows;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId, semver::Version};
use serde_json::json;

/// Some of crates.io's categories (<https://crates.io/category_slugs>).
const CATEGORIES: [&str; 7] = [
    "command-line-utilities",
    "data-structures",
    "development-tools::cargo-plugins",
    "development-tools::testing",
    "simulation",
    "web-programming",
    "web-programming::http-server",
];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn published(metadata: &Metadata) -> Vec<&Package> {
    let members = metadata.workspace_packages();
    let published: Vec<_> = members.into_iter().filter(|package| package.publish.is_none()).collect();
    assert!(published.len() > 5, "{} crates are published", published.len());
    published
}

fn workspace() -> Metadata {
    MetadataCommand::new().current_dir(repository()).no_deps().exec().unwrap()
}

/// This also compiles the unit tests. `cargo xtask packages` runs them, as CI does.
#[test]
fn each_crate_is_whole_in_its_package() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["packages", "--check"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The compiler does not see files that a test reads at run time.
#[test]
fn no_source_of_a_package_asks_for_a_file_outside_of_it() {
    let mut asked = 0;
    for package in published(&workspace()) {
        let root = package.manifest_path.parent().unwrap().as_std_path();
        for file in sources(&root.join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            for (at, _) in text.match_indices("CARGO_MANIFEST_DIR") {
                asked += 1;
                let statement = text[at..].split_once(';').map_or(&text[at..], |(statement, _)| statement);
                let leads_out = statement.contains("..") || statement.contains("parent()");
                assert!(!leads_out, "{}: {statement}", file.display());
            }
        }
    }
    assert!(asked > 2, "the sources were not read");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

#[test]
fn each_crate_says_what_it_is_and_has_its_licences() {
    for package in published(&workspace()) {
        let (name, root) = (&package.name, package.manifest_path.parent().unwrap());
        assert!(package.description.as_ref().is_some_and(|text| text.len() > 20), "{name}");
        assert_eq!(package.license.as_deref(), Some("MIT OR Apache-2.0"), "{name}");
        assert_eq!(package.repository.as_deref(), Some("https://github.com/routegen/routegen"), "{name}");
        assert!(package.documentation.is_some(), "{name}");
        assert_eq!(package.readme.as_deref().unwrap(), "README.md", "{name}");
        let readme = fs::read_to_string(root.join("README.md")).unwrap();
        assert!(readme.starts_with(&format!("# {name}\n")), "{name}");
        // On crates.io, the repository's files are not available.
        assert!(!readme.replace("](http", "").contains("]("), "{name}: a link that leads nowhere");
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let [own, whole] = [root.as_std_path(), repository()].map(|folder| folder.join(licence));
            assert_eq!(fs::read(own).unwrap(), fs::read(whole).unwrap(), "{name}");
        }
        assert!((1..=5).contains(&package.keywords.len()), "{name}");
        assert!(package.keywords.iter().all(|keyword| keyword.len() <= 20), "{name}");
        assert!((1..=5).contains(&package.categories.len()), "{name}");
        for category in &package.categories {
            assert!(CATEGORIES.contains(&category.as_str()), "{name}: {category}");
        }
        let docs_rs = json!({ "all-features": true, "rustdoc-args": ["--cfg", "docsrs"] });
        assert_eq!(package.metadata["docs"]["rs"], docs_rs, "{name}");
        let manifest = fs::read_to_string(&package.manifest_path).unwrap();
        let include = manifest.lines().find(|line| line.starts_with("include = [")).unwrap();
        for files in ["/src/**", "/README.md", "/LICENSE-*"] {
            assert!(include.contains(&format!("\"{files}\"")), "{name}: {include}");
        }
    }
}

/// For the standard library, clippy's `incompatible_msrv` checks that the code requires no later version.
#[test]
fn the_rust_version_of_each_crate_is_none_below_that_of_its_dependencies() {
    let metadata = MetadataCommand::new().current_dir(repository()).exec().unwrap();
    let resolved = &metadata.resolve.as_ref().unwrap().nodes;
    let nodes: BTreeMap<_, _> = resolved.iter().map(|node| (&node.id, node)).collect();
    for package in published(&metadata) {
        let own = package.rust_version.as_ref().unwrap();
        let mut seen = BTreeSet::new();
        let mut next: Vec<&PackageId> = vec![&package.id];
        while let Some(id) = next.pop() {
            if !seen.insert(id) {
                continue;
            }
            let dependency = &metadata[id];
            let theirs = dependency.rust_version.clone().unwrap_or(Version::new(1, 0, 0));
            assert!(theirs <= *own, "{} {own}: {} {theirs}", package.name, dependency.id);
            let here = nodes[id].deps.iter().filter(|dependency| {
                dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
            });
            next.extend(here.map(|dependency| &dependency.pkg));
        }
        assert!(seen.len() > 5, "{}", package.name);
    }
}
