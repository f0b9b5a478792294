//! What a gateway must withstand: functions that fail in every way, clients that vanish or stall, and
//! floods of bad tokens.
//!
//! Each part is a file with one function: a round, in which every request must get the answer for its kind.
//! The tests run one round; `just soak` runs all parts at once for a given time. After either, every
//! process that the gateway started has been reaped.

pub mod bad_tokens;
mod connection;
pub mod failing;
pub mod ground;
pub mod idle;
pub mod replacing;
pub mod unread;
pub mod vanishing;
