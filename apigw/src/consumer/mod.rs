//! The events that Lambda hands to functions for event sources, and what the functions' answers mean.
//!
//! In: messages of SQS, times of EventBridge Scheduler, events of EventBridge, changes of DynamoDB's tables. Out: the event that a function
//! gets, as AWS writes it; or, of an answer, which records of a batch failed. What is not known is left out, and never made up.
//!
//! The way back, from an event to a handler's argument, is each runtime's own.

mod attribute_value;
mod batch;
mod bus;
mod queue;
mod schedule;
mod stream;

pub use attribute_value::to_attribute_value;
pub use batch::{Answered, BatchError};
pub use bus::BusEvent;
pub use queue::{MessageAttribute, QueueMessage, queue_event};
pub use schedule::ScheduledCall;
pub use stream::{ChangeKind, StreamRecord, stream_event};
