//! Fuzzes the targets of `gateway/fuzz`, one after another.
//!
//! In: a target, or none for all of them, and the time. Findings are kept in `gateway/fuzz/artifacts`, and
//! inputs that reach new code in `gateway/fuzz/corpus`; git ignores both. This requires a nightly compiler
//! and cargo-fuzz, and installs neither.

use std::{fs, path::PathBuf};

use crate::{
    environment::repository,
    step::{Failed, Step},
};

pub(crate) const USAGE: &str = "cargo xtask fuzz [TARGET [SECONDS]]
                             looks for input that breaks the gateway, each target for 300 s; needs nightly and cargo-fuzz
  ";

const SECONDS: u32 = 300;

pub(crate) fn fuzz(arguments: &[&str]) -> Result<(), Failed> {
    let (targets, seconds) = match arguments {
        [] => (all()?, SECONDS),
        [target] => (vec![(*target).to_owned()], SECONDS),
        [target, seconds] => {
            let not_a_number = |_| Failed(format!("`{seconds}` is no number of seconds"));
            (vec![(*target).to_owned()], seconds.parse().map_err(not_a_number)?)
        }
        _ => return Err(Failed(format!("usage:\n  {USAGE}"))),
    };
    targets.iter().try_for_each(|target| run(target, seconds))
}

fn folder() -> PathBuf {
    repository().join("gateway/fuzz")
}

fn all() -> Result<Vec<String>, Failed> {
    let folder = folder().join("fuzz_targets");
    let failed = |error| Failed(format!("{} cannot be read: {error}", folder.display()));
    let mut targets = Vec::new();
    for file in fs::read_dir(&folder).map_err(failed)? {
        let file = file.map_err(failed)?.path();
        targets.extend(file.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    targets.sort();
    Ok(targets)
}

/// They are in the package whose code the target calls, where tests replay them.
fn seeds(target: &str) -> Option<PathBuf> {
    let folders = ["gateway", "apigw"].map(|krate| repository().join(krate).join("seeds").join(target));
    folders.into_iter().find(|folder| folder.is_dir())
}

fn run(target: &str, seconds: u32) -> Result<(), Failed> {
    let corpus = folder().join("corpus").join(target);
    fs::create_dir_all(&corpus)
        .map_err(|error| Failed(format!("{} cannot be made: {error}", corpus.display())))?;
    // The fuzzed code contains no unsafe code: a memory sanitizer would cost time, and find nothing in it.
    let run = Step::new("cargo").arguments(["+nightly", "fuzz", "run", "--sanitizer", "none", "--fuzz-dir"]);
    run.arguments([folder()])
        .arguments([target])
        .arguments([corpus])
        .arguments(seeds(target))
        .arguments(["--", &format!("-max_total_time={seconds}")])
        .run()
}
