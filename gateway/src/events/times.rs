//! When a schedule is due: the semantics of EventBridge Scheduler's expressions.
//!
//! In: a schedule, the time when it began, and another time. Out: the first time after the latter at which
//! it calls. A schedule with a time zone that the database does not have is never due.

use std::time::{Duration, SystemTime};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use routegen_spec::{Civil, Cron, Schedule, ScheduleExpression};

/// How many days ahead to search: leap years can be eight years apart.
const DAYS: i32 = 9 * 366;

/// The first time after `after`; `None` if there is none or the schedule is disabled.
pub(super) fn next(schedule: &Schedule, begin: SystemTime, after: SystemTime) -> Option<SystemTime> {
    if !schedule.enabled {
        return None;
    }
    let zone = match &schedule.timezone {
        Some(name) => TimeZone::get(name).ok()?,
        None => TimeZone::UTC,
    };
    match &schedule.expression {
        ScheduleExpression::Rate { value, unit } => {
            let period = Duration::from_secs(unit.seconds().checked_mul(u64::from(*value))?);
            let passed = after.duration_since(begin).unwrap_or_default().as_secs() / period.as_secs();
            begin.checked_add(period.checked_mul(u32::try_from(passed + 1).ok()?)?)
        }
        ScheduleExpression::At(at) => {
            let date: Date = at.date.to_string().parse().ok()?;
            let small = |number: u32| i8::try_from(number).ok();
            let time = date.at(small(at.hour)?, small(at.minute)?, small(at.second)?, 0);
            instant(time, &zone).filter(|at| *at > after)
        }
        ScheduleExpression::Cron(cron) => next_of_cron(cron, &zone, after),
        _ => None,
    }
}

fn next_of_cron(cron: &Cron, zone: &TimeZone, after: SystemTime) -> Option<SystemTime> {
    let from = zone.to_datetime(Timestamp::try_from(after).ok()?);
    let mut date = from.date();
    for _ in 0..DAYS {
        if cron.allows_day(&civil(date.at(0, 0, 0, 0))?) {
            for minute in 0..24 * 60_i32 {
                let time = date.at(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
                if cron.matches(&civil(time)?)
                    && let Some(at) = instant(time, zone).filter(|at| *at > after)
                {
                    return Some(at);
                }
            }
        }
        date = date.tomorrow().ok()?;
    }
    None
}

fn civil(time: DateTime) -> Option<Civil> {
    let date = time.date();
    Some(Civil {
        year: u32::try_from(date.year()).ok()?,
        month: u32::try_from(date.month()).ok()?,
        day: u32::try_from(date.day()).ok()?,
        days_in_month: u32::try_from(date.days_in_month()).ok()?,
        weekday: u32::try_from(date.weekday().to_sunday_one_offset()).ok()?,
        hour: u32::try_from(time.hour()).ok()?,
        minute: u32::try_from(time.minute()).ok()?,
    })
}

/// For a time that the zone skips, the time after the gap; for a time that occurs twice, the first.
fn instant(time: DateTime, zone: &TimeZone) -> Option<SystemTime> {
    zone.to_timestamp(time).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SystemTime {
        text.parse::<Timestamp>().unwrap().try_into().unwrap()
    }

    fn schedule(expression: &str, zone: Option<&str>) -> Schedule {
        let mut schedule = Schedule::new(expression.parse().unwrap());
        schedule.timezone = zone.map(str::to_owned);
        schedule
    }

    #[test]
    fn a_schedule_is_due_as_its_expression_and_its_time_zone_say() {
        let berlin = Some("Europe/Berlin");
        let begin = "2027-01-01T10:00:30Z";
        for (expression, zone, after, due) in [
            ("rate(5 minutes)", None, begin, Some("2027-01-01T10:05:30Z")),
            ("rate(5 minutes)", None, "2027-01-01T10:05:30Z", Some("2027-01-01T10:10:30Z")),
            ("rate(1 day)", None, "2027-01-03T10:00:00Z", Some("2027-01-03T10:00:30Z")),
            ("at(2027-01-31T08:00:00)", None, begin, Some("2027-01-31T08:00:00Z")),
            ("at(2027-01-31T08:00:00)", berlin, begin, Some("2027-01-31T07:00:00Z")),
            ("at(2027-01-31T08:00:00)", None, "2027-01-31T08:00:00Z", None),
            ("cron(0 8 ? * MON-FRI *)", None, begin, Some("2027-01-04T08:00:00Z")),
            ("cron(0 8 ? * MON-FRI *)", berlin, begin, Some("2027-01-04T07:00:00Z")),
            ("cron(0/15 * * * ? *)", None, begin, Some("2027-01-01T10:15:00Z")),
            ("cron(0/15 * * * ? *)", None, "2027-01-01T10:15:00Z", Some("2027-01-01T10:30:00Z")),
            ("cron(0 0 29 2 ? *)", None, begin, Some("2028-02-29T00:00:00Z")),
            ("cron(0 0 1 1 ? 2020)", None, begin, None),
            // Summer time begins in Berlin at 2027-03-28T02:00: the clock jumps to 3.
            ("cron(0 8 * * ? *)", berlin, "2027-03-28T00:00:00Z", Some("2027-03-28T06:00:00Z")),
            ("cron(30 2 * * ? *)", berlin, "2027-03-27T12:00:00Z", Some("2027-03-28T01:30:00Z")),
            // It ends at 2027-10-31T03:00, and 02:30 occurs twice.
            ("cron(30 2 * * ? *)", berlin, "2027-10-30T12:00:00Z", Some("2027-10-31T00:30:00Z")),
            ("cron(30 2 * * ? *)", berlin, "2027-10-31T00:30:00Z", Some("2027-11-01T01:30:00Z")),
            ("cron(0 8 * * ? *)", Some("Nowhere/Else"), begin, None),
        ] {
            let found = next(&schedule(expression, zone), at(begin), at(after));
            assert_eq!(found, due.map(at), "{expression} {zone:?} after {after}");
        }
        let mut off = schedule("rate(5 minutes)", None);
        off.enabled = false;
        assert_eq!(next(&off, at(begin), at(begin)), None);
    }
}
