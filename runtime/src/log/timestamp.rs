//! The time in Lambda's JSON log format: RFC 3339, in UTC, with milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) fn now() -> String {
    format(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn format(since_1970: Duration) -> String {
    let Civil { year, month, day } = Civil::from_days(since_1970.as_secs() / 86_400);
    let [hour, minute, second] = time_of_day(since_1970);
    let millisecond = since_1970.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

fn time_of_day(since_1970: Duration) -> [u64; 3] {
    let second = since_1970.as_secs() % 86_400;
    [second / 3_600, second / 60 % 60, second % 60]
}

/// A calendar date.
struct Civil {
    year: u64,
    month: u64,
    day: u64,
}

impl Civil {
    /// Follows Howard Hinnant's `civil_from_days`: a year begins in March, so that a leap day is its last
    /// day, and 400 years always have the same number of days.
    fn from_days(since_1970: u64) -> Self {
        let days = since_1970 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let march_month = (5 * day + 2) / 153;
        let day = day - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = era * 400 + year + u64::from(month <= 2);
        Self { year, month, day }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        // Expected values come from GNU date.
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.007Z"),
            (68_169_599, "1972-02-28T23:59:59.007Z"),
            (68_169_600, "1972-02-29T00:00:00.007Z"),
            (951_868_799, "2000-02-29T23:59:59.007Z"),
            (951_868_800, "2000-03-01T00:00:00.007Z"),
            (1_773_119_783, "2026-03-10T05:16:23.007Z"),
            (4_107_542_399, "2100-02-28T23:59:59.007Z"),
            (4_107_542_400, "2100-03-01T00:00:00.007Z"),
        ] {
            assert_eq!(format(Duration::new(seconds, 7_999_999)), expected);
        }
    }
}
