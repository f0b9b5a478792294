//! A runtime of several threads, for the functions that ask for it.
//!
//! In: what serves a function. Out: its end. A program that does not call this links no scheduler of many threads.

use std::{io, pin::Pin};

use lambda_http::Error;
use tokio::runtime::Builder;

use super::environment::BLOCK_ON;

/// Has the function served by tokio's multi-threaded runtime.
pub fn use_threads() {
    let _ = BLOCK_ON.set(block_on);
}

/// As many threads as the function has CPUs: Lambda gives one for every 1,769 MB, and at least two are visible.
fn block_on(served: Pin<&mut dyn Future<Output = Result<(), Error>>>) -> io::Result<Result<(), Error>> {
    Ok(Builder::new_multi_thread().enable_all().build()?.block_on(served))
}
