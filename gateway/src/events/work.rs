//! Calls consumers with what is due, and handles failures by the rules of each kind of event source.
//!
//! In: what is waiting. Out: invocations, one task for each, and their outcomes. The gateway can be
//! configured to retry sooner than AWS, which waits for minutes.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use routegen_apigw::consumer::{Answered, QueueMessage, StreamRecord};
use routegen_spec::{EventSource, limits};
use serde_json::Value;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{
    consumer::{self, DeployedConsumer},
    hub::{Hub, Later, State},
    lost::{Lost, What},
    shard::Batch,
};
use crate::{
    functions::{Call, InvokeError, Invoked},
    lock::lock,
    observe::{DeliveryLog, EventFate, Observation},
};

/// Concurrent batches of one queue, unless its source sets fewer. Lambda starts with this number.
const POLLERS: usize = 5;

/// The pause between two attempts at a batch of a stream. Lambda does not document one.
const STREAM_PAUSE: Duration = Duration::from_secs(1);

/// Calls consumers until `stop` changes or its sender is dropped.
pub(crate) async fn run(hub: Arc<Hub>, mut stop: watch::Receiver<bool>) {
    let mut works = JoinSet::new();
    loop {
        let now = Instant::now();
        #[cfg(feature = "schedules")]
        let fires = hub.fire_due(now);
        #[cfg(not(feature = "schedules"))]
        let fires = None::<Instant>;
        let (due, next) = hub.due(now);
        let next = [next, fires].into_iter().flatten().min();
        for work in due {
            works.spawn(hub.clone().work(work));
        }
        tokio::select! {
            _ = stop.changed() => break,
            () = hub.changed.notified() => {}
            Some(_) = works.join_next() => {}
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
        }
    }
    works.shutdown().await;
}

/// An invocation that is due.
struct Work {
    consumer: Arc<DeployedConsumer>,
    event: Value,
    /// The ids of the records in it.
    ids: Vec<String>,
    attempt: u32,
    of: WorkOf,
}

enum WorkOf {
    Queue { queue: String, messages: Vec<QueueMessage> },
    Later(Later),
    Stream(Batch),
}

/// The bytes that further messages or records may take in one event.
struct Room(usize);

impl Room {
    /// The room in an empty event ([batching]).
    ///
    /// [batching]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
    const EVENT: Self = Self(limits::PAYLOAD_BYTES);

    /// Whether a record fits, given an event with this record alone, which is a little larger.
    fn take(&mut self, event: &Value) -> bool {
        let left = self.0.checked_sub(event.to_string().len());
        self.0 = left.unwrap_or_default();
        left.is_some()
    }
}

/// The outcome of a call.
struct Ended {
    answered: Result<Answered, String>,
    answer: Option<Bytes>,
    cold_start: bool,
}

