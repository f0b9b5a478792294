//! A calendar day.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A day, written as `2027-01-31` (RFC 3339, `full-date`).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("pattern" = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")))]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day this many seconds after the beginning of 1970, in UTC.
    pub fn from_unix(seconds: u64) -> Self {
        let mut left = seconds / 86_400;
        let mut date = Self { year: 1970, month: 1, day: 1 };
        loop {
            let days = u64::from(date.days_of_month());
            if left < days || date.year == 9999 {
                date.day = u8::try_from(left + 1).unwrap_or(1);
                return date;
            }
            left -= days;
            date = match date.month {
                12 => Self { year: date.year + 1, month: 1, day: 1 },
                month => Self { month: month + 1, ..date },
            };
        }
    }

    fn days_of_month(self) -> u8 {
        let is_leap =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || DateError { found: text.to_owned() };
        let is_form = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let number = |range: std::ops::Range<usize>| text[range].parse::<u16>().map_err(|_| error());
        if !is_form {
            return Err(error());
        }
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let month = u8::try_from(month).map_err(|_| error())?;
        let day = u8::try_from(day).map_err(|_| error())?;
        let date = Self { year, month, day };
        let exists = (1..=12).contains(&month) && (1..=date.days_of_month()).contains(&day);
        if exists { Ok(date) } else { Err(error()) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}-{:02}", self.year, self.month, self.day))
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A text that is not a calendar day.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no day `{found}`")]
pub struct DateError {
    found: String,
}

impl DateError {
    /// What to write instead.
    pub fn help(&self) -> String {
        "write year, month and day, as `2027-01-31`".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar_are_read_and_others_refused() {
        for text in ["2027-01-01", "2024-02-29", "2000-02-29", "0001-12-31", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-04-31",
            "2027-01-00",
            "2027-1-1",
            "27-01-01",
            "2027/01/01",
            "2027-01-01Z",
            "",
            "２027-1-1",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2026-12-31".parse::<Date>().unwrap() < "2027-01-01".parse().unwrap());
    }

    #[test]
    fn a_time_is_of_a_day() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (951_782_400, "2000-02-29"),
            (1_795_910_400, "2026-11-29"),
        ] {
            assert_eq!(Date::from_unix(seconds).to_string(), day);
        }
    }
}
