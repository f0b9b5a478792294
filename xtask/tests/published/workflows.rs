//! GitHub workflows, including those of new projects, are only ever run by GitHub; actionlint and zizmor
//! check them as far as possible.

use std::{env, fs, path::PathBuf, process::Command};

use routegen_gateway_tests::requirement::{or_skip, or_skip_in_ci_too};

use super::repository;

fn workflows() -> Vec<PathBuf> {
    let files = fs::read_dir(repository().join(".github/workflows")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(files.len() > 3, "{files:?}");
    // The workflow that `routegen new` writes for its users.
    files.push(repository().join("cli/src/new/templates/ci.yml"));
    files
}

/// A tag can be moved to other code.
#[test]
fn actions_are_named_by_their_commits() {
    let mut actions = 0;
    for file in workflows() {
        for line in fs::read_to_string(&file).unwrap().lines() {
            let Some((_, action)) = line.split_once("uses:") else { continue };
            let (name, version) = action.trim().split_once(" # v").unwrap_or_else(|| panic!("{line}"));
            let (_, commit) = name.split_once('@').unwrap();
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
            assert!(version.starts_with(|first: char| first.is_ascii_digit()), "{line}");
            actions += 1;
        }
    }
    assert!(actions > 5);
}

#[test]
fn actionlint_finds_nothing() {
    let found = Command::new("actionlint").arg("-version").output();
    let found = found.map_err(|error| format!("actionlint of xtask/requirements-actionlint.txt: {error}"));
    // Its package downloads the program from GitHub.
    if or_skip_in_ci_too(&found).is_some() {
        let output = Command::new("actionlint").args(workflows()).current_dir(repository()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn zizmor_finds_nothing() {
    let zizmor =
        env::var_os("ROUTEGEN_TEST_PYTHON").map(|python| PathBuf::from(python).with_file_name("zizmor"));
    let zizmor = zizmor.filter(|zizmor| zizmor.exists());
    let zizmor =
        zizmor.ok_or_else(|| "`cargo xtask test` makes the Python environment with zizmor".to_owned());
    let Some(zizmor) = or_skip(&zizmor) else { return };
    let mut command = Command::new(zizmor);
    command.args(["--offline", "--no-progress", "--min-severity", "low"]).args(workflows());
    let output = command.current_dir(repository()).output().unwrap();
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success() && !said.contains("failed to parse"), "{said}");
}
