//! What a test requires of the machine besides Rust. Without it, the test is skipped with a message; in CI
//! it fails.

use std::{
    fs::File,
    io::{Write as _, stderr},
    thread,
};

/// What the test requires, or `None` if it is missing. The test must then return without a check.
///
/// # Panics
///
/// If `CI` is `true`: there a skipped test is a failure.
pub fn or_skip<T>(requirement: &Result<T, String>) -> Option<&T> {
    if let Err(why) = requirement {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "in CI nothing is skipped: {why}");
    }
    or_skip_in_ci_too(requirement)
}

/// The same for requirements that CI may lack too, because package registries do not have them.
pub fn or_skip_in_ci_too<T>(requirement: &Result<T, String>) -> Option<&T> {
    let why = match requirement {
        Ok(found) => return Some(found),
        Err(why) => why,
    };
    let line = format!("SKIPPED {}: {why}\n", thread::current().name().unwrap_or("a test"));
    // Not `eprintln`, whose output the runner captures when a test passes.
    stderr().write_all(line.as_bytes()).unwrap();
    // `cargo xtask test` repeats them all at its end.
    if let Some(path) = std::env::var_os("ROUTEGEN_TEST_SKIPPED") {
        let mut file = File::options().append(true).create(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
    None
}
