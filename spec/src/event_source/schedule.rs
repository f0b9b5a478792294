//! Times as an event source: the grammar of EventBridge Scheduler.
//!
//! In: `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)` or `at(2027-01-31T08:00:00)`. Out: the parsed
//! expression, which keeps its text. It has no list of time zones: the command checks whether AWS has the
//! named one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    AsyncRetries, Cron,
    schedule_error::{ScheduleError, number},
};
use crate::Date;

/// A schedule of EventBridge Scheduler ([schedule types]).
///
/// [schedule types]: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Schedule {
    /// When it calls.
    #[cfg_attr(test, schemars(with = "String"))]
    pub expression: ScheduleExpression,
    /// The time zone of a `cron` or `at` expression, by its name in the IANA database; `None` for UTC.
    pub timezone: Option<String>,
    /// How many minutes after its time the function may be called, 1 to 1440; `None` for exactly at its
    /// time.
    pub flexible_window: Option<u32>,
    /// Whether it is enabled when it is deployed.
    pub enabled: bool,
    /// What happens to an event that the function fails on.
    pub retries: AsyncRetries,
}

/// When a schedule calls.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum ScheduleExpression {
    /// Repeatedly, at a fixed interval.
    Rate {
        /// The number of units, at least 1.
        value: u32,
        /// The unit.
        unit: ScheduleUnit,
    },
    /// At every minute that the fields allow.
    Cron(Cron),
    /// Once.
    At(ScheduleInstant),
}

/// The unit of a rate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "their names are self-explanatory")]
pub enum ScheduleUnit {
    Minutes,
    Hours,
    Days,
}

/// A day and a time, in the schedule's time zone.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct ScheduleInstant {
    /// The day.
    pub date: Date,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
}

impl Schedule {
    /// A schedule in UTC that is enabled.
    pub fn new(expression: ScheduleExpression) -> Self {
        Self {
            expression,
            timezone: None,
            flexible_window: None,
            enabled: true,
            retries: AsyncRetries::default(),
        }
    }
}

impl ScheduleUnit {
    const ALL: [Self; 3] = [Self::Minutes, Self::Hours, Self::Days];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    /// The length in seconds.
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Minutes => 60,
            Self::Hours => 60 * 60,
            Self::Days => 24 * 60 * 60,
        }
    }
}

impl FromStr for ScheduleExpression {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let form = || ScheduleError::Form { text: text.to_owned() };
        let (kind, rest) = text.split_once('(').ok_or_else(form)?;
        let inner = rest.strip_suffix(')').ok_or_else(form)?;
        match kind {
            "rate" => rate(inner).ok_or_else(|| ScheduleError::Rate { text: text.to_owned() }),
            "cron" => Cron::parse(inner).map(Self::Cron),
            "at" => at(inner).map(Self::At).ok_or_else(|| ScheduleError::At { text: text.to_owned() }),
            _ => Err(form()),
        }
    }
}

fn rate(text: &str) -> Option<ScheduleExpression> {
    let (value, word) = text.split_once(' ')?;
    let value = number(value, 1..=10)?;
    let unit = ScheduleUnit::ALL.into_iter().find(|unit| {
        let plural = unit.as_str();
        word == plural || value == 1 && plural.strip_suffix('s') == Some(word)
    })?;
    (value > 0).then_some(ScheduleExpression::Rate { value, unit })
}

fn at(text: &str) -> Option<ScheduleInstant> {
    let (date, time) = text.split_once('T')?;
    let mut parts = time.split(':').map(|part| number(part, 2..=2));
    let [hour, minute, second] = [parts.next()??, parts.next()??, parts.next()??];
    let is_time = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    is_time.then_some(ScheduleInstant { date: date.parse().ok()?, hour, minute, second })
}

impl fmt::Display for ScheduleExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The singular, which EventBridge's other schedules require, is accepted here too.
            Self::Rate { value: 1, unit } => write!(f, "rate(1 {})", unit.as_str().trim_end_matches('s')),
            Self::Rate { value, unit } => write!(f, "rate({value} {})", unit.as_str()),
            Self::Cron(cron) => write!(f, "cron({cron})"),
            Self::At(ScheduleInstant { date, hour, minute, second }) => {
                write!(f, "at({date}T{hour:02}:{minute:02}:{second:02})")
            }
        }
    }
}

impl From<ScheduleExpression> for String {
    fn from(expression: ScheduleExpression) -> Self {
        expression.to_string()
    }
}

impl TryFrom<String> for ScheduleExpression {
    type Error = ScheduleError;

    fn try_from(text: String) -> Result<Self, ScheduleError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_scheduler_takes_is_a_schedule() {
        for good in [
            "rate(5 minutes)",
            "rate(1 hour)",
            "rate(7 days)",
            "cron(0 8 ? * MON-FRI *)",
            "cron(0/15 8-17 1,15 * ? 2027-2030)",
            "cron(0 0 L * ? *)",
            "cron(0 0 15W JAN,7 ? *)",
            "cron(0 0 ? * 6L *)",
            "cron(0 0 ? * TUE#2 *)",
            "cron(*/5 * * * ? *)",
            "at(2027-01-31T08:00:00)",
        ] {
            assert_eq!(good.parse::<ScheduleExpression>().unwrap().to_string(), good);
        }
        assert_eq!("rate(1 hours)".parse::<ScheduleExpression>().unwrap().to_string(), "rate(1 hour)");
    }

    #[test]
    fn what_the_scheduler_refuses_is_refused_with_what_to_write() {
        let shown: Vec<String> = [
            "5 minutes",
            "rate 5 minutes",
            "every(5 minutes)",
            "Rate(5 minutes)",
            "rate(0 minutes)",
            "rate(5 minute)",
            "rate(5  minutes)",
            "rate(5 seconds)",
            "rate(-5 minutes)",
            "rate(1.5 hours)",
            "at(2027-01-31)",
            "at(2027-02-29T08:00:00)",
            "at(2027-01-31T24:00:00)",
            "at(2027-01-31T08:00:00Z)",
            "cron(0 8 * * *)",
            "cron(0 8 * * * *)",
            "cron(0 8 ? * ? *)",
            "cron(0 8 1 * MON *)",
            "cron(60 8 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 8 0 * ? *)",
            "cron(0 8 32W * ? *)",
            "cron(0 8 * 13 ? *)",
            "cron(0 8 ? * 0 *)",
            "cron(0 8 ? * MON#6 *)",
            "cron(0 8 ? * FRI-MON *)",
            "cron(0 8 ? * MON,#2 *)",
            "cron(0 8 * * ? 1969)",
            "cron(0/0 8 * * ? *)",
            "cron(0, 8 * * ? *)",
        ]
        .into_iter()
        .map(|bad| {
            let error = bad.parse::<ScheduleExpression>().expect_err(bad);
            format!("{bad}\n    {error}; {}", error.help())
        })
        .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
