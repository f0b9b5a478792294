//! Time as the events of a gateway know it: one clock for what waits and for what is written down, which tests can move.

use std::time::{SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
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

    /// When it began.
    #[cfg(feature = "schedules")]
    pub(super) fn begin(&self) -> SystemTime {
        self.wall
    }

    /// What a calendar on the wall says: other clocks stand still while a machine sleeps.
    #[cfg(feature = "schedules")]
    pub(super) fn calendar(&self, at: Instant) -> SystemTime {
        self.wall(at).max(SystemTime::now())
    }

    /// In milliseconds since 1970.
    pub(super) fn millis(&self, at: Instant) -> u64 {
        let since = self.wall(at).duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// RFC 3339 in UTC, to the second.
pub(super) fn rfc3339(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at).to_offset(UtcOffset::UTC);
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
}
