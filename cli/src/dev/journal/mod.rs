//! The log of the local gateway: a line for each request and for each call of a consumer, and under it the
//! function's output.
//!
//! In: the gateway's observations, in the order in which they come. Out: entries to print. A function's lines
//! are held until its request is answered, but only briefly, so that they can be seen while a handler hangs.
//! If observations come faster than they are printed, some are left out and counted: the gateway waits for
//! nobody, and the queue is bounded.

mod entry;
mod keep;
mod listener;
mod pages;
#[cfg(test)]
mod sample;
mod text;

pub(crate) use self::{entry::LogLine, keep::Journal};
