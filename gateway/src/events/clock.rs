//! The clock of the events: a single one for waiting and for timestamps, which tests can move.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use tokio::time::Instant;

#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    begin: Instant,
    wall: SystemTime,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { begin: Instant::now(), wall: SystemTime::now() }
    }

    pub(super) fn wall(&self, at: Instant) -> SystemTime {
        self.wall + at.saturating_duration_since(self.begin)
    }

    /// When the clock started.
    #[cfg(feature = "schedules")]
    pub(super) fn begin(&self) -> SystemTime {
        self.wall
    }

    /// The calendar time. It follows the system clock, because monotonic clocks stand still while a machine
    /// sleeps.
    #[cfg(feature = "schedules")]
    pub(super) fn calendar(&self, at: Instant) -> SystemTime {
        self.wall(at).max(SystemTime::now())
    }

    /// The time in milliseconds since 1970.
    pub(super) fn millis(&self, at: Instant) -> u64 {
        let since = self.wall(at).duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// The time in RFC 3339 format, in UTC, to the second.
pub(super) fn rfc3339(at: SystemTime) -> String {
    Timestamp::try_from(at).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
