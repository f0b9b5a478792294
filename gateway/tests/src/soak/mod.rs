//! What a gateway has to stand: functions that fail in every way, clients that vanish or dawdle, floods of bad tokens.
//!
//! Each part is a file with one function: a round of it, in which every request has to be answered as its kind deserves.
//! The tests run one round; `just soak` runs all parts at once for as long as is asked. After either, every process that the
//! gateway started is reaped.

pub mod bad_tokens;
mod connection;
pub mod failing;
pub mod ground;
pub mod idle;
pub mod replacing;
pub mod unread;
pub mod vanishing;
