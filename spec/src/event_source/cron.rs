//! The cron expressions of EventBridge Scheduler.
//!
//! In: `0 8 ? * MON-FRI *`. Out: the days and minutes that it allows. Fields, words and ranges follow AWS's
//! [documentation].
//!
//! [documentation]: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based

use std::{collections::BTreeSet, fmt, ops::RangeInclusive};

use super::schedule_error::{ScheduleError, number};

/// The minutes at which a schedule calls.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cron {
    text: String,
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: Days,
    months: BTreeSet<u32>,
    years: BTreeSet<u32>,
}

/// The days of a month.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Days {
    OfMonth(Vec<DayOfMonth>),
    OfWeek(Vec<DayOfWeek>),
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum DayOfMonth {
    Days(BTreeSet<u32>),
    Last,
    /// The weekday (Monday to Friday) of the same month that is nearest to this day.
    NearestWeekday(u32),
}

/// Sunday is 1.
#[derive(Clone, Debug, Eq, PartialEq)]
enum DayOfWeek {
    Days(BTreeSet<u32>),
    Last(u32),
    Nth(u32, u32),
}

/// A minute by calendar and clock, in any time zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a calendar has no more fields")]
pub struct Civil {
    /// The year.
    pub year: u32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// How many days the month has.
    pub days_in_month: u32,
    /// 1 for Sunday to 7 for Saturday.
    pub weekday: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
}

struct Field {
    name: &'static str,
    range: RangeInclusive<u32>,
    /// Words for the numbers, starting with the first of the range.
    words: &'static [&'static str],
    takes: &'static str,
}

const MINUTES: Field = Field {
    name: "minutes",
    range: 0..=59,
    words: &[],
    takes: "0 to 59, and `,` `-` `*` `/`; ranges are ascending",
};
const HOURS: Field = Field {
    name: "hours",
    range: 0..=23,
    words: &[],
    takes: "0 to 23, and `,` `-` `*` `/`; ranges are ascending",
};
const DAY_OF_MONTH: Field = Field {
    name: "day of the month",
    range: 1..=31,
    words: &[],
    takes: "1 to 31, `L` for the last day, `15W` for the weekday nearest to the 15th, and `,` `-` `*` `?` `/`; ranges are ascending",
};
const MONTH: Field = Field {
    name: "month",
    range: 1..=12,
    words: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    takes: "1 to 12 or JAN to DEC, and `,` `-` `*` `/`; ranges are ascending",
};
const DAY_OF_WEEK: Field = Field {
    name: "day of the week",
    range: 1..=7,
    words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    takes: "1 to 7 or SUN to SAT, `6L` for the month's last Friday, `TUE#2` for its second Tuesday, and `,` `-` `*` `?` `/`; ranges are ascending",
};
const YEAR: Field = Field {
    name: "year",
    range: 1970..=2199,
    words: &[],
    takes: "1970 to 2199, and `,` `-` `*` `/`; ranges are ascending",
};

impl Cron {
    pub(super) fn parse(text: &str) -> Result<Self, ScheduleError> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let &[minutes, hours, day, month, weekday, year] = fields.as_slice() else {
            return Err(ScheduleError::Fields { text: format!("cron({text})"), fields: fields.len() });
        };
        let days = match (day, weekday) {
            ("?", "?") => return Err(ScheduleError::NoDays),
            (day, "?") => Days::OfMonth(DAY_OF_MONTH.parts(day, day_of_month)?),
            ("?", weekday) => Days::OfWeek(DAY_OF_WEEK.parts(weekday, day_of_week)?),
            _ => return Err(ScheduleError::Days),
        };
        Ok(Self {
            text: fields.join(" "),
            minutes: MINUTES.set(minutes)?,
            hours: HOURS.set(hours)?,
            days,
            months: MONTH.set(month)?,
            years: YEAR.set(year)?,
        })
    }

    /// Whether the schedule calls at this minute.
    pub fn matches(&self, at: &Civil) -> bool {
        self.allows_day(at) && self.hours.contains(&at.hour) && self.minutes.contains(&at.minute)
    }

    /// Whether it calls on this day at any hour and minute.
    pub fn allows_day(&self, at: &Civil) -> bool {
        self.years.contains(&at.year)
            && self.months.contains(&at.month)
            && match &self.days {
                Days::OfMonth(days) => days.iter().any(|day| day.matches(at)),
                Days::OfWeek(days) => days.iter().any(|day| day.matches(at)),
            }
    }
}

impl DayOfMonth {
    fn matches(&self, at: &Civil) -> bool {
        match self {
            Self::Days(days) => days.contains(&at.day),
            Self::Last => at.day == at.days_in_month,
            Self::NearestWeekday(day) => {
                let day = (*day).min(at.days_in_month);
                // 0 for Saturday, 1 for Sunday.
                let weekday = (i64::from(at.weekday) + i64::from(day) - i64::from(at.day)).rem_euclid(7);
                let nearest = match weekday {
                    0 if day > 1 => day - 1,
                    0 => day + 2,
                    1 if day < at.days_in_month => day + 1,
                    1 => day - 2,
                    _ => day,
                };
                at.day == nearest
            }
        }
    }
}

