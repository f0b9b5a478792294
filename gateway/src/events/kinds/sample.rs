//! What the event of a single message is made of, besides the message.

use std::time::SystemTime;

use crate::ids::Ids;

pub(super) struct Sample<'a> {
    pub(super) ids: Ids,
    pub(super) now: SystemTime,
    /// Since the beginning of 1970.
    pub(super) seconds: u64,
    pub(super) millis: u64,
    pub(super) region: &'a str,
}
