//! A call of a schedule.

use std::time::SystemTime;

use lambda_runtime::Error;
use serde::{Deserialize, Deserializer};

use super::rfc3339;

/// A call by a schedule: the argument of a function with [`#[schedule]`](macro@crate::schedule).
///
/// ```
/// use routegen::{Scheduled, Error, schedule};
///
/// #[schedule("cron(0 8 ? * MON-FRI *)", timezone = "Europe/Berlin")]
/// async fn report(due: Scheduled) -> Result<(), Error> {
///     tracing::info!("the report of {:?}", due.time);
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Scheduled {
    /// The scheduled time, which is slightly in the past, and more so in a later attempt. It converts into
    /// the types of crates such as `jiff`, `chrono` and `time`.
    #[serde(rename = "scheduledTime", deserialize_with = "time")]
    pub time: SystemTime,
    /// The ARN of the schedule.
    #[serde(default)]
    pub schedule_arn: String,
    /// The id of this call, which differs between attempts.
    #[serde(default)]
    pub execution_id: String,
    /// The Scheduler's attempt, from 1. Calls that Lambda repeats have the same number.
    #[serde(rename = "attemptNumber", default = "first", deserialize_with = "attempt")]
    pub attempt: u32,
}

impl Scheduled {
    /// Creates a first attempt at this time, for tests.
    #[inline]
    pub fn at(time: impl Into<SystemTime>) -> Self {
        Self { time: time.into(), schedule_arn: String::new(), execution_id: String::new(), attempt: first() }
    }
}

#[inline]
fn first() -> u32 {
    1
}

#[inline]
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    rfc3339::parse(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a time of RFC 3339")))
}

/// The Scheduler sends a string.
#[inline]
fn attempt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// Parses a schedule's event.
#[inline]
pub(super) fn scheduled(event: &str) -> Result<Scheduled, Error> {
    serde_json::from_str(event).map_err(|error| {
        format!(
            "this is not an event of a schedule: {error}; it has `scheduledTime`, such as \"2027-01-31T08:00:00Z\", and the module has \
             EventBridge Scheduler send it"
        )
        .into()
    })
}
