//! The events that Lambda passes to functions for event sources, and the meaning of the functions' answers.
//!
//! In: SQS messages, times of EventBridge Scheduler, EventBridge events, changes of DynamoDB tables. Out:
//! the event that a function gets, in AWS's form; or, from an answer, which records of a batch failed.
//! Unknown fields are left out, never invented.
//!
//! Each runtime itself turns an event into a handler's argument.

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
