//! Functions that something other than an HTTP request calls: what they take, what they return, and how an event reaches them.
//!
//! In: the event of Lambda as JSON, and the erased function. Out: a call for each record, or one for all of them, and which records
//! failed. Events are read into small types of this crate, and no AWS crate is linked. It never loses a record: what cannot be read, what
//! panics and what was not reached is a failure that Lambda is told.
//!
//! Its functions are `#[inline]`, so that they are compiled in the crate that has consumers, and not in this one: the linker drops what nobody
//! calls, but keeps the tables for unwinding through it, which would be 5 kB of every other artifact.

mod argument;
mod attribute_value;
mod batch;
mod bus;
mod change;
mod deliver;
mod delivery;
mod erased;
#[cfg(test)]
mod golden;
mod handled;
mod message;
mod reading;
mod records;
mod rfc3339;
mod scheduled;
pub mod source;

pub(crate) use self::delivery::Invocation;
#[cfg(feature = "testing")]
pub(crate) use self::erased::{Failed, FailedRecord};
pub use self::{
    argument::{FromBus, FromQueue, FromSchedule, FromStream},
    batch::Batch,
    bus::Event,
    change::{Change, ChangeKind},
    delivery::Delivery,
    erased::Consumer,
    handled::{BatchFailures, Handled, IntoHandled, Record},
    message::{Message, MessageAttribute},
    records::{Beside, BesideCheck, OfQueue, OfQueueCheck, QueueMessage, Records, RecordsCheck, check_queue},
    scheduled::Scheduled,
};