impl Hub {
    /// The invocations that are due, and when the next one may be.
    fn due(&self, now: Instant) -> (Vec<Work>, Option<Instant>) {
        let mut state = lock(&self.state);
        let (mut works, mut next, mut dead) = (Vec::new(), None::<Instant>, Vec::new());
        let mut wait = |at: Option<Instant>| {
            if let Some(at) = at {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        };
        for consumer in state.consumers.clone() {
            match &consumer.source {
                EventSource::Queue(_) => {
                    while let Some(work) = self.poll(&mut state, &consumer, now, &mut wait, &mut dead) {
                        works.push(work);
                    }
                }
                EventSource::Stream(source) => {
                    let region = state.region.clone();
                    let Some(shard) = state.shards.get_mut(&consumer.function.name) else { continue };
                    let mut room = Room::EVENT;
                    let fits = |record: &StreamRecord| {
                        let record = std::slice::from_ref(record);
                        room.take(&consumer::of_records(&region, source.table.as_str(), record))
                    };
                    match shard.next(now, source, fits) {
                        Ok(batch) => works.push(Work {
                            event: consumer::of_records(&region, source.table.as_str(), &batch.records),
                            ids: batch.records.iter().map(|of| of.sequence_number.clone()).collect(),
                            attempt: batch.attempts + 1,
                            of: WorkOf::Stream(batch),
                            consumer,
                        }),
                        Err(at) => wait(at),
                    }
                }
                _ => {}
            }
        }
        let mut rest = Vec::new();
        for later in std::mem::take(&mut state.later) {
            let found = state.consumers.iter().find(|consumer| consumer.function.name == later.function);
            match found {
                // Its function is gone, and the event with it.
                None => {}
                Some(consumer) if later.due <= now => works.push(Work {
                    consumer: consumer.clone(),
                    event: later.event.clone(),
                    ids: vec![later.id.clone()],
                    attempt: later.failures + 1,
                    of: WorkOf::Later(later),
                }),
                Some(_) => {
                    wait(Some(later.due));
                    rest.push(later);
                }
            }
        }
        state.later = rest;
        state.at_work += works.iter().filter(|work| matches!(work.of, WorkOf::Later(_))).count();
        drop(state);
        for (queue, message) in dead {
            let receives = message.receive_count;
            self.tell(&queue, &message.message_id, EventFate::DeadLetter { receives });
        }
        (works, next)
    }

    /// The next batch of a queue, if one is due.
    fn poll(
        &self,
        state: &mut State,
        consumer: &Arc<DeployedConsumer>,
        now: Instant,
        wait: &mut impl FnMut(Option<Instant>),
        dead: &mut Vec<(String, QueueMessage)>,
    ) -> Option<Work> {
        let EventSource::Queue(source) = &consumer.source else { return None };
        let most = source.concurrency.map_or(POLLERS, |most| POLLERS.min(most as usize));
        if state.busy.get(&consumer.function.name).copied().unwrap_or_default() >= most {
            return None;
        }
        let name = source.queue.as_str();
        let region = state.region.clone();
        let queue = state.queues.get_mut(name)?;
        let full_name = consumer::full_name(name, queue.fifo());
        // Filters see the same records as the function.
        let event = |messages: &[QueueMessage]| consumer::of_messages(&region, &full_name, messages);
        loop {
            let waiting = queue.waiting(now);
            let since = waiting.since;
            let Some(since) = since else {
                wait(waiting.next);
                return None;
            };
            let due = since + Duration::from_secs(source.window.into());
            if waiting.messages < source.batch as usize && due > now {
                wait(Some(waiting.next.map_or(due, |next| next.min(due))));
                return None;
            }
            let mut room = Room::EVENT;
            let fits = |message: &QueueMessage| room.take(&event(std::slice::from_ref(message)));
            let (times, most) = ((now, self.clock.millis(now)), source.batch as usize);
            let received = queue.receive(times, most, fits, || self.ids.invocation());
            dead.extend(received.dead.into_iter().map(|message| (name.to_owned(), message)));
            let (taken, others): (Vec<_>, Vec<_>) = received.messages.into_iter().partition(|message| {
                source.filter.is_empty()
                    || consumer::is_taken(&source.filter, &event(std::slice::from_ref(message)))
            });
            for message in others {
                queue.delete(&message.receipt_handle);
                self.tell(name, &message.message_id, EventFate::Filtered);
            }
            if taken.is_empty() {
                continue;
            }
            *state.busy.entry(consumer.function.name.clone()).or_default() += 1;
            return Some(Work {
                consumer: consumer.clone(),
                event: event(&taken),
                ids: taken.iter().map(|message| message.message_id.clone()).collect(),
                attempt: taken.iter().map(|message| message.receive_count).max().unwrap_or(1),
                of: WorkOf::Queue { queue: name.to_owned(), messages: taken },
            });
        }
    }

    /// Calls a consumer, and handles the outcome.
    async fn work(self: Arc<Self>, work: Work) {
        let begin = Instant::now();
        let payload = Bytes::from(work.event.to_string());
        let (invocation, trace) = (self.ids.invocation(), self.ids.trace(self.clock.wall(begin)));
        let call = Call { request_id: invocation.clone(), payload: payload.clone(), trace };
        let Invoked { outcome, cold_start } = work.consumer.function.invoke(call).await;
        let ended = Ended::new(&work, outcome, cold_start);
        let now = Instant::now();
        let (failed, error) = match &ended.answered {
            Ok(Answered::Failed(places)) => {
                (places.iter().filter_map(|place| work.ids.get(*place).cloned()).collect(), None)
            }
            Ok(_) => (Vec::new(), None),
            Err(error) => (work.ids.clone(), Some(error.clone())),
        };
        let mut log = DeliveryLog {
            function: work.consumer.function.name.clone(),
            event_source: work.consumer.described.clone(),
            invocation,
            records: work.ids.clone(),
            attempt: work.attempt,
            failed,
            error,
            again: None,
            duration: begin.elapsed(),
            cold_start: ended.cold_start,
            event: payload,
            answer: ended.answer.clone(),
        };
        let (again, lost) = self.conclude(work, &ended, now);
        log.again = again;
        let function = log.function.clone();
        self.observer.tell(|| Observation::Delivery(Box::new(log)));
        if let Some(lost) = lost {
            self.tell(&function, &lost.0, EventFate::GivenUp { attempts: lost.1 });
        }
        self.changed.notify_one();
    }

    /// Puts back what failed. Returns the time until the retry, and what is given up, with its number of
    /// attempts.
    fn conclude(&self, work: Work, ended: &Ended, now: Instant) -> (Option<Duration>, Option<(String, u32)>) {
        let Work { consumer, attempt, of, .. } = work;
        let mut state = lock(&self.state);
        match of {
            WorkOf::Queue { queue, messages } => {
                if let Some(busy) = state.busy.get_mut(&consumer.function.name) {
                    *busy -= 1;
                }
                let Some(queue) = state.queues.get_mut(&queue) else { return (None, None) };
                let has_failed = |at: usize| match &ended.answered {
                    Ok(Answered::Failed(places)) => places.contains(&at),
                    Ok(_) => false,
                    Err(_) => true,
                };
                let mut again = None;
                for (at, message) in messages.iter().enumerate() {
                    if !has_failed(at) {
                        queue.delete(&message.receipt_handle);
                        continue;
                    }
                    // Otherwise its visibility timeout continues.
                    if let Some(pause) = self.retry_after {
                        queue.release(&message.receipt_handle, now + pause);
                    }
                    // A message that has been received as often as allowed becomes a dead letter at the
                    // next receive.
                    if message.receive_count < queue.receives() {
                        again = Some(self.retry_after.unwrap_or(queue.visibility()));
                    }
                }
                (again, None)
            }
            WorkOf::Later(mut later) => {
                state.at_work -= 1;
                let Err(why) = &ended.answered else { return (None, None) };
                later.failures += 1;
                let retries = consumer.source.retries().unwrap_or_default();
                let pause = self.retry_after.unwrap_or_else(|| consumer::pause(later.failures));
                let max_age = Duration::from_secs(retries.max_age.into());
                if later.failures <= retries.retries && now + pause - later.since <= max_age {
                    later.due = now + pause;
                    state.later.push(later);
                    return (Some(pause), None);
                }
                let lost = (later.id.clone(), later.failures);
                let Later { id, function, event, .. } = later;
                let (time, what) = (self.clock.millis(now), What::Event(event));
                state.lost.keep(Lost { id, function, why: why.clone(), time, what });
                (None, Some(lost))
            }
            WorkOf::Stream(batch) => {
                let EventSource::Stream(source) = &consumer.source else { return (None, None) };
                let Some(shard) = state.shards.get_mut(&consumer.function.name) else { return (None, None) };
                let answered = match &ended.answered {
                    Ok(Answered::Done) => {
                        shard.done();
                        return (None, None);
                    }
                    Ok(answered) => Some(answered),
                    Err(_) => None,
                };
                let pause = self.retry_after.unwrap_or(STREAM_PAUSE);
                let seconds = self.clock.millis(now) / 1_000;
                let too_old = |record: &StreamRecord| {
                    source.max_age.is_some_and(|age| seconds.saturating_sub(record.created) > age.into())
                };
                let failed = shard.failed(batch, answered, source, now + pause, too_old);
                let again = failed.again.then_some(pause);
                let Some(first) = failed.lost.first() else { return (again, None) };
                let id = first.event_id.clone();
                let why = match &ended.answered {
                    Err(why) => why.clone(),
                    Ok(_) => "the function reported a failure".to_owned(),
                };
                let function = consumer.function.name.clone();
                let (time, what) = (self.clock.millis(now), What::Records(failed.lost));
                state.lost.keep(Lost { id: id.clone(), function, why, time, what });
                (again, Some((id, attempt)))
            }
        }
    }
}

impl Ended {
    fn new(work: &Work, outcome: Result<Bytes, InvokeError>, cold_start: bool) -> Self {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => return Self { answered: Err(error.to_string()), answer: None, cold_start },
        };
        let ids: Vec<&str> = work.ids.iter().map(String::as_str).collect();
        // The answer to an asynchronous event is ignored.
        let answered = match &work.of {
            WorkOf::Later(_) => Ok(Answered::Done),
            _ => match serde_json::from_slice(&answer) {
                Ok(value) => Answered::read(&value, &ids).map_err(|error| error.to_string()),
                Err(_) => Err(InvokeError::NotJson.to_string()),
            },
        };
        Self { answered, answer: Some(answer), cold_start }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use routegen_apigw::consumer::MessageAttribute;
    use routegen_spec::{EventRule, QueueSource, StreamSource};
    use serde_json::json;

