//! Why a text is not a schedule, and what to write instead.

use thiserror::Error;

/// Why a text is not a schedule.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields hold the offending texts")]
pub enum ScheduleError {
    #[error("`{text}` is not a schedule")]
    Form { text: String },
    #[error("`{text}` is not a rate of EventBridge Scheduler")]
    Rate { text: String },
    #[error("`{text}` is not a time of EventBridge Scheduler")]
    At { text: String },
    #[error("`{text}` has {fields} fields, but AWS's cron expressions have 6")]
    Fields { text: String, fields: usize },
    #[error("the field {field} of the cron expression cannot be `{part}`")]
    Field { field: &'static str, part: String, takes: &'static str },
    #[error("the cron expression has both a day of the month and a day of the week")]
    Days,
    #[error("the cron expression has neither a day of the month nor a day of the week")]
    NoDays,
}

impl ScheduleError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Form { .. } => {
                "write `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)` or `at(2027-01-31T08:00:00)`".to_owned()
            }
            Self::Rate { .. } => {
                "write a whole number, at least 1, and `minutes`, `hours` or `days`, such as `rate(5 minutes)`; `minute`, `hour` and `day` \
                 go with 1"
                    .to_owned()
            }
            Self::At { .. } => "write the date and the time to the second: `at(2027-01-31T08:00:00)`".to_owned(),
            Self::Fields { .. } => {
                "write minutes, hours, day of the month, month, day of the week and year: `cron(0 8 ? * MON-FRI *)`".to_owned()
            }
            Self::Field { field, takes, .. } => format!("{field} takes {takes}"),
            Self::Days => "write `?` for one of the two: `cron(0 8 ? * MON-FRI *)`".to_owned(),
            Self::NoDays => "write `*` for one of the two, and `?` for the other: `cron(0 8 * * ? *)`".to_owned(),
        }
    }
}

/// A number that consists only of digits.
pub(super) fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}
