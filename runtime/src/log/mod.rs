//! The function's log: JSON lines in Lambda's own JSON log format.
//!
//! In: events and spans of [`tracing`] and records of [`log`](::log), from handlers, libraries and this
//! crate. Out: one line of JSON for each event, on stderr, which Lambda sends to CloudWatch. It does not
//! replace another subscriber: if a program has set its own before its first invocation, that one stays.
//!
//! It has its own subscriber instead of `tracing-subscriber` because of the size that adds to every artifact:
//! see ARCHITECTURE.md.

mod filter;
mod invocation;
mod line;
mod logger;
mod records;
mod spans;
mod timestamp;

use std::{io::Write as _, panic::PanicHookInfo, sync::OnceLock};

use tracing::{
    Dispatch,
    dispatcher::{self, DefaultGuard},
};

pub(crate) use invocation::begin;
#[cfg(feature = "metrics")]
pub(crate) use invocation::request_id;
pub(crate) use line::chain;
pub(crate) use logger::Served;

use filter::Filter;
use logger::Logger;
use records::Records;
use spans::Spans;

/// Connects records of the crate `log`, if [`log_records`] was called.
static RECORDS: OnceLock<fn()> = OnceLock::new();

/// Also logs what the crate `log` records. A program whose libraries do not depend on that crate omits this
/// call, and links nothing of it.
pub fn log_records() {
    let _ = RECORDS.set(|| dispatcher::get_default(|log| Records(log.clone()).install()));
}

/// The target of this crate's own entries.
pub(crate) const TARGET: &str = "routegen";

/// A log that is not yet installed for the process.
pub(crate) struct Log {
    dispatch: Dispatch,
    _guard: DefaultGuard,
}

/// Starts the log of a function: for this thread only, so that a program can still set its own subscriber.
pub(crate) fn start(served: Served) -> Log {
    let dispatch = Dispatch::new(Logger {
        filter: Filter::from_env(),
        spans: Spans::default(),
        served,
        function: std::env::var("AWS_LAMBDA_FUNCTION_NAME").ok(),
        write,
    });
    std::panic::set_hook(Box::new(panicked));
    Log { _guard: dispatcher::set_default(&dispatch), dispatch }
}

impl Log {
    /// Installs it for the whole process, unless another one is installed.
    pub(crate) fn install(self) {
        let Self { dispatch, _guard } = self;
        if dispatcher::set_global_default(dispatch).is_ok()
            && let Some(install) = RECORDS.get()
        {
            install();
        }
    }
}

/// Logs a panic with its location and, like every entry, the request that it happened in.
fn panicked(panic: &PanicHookInfo<'_>) {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    let hint = if text.starts_with("can call blocking only when") {
        "; `multi_thread = true` in `#[route]` gives the function several threads"
    } else {
        ""
    };
    let location = panic.location().map(ToString::to_string);
    tracing::error!(target: TARGET, location, "panicked: {text}{hint}");
}

pub(crate) fn write(line: &str) {
    // One write per line, so that lines of two threads do not mix. If stderr is closed, nobody reads them.
    let _ = std::io::stderr().write_all(line.as_bytes());
}
