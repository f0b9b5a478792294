//! Lambda: functions are invoked, in this process or as programs over the Runtime API.
//!
//! `function` is what the gateway calls; `pool` gives events to the execution environments of a program, and starts them;
//! `environment` runs one of those, whose `state` its Runtime API shares, with `process` beneath it and `runtime_api` before it, which
//! `connection` leads to if `peer` knows whose it is; `processes` knows all that live.

mod connection;
mod environment;
mod function;
mod log;
mod outcome;
mod peer;
mod pool;
mod process;
mod processes;
mod runtime_api;
mod state;
#[cfg(target_os = "linux")]
mod strays;

pub(crate) use environment::new_pool;
pub(crate) use function::{Call, LambdaFunction, RunBy};
pub use outcome::InvokeError;
pub(crate) use outcome::Invoked;
pub(crate) use pool::{PoolHandle, Services};
pub use processes::Processes;
