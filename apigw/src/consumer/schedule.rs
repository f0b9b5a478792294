//! Calls of EventBridge Scheduler.

use serde_json::{Value, json};

/// A call of EventBridge Scheduler with the input that the Terraform module configures: its
/// [context attributes].
///
/// [context attributes]: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
#[derive(Clone, Copy, Debug)]
pub struct ScheduledCall<'a> {
    /// The scheduled time, in RFC 3339 format.
    pub scheduled_time: &'a str,
    /// The ARN of the schedule.
    pub schedule_arn: &'a str,
    /// The id of this call.
    pub execution_id: &'a str,
    /// The number of the attempt, from 1.
    pub attempt_number: u32,
}

impl ScheduledCall<'_> {
    /// The keys of the event, each with the keyword that the Scheduler replaces with its value.
    pub const KEYS: [(&'static str, &'static str); 4] = [
        ("scheduledTime", "<aws.scheduler.scheduled-time>"),
        ("scheduleArn", "<aws.scheduler.schedule-arn>"),
        ("executionId", "<aws.scheduler.execution-id>"),
        ("attemptNumber", "<aws.scheduler.attempt-number>"),
    ];

    /// The event that a function gets. All values are texts, because the keywords are inside quotes.
    pub fn to_value(&self) -> Value {
        let [time, arn, id, attempt] = Self::KEYS.map(|(key, _)| key);
        json!({
            time: self.scheduled_time, arn: self.schedule_arn, id: self.execution_id, attempt: self.attempt_number.to_string(),
        })
    }
}
