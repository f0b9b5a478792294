//! What a test needs of the machine beyond Rust. Without it the test is skipped, and says so; in CI it fails.

use std::{
    fs::File,
    io::{Write as _, stderr},
    thread,
};

/// What the test needs, or `None` where it is not to be had. The test has nothing to prove then.
///
/// # Panics
///
/// Where `CI` is `true`: there a skipped test is a failed one.
pub fn or_skip<T>(requirement: &Result<T, String>) -> Option<&T> {
    if let Err(why) = requirement {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "in CI nothing is skipped: {why}");
    }
    or_skip_in_ci_too(requirement)
}

/// The same for what CI may lack too, because it comes from elsewhere than the registries of packages.
pub fn or_skip_in_ci_too<T>(requirement: &Result<T, String>) -> Option<&T> {
    let why = match requirement {
        Ok(found) => return Some(found),
        Err(why) => why,
    };
    let line = format!("SKIPPED {}: {why}\n", thread::current().name().unwrap_or("a test"));
    // Not `eprintln`, which the runner keeps to itself when a test passes.
    stderr().write_all(line.as_bytes()).unwrap();
    // `cargo xtask test` repeats them all at its end.
    if let Some(path) = std::env::var_os("ROUTEGEN_TEST_SKIPPED") {
        let mut file = File::options().append(true).create(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
    None
}