    use super::*;
    use crate::{
        events::{hub::EventError, queue::Outgoing},
        observe::Observer,
    };

    fn hub(name: &str, source: EventSource) -> Arc<Hub> {
        let hub = Hub::new(Arc::default(), Observer::default(), None);
        hub.deploy("eu-central-1", &[DeployedConsumer::idle(name, source)]);
        hub
    }

    fn queue(change: impl FnOnce(&mut QueueSource)) -> EventSource {
        let mut source = QueueSource::new("orders".parse().unwrap());
        change(&mut source);
        EventSource::Queue(source)
    }

    /// The number of records of all events that are due, none of which is too large for Lambda.
    fn records(hub: &Hub) -> usize {
        let (due, _) = hub.due(Instant::now());
        for work in &due {
            let bytes = work.event.to_string().len();
            assert!(bytes <= limits::PAYLOAD_BYTES, "{bytes}");
        }
        due.iter().map(|work| work.ids.len()).sum()
    }

    #[test]
    fn filters_see_the_arn_that_the_function_gets() {
        for (fifo, group, ending) in [(true, Some("a"), "orders.fifo"), (false, None, ":orders")] {
            let filter = json!({ "eventSourceARN": [{ "suffix": ending }] }).to_string().parse().unwrap();
            let hub = hub("on-order", queue(|source| (source.fifo, source.filter) = (fifo, vec![filter])));
            hub.send_text("orders", "{}", group).unwrap();
            let (due, _) = hub.due(Instant::now());
            let arns = due.iter().map(|work| work.event["Records"][0]["eventSourceARN"].as_str().unwrap());
            let arns: Vec<_> = arns.collect();
            assert_eq!(arns.len(), 1, "{ending}");
            assert!(arns[0].ends_with(ending), "{arns:?}");
        }
    }

