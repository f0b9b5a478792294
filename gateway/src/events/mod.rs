//! What calls consumers locally: queues, an event bus, schedules and the streams of tables.
//!
//! In: messages, events, changes of items, and requests to fire a schedule. Out: invocations of consumers
//! by AWS's rules for each kind: batches, visibility, partial failures, retries and dead letters.
//! Everything is in memory and bounded, and stays when the API is replaced. Nothing here depends on a
//! browser; programs use `endpoint` and `sqs`.

mod clock;
mod consumer;
mod endpoint;
mod hub;
mod kinds;
mod lost;
mod md5;
mod queue;
mod shard;
mod sqs;
#[cfg(feature = "schedules")]
mod times;
mod work;

pub(crate) use self::{consumer::DeployedConsumer, endpoint::answer, hub::Hub, work::run};
pub use self::{
    hub::EventError,
    kinds::event_path,
    sqs::{queue_url, sqs_endpoint},
};
