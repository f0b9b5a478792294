//! Tests what is published, as it is published: each crate is packaged, unpacked, and tested without the rest
//! of the repository.
//!
//! In: the published crates of the workspace, as they are on this disk. Out: a `.crate` file for each in
//! `target/package`, and a workspace with their contents in `target/packages`. It publishes nothing, and
//! refuses a crate that needs a file from outside of its package.

use std::{fmt::Write as _, fs};

use cargo_metadata::MetadataCommand;

use crate::{
    environment::{repository, target},
    step::{Failed, Step},
};

pub(crate) const USAGE: &str = "cargo xtask packages [--check]
                             packages the published crates, and runs their unit tests from there; with --check, compiles them
  ";

#[derive(Clone, Copy)]
pub(crate) enum Tests {
    Compile,
    Run,
}

/// A name and a version, which form the name of the package's file and of the folder in it.
struct Package(String, String);

pub(crate) fn packages(tests: Tests) -> Result<(), Failed> {
    let published = published()?;
    // The files on this disk count, whether or not they are committed. The compiler checks them below.
    let mut package =
        Step::cargo("package --quiet --no-verify --allow-dirty --target-dir").arguments([target()]);
    for Package(name, _) in &published {
        package = package.arguments(["--package", name]);
    }
    package.run()?;
    let folder = target().join("packages");
    let failed = |error| Failed(format!("{} cannot be made: {error}", folder.display()));
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    for Package(name, version) in &published {
        let file = target().join(format!("package/{name}-{version}.crate"));
        // Extracted with the current time: the time in the archive is always the same, and cargo would reuse
        // what it compiled from an earlier one.
        Step::new("tar")
            .arguments(["-xmzf"])
            .arguments([&file])
            .arguments(["-C"])
            .arguments([&folder])
            .run()?;
    }
    fs::write(folder.join("Cargo.toml"), workspace(&published)).map_err(failed)?;
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(failed)?;
    let cargo = |arguments: &str| {
        // The dependencies are the workspace's, and already compiled.
        Step::cargo(arguments).directory(&folder).env("CARGO_TARGET_DIR", target()).run()
    };
    cargo("check --workspace --lib --bins")?;
    match tests {
        Tests::Compile => cargo("check --workspace --lib --all-features --tests"),
        // Without binaries, which would replace the repository's.
        Tests::Run => cargo("test --workspace --lib --all-features"),
    }?;
    fs::remove_dir_all(&folder).map_err(failed)
}

fn published() -> Result<Vec<Package>, Failed> {
    let metadata = MetadataCommand::new().current_dir(repository()).no_deps().exec();
    let metadata = metadata.map_err(|error| Failed(format!("the workspace cannot be read: {error}")))?;
    let packages = metadata.packages.iter().filter(|package| package.publish.is_none());
    Ok(packages.map(|package| Package(package.name.to_string(), package.version.to_string())).collect())
}

/// A workspace of the unpacked packages, each of which replaces its version on crates.io for the others.
fn workspace(published: &[Package]) -> String {
    let mut members = String::new();
    let mut patches = String::new();
    for Package(name, version) in published {
        let _ = write!(members, "\"{name}-{version}\", ");
        let _ = writeln!(patches, "{name} = {{ path = \"{name}-{version}\" }}");
    }
    format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n\n[patch.crates-io]\n{patches}")
}
