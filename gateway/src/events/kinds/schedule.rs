//! Schedules: calls by hand, and by the clock.

use std::sync::Arc;
#[cfg(feature = "schedules")]
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use routegen_apigw::consumer::ScheduledCall;
use routegen_spec::EventSource;
use serde_json::{Value, json};
use tokio::time::Instant;

#[cfg(feature = "schedules")]
use super::super::times;
use super::{
    super::{
        clock::rfc3339,
        consumer,
        consumer::DeployedConsumer,
        hub::{EventError, Hub},
    },
    posted::{Query, Refused},
    sample::Sample,
};
use crate::{lock::lock, observe::EventFate};

/// How often the calendar is checked, because clocks can stand still.
#[cfg(feature = "schedules")]
const CALENDAR: Duration = Duration::from_secs(30);

pub(super) fn path(function: &str) -> String {
    format!("schedules/{function}")
}

/// Calls the function.
pub(super) fn receive(hub: &Hub, name: &str, _: &Query, _: &[u8]) -> Result<Value, Refused> {
    hub.fire(name).map(|id| json!({ "id": id, "functions": [name] })).map_err(Refused::from)
}

pub(super) fn sample(function: &str, Sample { ids, now, region, .. }: &Sample<'_>) -> Value {
    event(region, function, &ids.invocation(), &rfc3339(*now))
}

/// The event of the first attempt of a call.
fn event(region: &str, function: &str, id: &str, scheduled_time: &str) -> Value {
    let call = ScheduledCall {
        scheduled_time,
        schedule_arn: &consumer::schedule_arn(region, function),
        execution_id: id,
        attempt_number: 1,
    };
    call.to_value()
}

impl Hub {
    /// Fires the schedules that are due at `now`, and returns when the next one is due.
    #[cfg(feature = "schedules")]
    pub(in crate::events) fn fire_due(&self, now: Instant) -> Option<Instant> {
        if !self.schedules {
            return None;
        }
        let wall = self.clock.calendar(now);
        let (mut due, mut next) = (Vec::new(), None::<SystemTime>);
        {
            let mut state = lock(&self.state);
            let mut fires = BTreeMap::new();
            for consumer in state.consumers.clone() {
                let EventSource::Schedule(schedule) = &consumer.source else { continue };
                let name = consumer.function.name.clone();
                let known = state.fires.get(&name).filter(|(known, _)| known == schedule);
                let mut at = match known {
                    Some((_, at)) => *at,
                    None => times::next(schedule, self.clock.begin(), wall),
                };
                if let Some(time) = at.filter(|at| *at <= wall) {
                    due.push((name.clone(), time));
                    // Schedules that were missed while the machine slept are not made up for.
                    at = times::next(schedule, self.clock.begin(), wall);
                }
                if let Some(at) = at {
                    next = Some(next.map_or(at, |next| next.min(at)));
                }
                fires.insert(name, (schedule.clone(), at));
            }
            state.fires = fires;
        }
        for (function, time) in due {
            // If too many events are waiting for the function, this call is skipped.
            let _ = self.fire_at(&function, &rfc3339(time));
        }
        let until = next?.duration_since(wall).unwrap_or_default();
        Some(now + until.min(CALENDAR))
    }

    /// Calls the function of a schedule, and returns the id of the call.
    pub(crate) fn fire(&self, name: &str) -> Result<String, EventError> {
        self.fire_at(name, &rfc3339(self.clock.wall(Instant::now())))
    }

    fn fire_at(&self, name: &str, scheduled_time: &str) -> Result<String, EventError> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let (function, region) = {
            let is = |consumer: &&Arc<DeployedConsumer>| matches!(consumer.source, EventSource::Schedule(_));
            let schedules = state.consumers.iter().filter(is);
            let found = schedules.clone().find(|consumer| *consumer.function.name == *name);
            let all = || schedules.map(|consumer| consumer.function.name.to_string()).collect();
            let unknown = || EventError::Unknown { kind: "schedule", name: name.to_owned(), known: all() };
            (found.ok_or_else(unknown)?.function.name.clone(), state.region.clone())
        };
        let id = self.ids.invocation();
        let event = event(&region, &function, &id, scheduled_time);
        state.accept(&id, std::slice::from_ref(&function), &event, now)?;
        drop(state);
        self.tell(&function, &id, EventFate::Due);
        self.changed.notify_one();
        Ok(id)
    }
}
