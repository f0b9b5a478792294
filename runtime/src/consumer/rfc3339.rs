//! Parses times in AWS's events.

use std::time::{Duration, SystemTime};

/// Parses a time of RFC 3339, such as `2022-03-22T18:59:43Z`; returns `None` for anything else, and for times
/// before 1970.
#[inline]
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-')?;
    let (time, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (&time[..at], offset(&time[at..])?),
        None => return None,
    };
    let (time, nanoseconds) = match time.split_once('.') {
        Some((time, fraction)) => (time, nanoseconds(fraction)?),
        None => (time, 0),
    };
    let [hour, minute, second] = numbers(time, ':')?;
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    let since = Duration::new(u64::try_from(seconds).ok()?, nanoseconds);
    if in_range { SystemTime::UNIX_EPOCH.checked_add(since) } else { None }
}

/// Parses three numbers that consist of digits only.
#[inline]
fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(|part| {
        let is_number = part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { part.parse::<i64>().ok() } else { None }
    });
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

/// The offset in seconds of `Z`, `+02:00` or `-05:30`.
#[inline]
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, text) = text.split_at_checked(1)?;
    let [hours, minutes, _] = numbers(&format!("{text}:0"), ':')?;
    let seconds = hours * 3_600 + minutes * 60;
    Some(if sign == "-" { -seconds } else { seconds })
}

#[inline]
fn nanoseconds(fraction: &str) -> Option<u32> {
    let is_number = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    if is_number { digits.parse().ok() } else { None }
}

/// The days since the beginning of 1970, with Howard Hinnant's `days_from_civil`.
#[inline]
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_aws_are_read() {
        let seconds = |text: &str| {
            parse(text).map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64())
        };
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("2022-03-22T18:59:43Z", Some(1_647_975_583.0)),
            ("2024-02-29T12:00:00.250Z", Some(1_709_208_000.25)),
            ("2022-03-22T20:59:43+02:00", Some(1_647_975_583.0)),
            ("2022-03-22T13:29:43-05:30", Some(1_647_975_583.0)),
            ("2022-03-22T18:59:43", None),
            ("2022-13-22T18:59:43Z", None),
            ("2022-03-22T25:59:43Z", None),
            ("2022-03-22", None),
            ("<aws.scheduler.scheduled-time>", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
