//! Lambda: invokes functions, in this process or as programs over the Runtime API.
//!
//! `function` is what the gateway calls. `pool` passes events to the execution environments of a program,
//! and starts them. `environment` runs one of them: it shares its `state` with the Runtime API in
//! `runtime_api`, whose connections `connection` serves after `peer` has identified their owner, and
//! `process` is its process. `processes` lists all that are running.

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