impl DayOfWeek {
    fn matches(&self, at: &Civil) -> bool {
        match self {
            Self::Days(days) => days.contains(&at.weekday),
            Self::Last(day) => at.weekday == *day && at.day + 7 > at.days_in_month,
            Self::Nth(day, nth) => at.weekday == *day && (at.day - 1) / 7 + 1 == *nth,
        }
    }
}

impl Field {
    fn error(&self, part: &str) -> ScheduleError {
        ScheduleError::Field { field: self.name, part: part.to_owned(), takes: self.takes }
    }

    fn parts<T>(&self, text: &str, part: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ScheduleError> {
        text.split(',').map(|text| part(text).ok_or_else(|| self.error(text))).collect()
    }

    fn set(&self, text: &str) -> Result<BTreeSet<u32>, ScheduleError> {
        Ok(self.parts(text, |part| self.values(part))?.into_iter().flatten().collect())
    }

    fn value(&self, text: &str) -> Option<u32> {
        let word = self.words.iter().position(|word| word.eq_ignore_ascii_case(text));
        let value = match word {
            Some(index) => self.range.start() + u32::try_from(index).ok()?,
            None => number(text, 1..=4)?,
        };
        self.range.contains(&value).then_some(value)
    }

    /// Parses `*`, `5`, `1-5`, and any of them with `/2`.
    fn values(&self, text: &str) -> Option<Vec<u32>> {
        let (base, step) = match text.split_once('/') {
            Some((base, step)) => (base, Some(number(step, 1..=4).filter(|step| *step > 0)?)),
            None => (text, None),
        };
        let (first, last) = match base.split_once('-') {
            _ if base == "*" => (*self.range.start(), *self.range.end()),
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            None => {
                let first = self.value(base)?;
                (first, if step.is_some() { *self.range.end() } else { first })
            }
        };
        let step = usize::try_from(step.unwrap_or(1)).ok()?;
        (first <= last).then(|| (first..=last).step_by(step).collect())
    }
}

fn day_of_month(text: &str) -> Option<DayOfMonth> {
    if text == "L" {
        return Some(DayOfMonth::Last);
    }
    match text.strip_suffix('W') {
        Some(day) => DAY_OF_MONTH.value(day).map(DayOfMonth::NearestWeekday),
        None => DAY_OF_MONTH.values(text).map(|days| DayOfMonth::Days(days.into_iter().collect())),
    }
}

fn day_of_week(text: &str) -> Option<DayOfWeek> {
    if text == "L" {
        // Saturday, the last day of the week.
        return Some(DayOfWeek::Days(BTreeSet::from([7])));
    }
    if let Some((day, nth)) = text.split_once('#') {
        let nth = number(nth, 1..=1).filter(|nth| (1..=5).contains(nth))?;
        return Some(DayOfWeek::Nth(DAY_OF_WEEK.value(day)?, nth));
    }
    match text.strip_suffix('L') {
        Some(day) => DAY_OF_WEEK.value(day).map(DayOfWeek::Last),
        None => DAY_OF_WEEK.values(text).map(|days| DayOfWeek::Days(days.into_iter().collect())),
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// January 2027 begins on a Friday, and has 31 days.
    fn january(day: u32, hour: u32, minute: u32) -> Civil {
        Civil { year: 2027, month: 1, day, days_in_month: 31, weekday: (day + 4) % 7 + 1, hour, minute }
    }

    fn days(text: &str) -> Vec<u32> {
        let cron = Cron::parse(text).unwrap();
        (1..=31).filter(|day| cron.matches(&january(*day, 8, 0))).collect()
    }

    #[test]
    fn a_schedule_calls_on_the_days_and_at_the_minutes_that_its_fields_allow() {
        assert_eq!(days("0 8 ? * MON-FRI *").len(), 21);
        assert_eq!(days("0 8 ? * SUN,sat *"), [2, 3, 9, 10, 16, 17, 23, 24, 30, 31]);
        assert_eq!(days("0 8 L * ? *"), [31]);
        assert_eq!(days("0 8 ? * 6L *"), [29]);
        assert_eq!(days("0 8 ? * TUE#2 *"), [12]);
        assert_eq!(days("0 8 ? * L *"), [2, 9, 16, 23, 30]);
        // The 2nd is a Saturday and the 3rd a Sunday; the 31st is a Sunday at the month's end.
        assert_eq!(days("0 8 2W,3W * ? *"), [1, 4]);
        assert_eq!(days("0 8 31W * ? *"), [29]);
        assert_eq!(days("0 8 1/10 * ? *"), [1, 11, 21, 31]);
        assert_eq!(days("0 8 1 FEB ? *"), [0; 0]);
        assert_eq!(days("0 8 1 * ? 2028"), [0; 0]);
        let cron = Cron::parse("0/20 8-9 * * ? *").unwrap();
        let minutes: Vec<_> = (0..24)
            .flat_map(|hour| (0..60).map(move |minute| (hour, minute)))
            .filter(|(hour, minute)| cron.matches(&january(1, *hour, *minute)))
            .collect();
        assert_eq!(minutes, [(8, 0), (8, 20), (8, 40), (9, 0), (9, 20), (9, 40)]);
    }
}