    #[test]
    fn an_event_of_messages_with_large_attributes_or_escaped_bodies_is_not_too_large() {
        let large = limits::MESSAGE_BYTES - 100;
        let text = MessageAttribute::Text { data_type: "String".to_owned(), value: "a".repeat(large) };
        let attributes = BTreeMap::from([("note".to_owned(), text)]);
        for outgoing in [
            Outgoing { body: "a".to_owned(), attributes, ..Outgoing::default() },
            // Each line feed takes two bytes in JSON.
            Outgoing { body: "\n".repeat(large), ..Outgoing::default() },
        ] {
            let hub = hub("on-order", queue(|source| source.batch = 10));
            for _ in 0..8 {
                hub.send("orders", outgoing.clone()).unwrap();
            }
            assert_eq!(records(&hub), 8);
        }
    }

    #[test]
    fn an_event_of_many_small_messages_is_not_too_large() {
        let hub = hub("on-order", queue(|source| source.batch = 10_000));
        // Everything else in their records takes more than their bodies.
        for _ in 0..10_000 {
            hub.send_text("orders", &"a".repeat(250), None).unwrap();
        }
        assert_eq!(records(&hub), 10_000);
    }

    #[test]
    fn an_event_of_large_records_is_not_too_large() {
        let mut source = StreamSource::new("items".parse().unwrap());
        source.batch = 100;
        let hub = hub("on-change", EventSource::Stream(source));
        let item = serde_json::Map::from_iter([("text".to_owned(), "\n".repeat(1024 * 1024).into())]);
        for _ in 0..4 {
            hub.change("items", serde_json::Map::new(), (None, Some(item.clone()))).unwrap();
        }
        assert_eq!(records(&hub), 2, "a shard has one batch at a time");
        assert_eq!(hub.pending("on-change").0, 2);
    }

    #[tokio::test]
    async fn events_that_a_function_works_on_count_towards_those_that_are_accepted() {
        let hub = hub("on-event", EventSource::Event(EventRule::new()));
        let put = || hub.put_event(None, &json!({ "source": "shop", "detail-type": "Paid" })).map(drop);
        while put().is_ok() {}
        let (mut due, _) = hub.due(Instant::now());
        assert_eq!(hub.pending("on-event").0, 0);
        assert_eq!(put(), Err(EventError::Full));
        hub.clone().work(due.remove(0)).await;
        assert_eq!((put(), put()), (Ok(()), Err(EventError::Full)));
    }
}
