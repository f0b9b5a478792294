//! The kinds of event source, each with its way of delivering events to a function.

use super::deliver::{bus, queue, schedule, stream};
use super::erased::Source;

/// Times.
pub const SCHEDULE: Source = Source { deliver: schedule };
/// Messages of a queue.
pub const QUEUE: Source = Source { deliver: queue };
/// Events of a bus.
pub const EVENT: Source = Source { deliver: bus };
/// Changes of a table.
pub const STREAM: Source = Source { deliver: stream };
