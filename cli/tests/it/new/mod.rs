//! `routegen new`: it writes the same as `examples/shop`, and its projects build, pass their tests and can be
//! packaged.

mod examples;
mod templates;

use std::{
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::fixture::{executable, fail, repository, routegen, succeed, target};

/// A folder outside of this repository and its workspace.
pub(crate) fn elsewhere() -> (TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    (folder, path)
}

/// Locks the folder of artifacts and empties it. Projects elsewhere share this repository's target directory,
/// so that compiled dependencies are reused, and therefore also this folder, which only one of them at a time
/// may use.
pub(crate) fn artifacts_folder() -> MutexGuard<'static, ()> {
    static FOLDER: Mutex<()> = Mutex::new(());
    let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = std::fs::remove_dir_all(target().join("routegen/lambda"));
    folder
}

/// `routegen new`, in a folder.
fn new(folder: &Utf8Path, args: &[&str]) -> Command {
    let mut command = routegen(&["new"]);
    command.args(args).current_dir(folder);
    command
}

/// The files below a folder, except those of git and cargo.
fn files(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in next.read_dir_utf8().unwrap() {
            let path = entry.unwrap().path().to_owned();
            match path.file_name() {
                Some(".git" | "target" | "Cargo.lock") => {}
                _ if path.is_dir() => open.push(path),
                _ => files.push(path.strip_prefix(folder).unwrap().to_owned()),
            }
        }
    }
    files.sort();
    files
}

#[test]
fn what_it_prints_ends_with_what_to_type_next() {
    let (_guard, folder) = elsewhere();
    let clone = ["--routegen-path", repository().as_str()];
    let shown = succeed(&mut new(&folder, &[&["my shop", "--name", "shop"][..], &clone].concat()));
    insta::assert_snapshot!(shown, @r"
    shop: an API behind Cognito, 7 files

      my shop/.github/workflows/ci.yml
      my shop/.gitignore
      my shop/Cargo.toml
      my shop/README.md
      my shop/routegen.toml
      my shop/src/lib.rs
      my shop/tests/api.rs

    Git     a new repository
    Next:   cd 'my shop' && routegen dev
    ");
    assert!(folder.join("my shop/.git").is_dir());
    let printed: serde_json::Value =
        serde_json::from_str(&succeed(&mut new(&folder, &["other", "--format", "json"]))).unwrap();
    assert_eq!(printed["next"], "cd other && routegen dev");
    // The printed command leads there, with nothing left to fill in.
    let next = shown.lines().last().unwrap().strip_prefix("Next:   ").unwrap();
    let listed = next.replace("routegen dev", "cargo metadata --no-deps --offline --format-version 1");
    let metadata = succeed(Command::new("sh").args(["-c", &listed]).current_dir(&folder));
    assert!(metadata.contains("\"name\":\"shop\""), "{metadata}");
}

#[test]
fn a_project_that_is_interrupted_or_fails_at_its_end_leaves_nothing() {
    let (_guard, folder) = elsewhere();
    let programs = folder.join("programs");
    std::fs::create_dir(&programs).unwrap();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
    for (git, code, of) in [
        // As if Ctrl-C reached the command while git runs.
        ("kill -INT $PPID; cat /dev/zero >/dev/null", 130, "RG0031"),
        ("echo no room >&2; exit 1", 1, "no room"),
    ] {
        executable(&programs.join("git"), format!("#!/bin/sh\nmkdir .git; {git}\n").as_bytes());
        let output = new(&folder, &["apis/shop", "--vcs", "git"]).env("PATH", &path).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.contains(of), "{stderr}");
        assert!(!folder.join("apis").exists());
    }
}

#[test]
fn a_folder_with_anything_in_it_stays_as_it_is() {
    let (_guard, folder) = elsewhere();
    std::fs::write(folder.join("README.md"), "theirs").unwrap();
    let error = fail(&mut new(&folder, &[".", "--name", "shop"]));
    assert!(error.contains("RG0301") && error.contains("README.md"), "{error}");
    assert_eq!(files(&folder), ["README.md"]);
    let error = fail(&mut new(&folder, &["2024"]));
    assert!(error.contains("RG0300") && error.contains("--name"), "{error}");
    assert_eq!(files(&folder), ["README.md"]);
}
