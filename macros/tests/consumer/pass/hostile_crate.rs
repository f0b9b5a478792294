//! Nothing is imported, unsafe code is forbidden, every warning is an error, and the names of what the expansion uses are
//! something else.
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(rust_2018_idioms, unreachable_pub, unused_qualifications, missing_docs, single_use_lifetimes)]

mod std {}
mod core {}
mod routegen {}
mod __private {}
struct Result;
struct Option;
struct Box;

/// A schedule with all that there is.
#[::routegen::schedule(
    "cron(0 8 ? * MON-FRI *)",
    timezone = "Europe/Berlin",
    flexible_window = 15,
    enabled = false,
    retries = 0,
    max_age = 60,
    memory = 256,
    timeout = 900,
    multi_thread = false,
    env = ["KEYS"],
    name = "report",
    description = "Reports",
    crate = ::routegen,
)]
async fn reported(_: ::routegen::Scheduled, _: ::routegen::Context) {
    let _: (Result, Option, Box) = (Result, Option, Box);
}

/// A queue with all that there is.
#[::routegen::queue(
    orders,
    batch = 100,
    window = 5,
    concurrency = 2,
    receives = 3,
    fifo = false,
    filter = "{\"body\": {\"a\": [1]}}"
)]
async fn ordered(_: ::routegen::Batch<::routegen::Message<u8>>) {}

/// An event with all that there is.
#[::routegen::event(source = "a", detail_type = ["b", "c"], bus = orders_bus, pattern = "{\"detail\": {\"a\": [1]}}")]
async fn placed(_: ::routegen::Event<u8>) {}

/// A stream with all that there is.
#[::routegen::stream(
    items_table, start = "latest", batch = 1, window = 1, parallel = 2, retries = 1, max_age = 60, bisect = false, filter = ["{\"eventName\": [\"INSERT\"]}"]
)]
async fn changed(_: ::routegen::Change<u8>) {}

fn main() {}
