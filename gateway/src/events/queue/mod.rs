//! A queue that behaves like SQS, in memory.
//!
//! In: messages, and operations on them with times that the caller passes. Out: received messages, and dead
//! letters, which were received too often. It has no clock and calls nothing. Its size is bounded: a full
//! queue refuses messages, and the oldest dead letters are dropped first.

mod dead_letters;
mod held;
mod message;
mod receive;
mod send;
#[cfg(test)]
mod world;

pub(super) use self::{
    held::{Counts, Queue, Settings},
    message::{NotSent, Outgoing, Sent},
};
