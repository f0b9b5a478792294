//! What calls consumers, on this machine: queues, an event bus, schedules and the streams of tables.
//!
//! In: messages, events, changes of items, and words that a schedule is due. Out: invocations of consumers by AWS's rules for each kind:
//! batches, visibility, partial failures, retries and dead letters. All of it is in memory, bounded, and outlives another API that is put
//! in the place of this one. Nothing here knows a browser; `endpoint` and `sqs` are how programs come in.

mod clock;
mod consumer;
mod endpoint;
mod hub;
mod md5;
mod queue;
mod sample;
mod shard;
mod sqs;
#[cfg(feature = "schedules")]
mod times;
mod work;

pub(crate) use self::{consumer::DeployedConsumer, endpoint::answer, hub::Hub, work::run};
pub use self::{
    hub::EventError,
    sqs::{queue_url, sqs_endpoint},
};
