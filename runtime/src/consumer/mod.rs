//! Functions that are called by something other than an HTTP request: their arguments, their results, and how
//! an event reaches them.
//!
//! In: Lambda's event as JSON, and the erased function. Out: a call for each record, or one for all of them,
//! and the records that failed. Events are parsed into small types of this crate, without any AWS crate. No
//! record is lost: what cannot be parsed, what panics and what was not reached is reported to Lambda as a
//! failure.
//!
//! Its functions are `#[inline]`, so that they are compiled in the crate that has consumers, and not in this
//! one: the linker drops unused functions, but keeps their unwinding tables, which would add 5 kB to every
//! other artifact.

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
