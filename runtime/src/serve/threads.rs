//! A multi-threaded runtime, for the functions that require it.
//!
//! In: the future that serves a function. Out: its result. A program that does not call this links no
//! multi-threaded scheduler.

use std::{io, pin::Pin};

use lambda_runtime::Error;
use tokio::runtime::Builder;

use super::environment::BLOCK_ON;

/// Runs the function on tokio's multi-threaded runtime.
pub fn use_threads() {
    let _ = BLOCK_ON.set(block_on);
}

/// As many threads as the function has CPUs: Lambda provides one per 1,769 MB, and at least two are visible.
fn block_on(served: Pin<&mut dyn Future<Output = Result<(), Error>>>) -> io::Result<Result<(), Error>> {
    Ok(Builder::new_multi_thread().enable_all().build()?.block_on(served))
}
