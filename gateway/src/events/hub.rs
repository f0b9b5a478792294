//! The events of a gateway: those that are waiting, and those that were given up.
//!
//! In: what is sent, and the current consumers. Out: what is waiting for them, by the rules of each kind of
//! event source, and how much. It calls no function.

#[cfg(feature = "schedules")]
use std::time::SystemTime;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use routegen_spec::EventSource;
#[cfg(feature = "schedules")]
use routegen_spec::Schedule;
use serde_json::Value;
#[cfg(feature = "page")]
use serde_json::json;
use tokio::{sync::Notify, time::Instant};

use super::{
    clock::Clock,
    consumer::DeployedConsumer,
    lost::{Lost, LostEvents, NoRoom, What},
    queue::{Counts, NotSent, Outgoing, Queue, Sent, Settings},
    shard::Shard,
};
use crate::{
    ids::Ids,
    lock::lock,
    observe::{EventFate, EventLog, Observation, Observer},
};

/// The maximum number of events that wait for their functions, or that functions are working on.
const LATER: usize = 1_000;

/// Why an event is not accepted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// No consumer has such an event source.
    #[error("there is no {kind} `{name}`{}", listed(.known))]
    #[non_exhaustive]
    Unknown {
        /// `queue`, `schedule` or `stream`.
        kind: &'static str,
        /// The requested name.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// It is not a valid event of its kind.
    #[error("{0}")]
    Invalid(String),
    /// Too many events are waiting.
    #[error("too many events are waiting")]
    Full,
}

fn listed(known: &[String]) -> String {
    match known {
        [] => "; the API has none".to_owned(),
        known => format!("; there are {}", known.join(", ")),
    }
}

/// What is waiting for which consumer, and since when.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(super) ids: Arc<Ids>,
    pub(super) observer: Observer,
    pub(super) clock: Clock,
    /// Replaces AWS's own pauses.
    pub(super) retry_after: Option<Duration>,
    /// Whether schedules fire by themselves.
    #[cfg(feature = "schedules")]
    pub(super) schedules: bool,
    pub(super) state: Mutex<State>,
    pub(super) changed: Notify,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) region: Arc<str>,
    pub(super) consumers: Vec<Arc<DeployedConsumer>>,
    pub(super) queues: BTreeMap<String, Queue>,
    /// The number of batches of queues that each function is working on.
    pub(super) busy: BTreeMap<Arc<str>, usize>,
    pub(super) later: Vec<Later>,
    /// The number of these events that functions are working on.
    pub(super) at_work: usize,
    /// By function: each reads the stream independently.
    pub(super) shards: BTreeMap<Arc<str>, Shard>,
    pub(super) lost: LostEvents,
    pub(super) records: u64,
    /// When schedules are next due, by function.
    #[cfg(feature = "schedules")]
    pub(super) fires: BTreeMap<Arc<str>, (Schedule, Option<SystemTime>)>,
}

/// An event that Lambda has accepted for a function.
#[derive(Clone, Debug)]
pub(super) struct Later {
    pub(super) id: String,
    pub(super) function: Arc<str>,
    pub(super) event: Value,
    pub(super) failures: u32,
    pub(super) since: Instant,
    pub(super) due: Instant,
}

impl Hub {
    pub(crate) fn new(ids: Arc<Ids>, observer: Observer, retry_after: Option<Duration>) -> Arc<Self> {
        Arc::new(Self {
            ids,
            observer,
            clock: Clock::new(),
            retry_after,
            #[cfg(feature = "schedules")]
            schedules: false,
            state: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// Sets whether schedules fire by themselves.
    #[cfg(feature = "schedules")]
    pub(crate) fn with_schedules(hub: Arc<Self>, on: bool) -> Arc<Self> {
        match Arc::try_unwrap(hub) {
            Ok(hub) => Arc::new(Self { schedules: on, ..hub }),
            Err(hub) => hub,
        }
    }

    /// Replaces the consumers. What is waiting stays, for consumers with the same names.
    pub(crate) fn deploy(&self, region: &str, consumers: &[Arc<DeployedConsumer>]) {
        let mut state = lock(&self.state);
        state.region = region.into();
        state.consumers = consumers.to_vec();
        let mut read = Vec::new();
        for consumer in consumers {
            if let EventSource::Queue(source) = &consumer.source {
                let settings = Settings::new(source, consumer.function.timeout);
                let name = source.queue.to_string();
                match state.queues.get_mut(&name) {
                    Some(queue) => queue.set(settings),
                    None => drop(state.queues.insert(name.clone(), Queue::new(settings))),
                }
                read.push(name);
            }
        }
        state.queues.retain(|name, queue| read.contains(name) || !queue.is_empty());
        let is_there = |function: &Arc<str>| consumers.iter().any(|one| one.function.name == *function);
        state.shards.retain(|function, _| is_there(function));
        drop(state);
        self.changed.notify_one();
    }

    /// Sends a message to a queue.
    pub(crate) fn send(&self, name: &str, outgoing: Outgoing) -> Result<Sent, SendError> {
        let now = Instant::now();
        let body = outgoing.body.clone();
        let mut state = lock(&self.state);
        let (name, _) = state.queue(name).ok_or_else(|| SendError::Unknown(state.queue_names()))?;
        let queue = state.queues.get_mut(&name).ok_or(SendError::Unknown(Vec::new()))?;
        let sent = queue.send((now, self.clock.millis(now)), outgoing, || self.ids.invocation())?;
        drop(state);
        if !sent.duplicate {
            self.tell(&name, &sent.id, EventFate::Sent { body });
        }
        self.changed.notify_one();
        Ok(sent)
    }

    /// Sends a text to a queue, and returns its id.
    pub(crate) fn send_text(
        &self,
        queue: &str,
        body: &str,
        group: Option<&str>,
    ) -> Result<String, EventError> {
        let group = group.map(str::to_owned);
        let outgoing = Outgoing { body: body.to_owned(), group, ..Outgoing::default() };
        self.send(queue, outgoing).map(|sent| sent.id).map_err(|error| match error {
            SendError::Unknown(known) => EventError::Unknown { kind: "queue", name: queue.to_owned(), known },
            SendError::NotSent(NotSent::Full) => EventError::Full,
            SendError::NotSent(refused) => EventError::Invalid(refused.to_string()),
        })
    }

    /// Sends dead letters of a queue again, or what a function failed on: the one with this id, or all. What
    /// does not fit stays. Returns the number of those sent, or an error if none of them fits.
    pub(crate) fn revive(&self, of: &str, id: Option<&str>) -> Result<usize, EventError> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        if let Some((name, _)) = state.queue(of) {
            let sent = state.queues.get_mut(&name).map_or(Ok(0), |queue| queue.revive(now, id));
            drop(state);
            self.changed.notify_one();
            return sent.map_err(|_| EventError::Full);
        }
        if !state.consumers.iter().any(|consumer| *consumer.function.name == *of) {
            let functions = state.consumers.iter().map(|consumer| consumer.function.name.to_string());
            let known = state.queue_names().into_iter().chain(functions).collect();
            return Err(EventError::Unknown { kind: "queue and no consumer", name: of.to_owned(), known });
        }
        let mut lost = std::mem::take(&mut state.lost);
        let sent = lost.revive(of, id, |lost| state.take_again(lost, now));
        state.lost = lost;
        drop(state);
        self.changed.notify_one();
        sent.map_err(|NoRoom| EventError::Full)
    }

    pub(super) fn tell(&self, at: &str, id: &str, fate: EventFate) {
        let made = || EventLog { at: at.into(), id: id.to_owned(), fate };
        self.observer.tell(|| Observation::Event(Box::new(made())));
    }

    /// The current consumers.
    pub(crate) fn consumers(&self) -> Vec<Arc<DeployedConsumer>> {
        lock(&self.state).consumers.clone()
    }

    /// The queues with their counts of messages.
    pub(crate) fn queues(&self) -> Vec<(String, Counts)> {
        let now = Instant::now();
        let state = lock(&self.state);
        state.queues.iter().map(|(name, queue)| (name.clone(), queue.counts(now))).collect()
    }

    /// A queue by the name that clients use, and whether it is FIFO.
    pub(crate) fn queue(&self, name: &str) -> Option<(String, bool)> {
        lock(&self.state).queue(name)
    }

    pub(crate) fn region(&self) -> Arc<str> {
        lock(&self.state).region.clone()
    }

    /// How much is waiting for a function that no queue calls, and how much was given up.
    pub(crate) fn pending(&self, function: &str) -> (usize, usize) {
        let state = lock(&self.state);
        let later = state.later.iter().filter(|later| *later.function == *function).count();
        let records = state.shards.get(function).map_or(0, Shard::waiting);
        (later + records, state.lost.count(function))
    }

    /// The dead letters of all queues and functions, each group with its oldest first: owner, id, reason,
    /// time and content.
    #[cfg(feature = "page")]
    pub(crate) fn dead_letters(&self) -> Vec<Value> {
        let state = lock(&self.state);
        let of_queues = state.queues.iter().flat_map(|(name, queue)| {
            queue.dead().map(move |message| {
                json!({
                    "of": name, "id": message.message_id, "time": message.sent,
                    "why": match message.receive_count {
                        1 => "it was received once".to_owned(),
                        count => format!("it was received {count} times"),
                    }, "content": message.body,
                })
            })
        });
        let of_functions = state.lost.iter().map(|lost| {
            let content = match &lost.what {
                What::Event(event) => event.clone(),
                What::Records(records) => json!({ "records": records.len(), "first": records.first().map(|of| json!({
                    "new": of.new_image, "old": of.old_image,
                })) }),
            };
            json!({ "of": *lost.function, "id": lost.id, "time": lost.time, "why": lost.why, "content": content })
        });
        of_queues.chain(of_functions).collect()
    }
}

/// Why a message is not accepted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum SendError {
    #[error("there is no such queue{}", listed(.0))]
    Unknown(Vec<String>),
    #[error(transparent)]
    NotSent(#[from] NotSent),
}

impl State {
    fn queue_names(&self) -> Vec<String> {
        self.queues.keys().cloned().collect()
    }

    /// Clients name a FIFO queue with or without its suffix.
    pub(super) fn queue(&self, name: &str) -> Option<(String, bool)> {
        let short = name.strip_suffix(".fifo");
        let queue = |name: &str| self.queues.get(name).map(|queue| (name.to_owned(), queue.fifo()));
        queue(name).or_else(|| queue(short?).filter(|(_, fifo)| *fifo))
    }

    /// Stores an event for all of these functions, or for none.
    pub(super) fn accept(
        &mut self,
        id: &str,
        functions: &[Arc<str>],
        event: &Value,
        now: Instant,
    ) -> Result<(), EventError> {
        if self.later.len() + self.at_work + functions.len() > LATER {
            return Err(EventError::Full);
        }
        self.later.extend(functions.iter().map(|function| Later {
            id: id.to_owned(),
            function: function.clone(),
            event: event.clone(),
            failures: 0,
            since: now,
            due: now,
        }));
        Ok(())
    }

    /// Stores what a function failed on for it once more; `false` if it does not fit.
    fn take_again(&mut self, lost: &Lost, now: Instant) -> bool {
        match &lost.what {
            What::Event(event) => {
                self.accept(&lost.id, std::slice::from_ref(&lost.function), event, now).is_ok()
            }
            What::Records(records) => {
                self.shards.entry(lost.function.clone()).or_default().put(now, records).is_ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use routegen_apigw::consumer::{ChangeKind, StreamRecord};
    use routegen_spec::{EventRule, StreamSource};
    use serde_json::{Map, json};

    use super::*;

    /// A hub whose events no one takes.
    fn hub(consumers: &[(&str, EventSource)]) -> Arc<Hub> {
        let hub = Hub::new(Arc::default(), Observer::default(), None);
        let consumers = consumers.iter().map(|(name, source)| DeployedConsumer::idle(name, source.clone()));
        hub.deploy("eu-central-1", &consumers.collect::<Vec<_>>());
        hub
    }

    fn reader() -> EventSource {
        EventSource::Stream(StreamSource::new("items".parse().unwrap()))
    }

    fn taker() -> EventSource {
        EventSource::Event(EventRule::new())
    }

    fn change(hub: &Hub, value: &str) -> Result<Vec<String>, EventError> {
        let item = Map::from_iter([("id".to_owned(), value.into())]);
        hub.change("items", item.clone(), (None, Some(item))).map(|(_, reached)| reached)
    }

    fn put(hub: &Hub) -> Result<Vec<String>, EventError> {
        let event = json!({ "source": "shop", "detail-type": "Paid" });
        hub.put_event(None, &event).map(|(_, reached)| reached)
    }

    /// Lets a function fail on what waits for it, for the last time.
    fn lose(hub: &Hub, function: &str, what: What) {
        let id = hub.ids.invocation();
        let lost = Lost { id, function: function.into(), why: String::new(), time: 0, what };
        lock(&hub.state).lost.keep(lost);
    }

    /// Fills a function's shard until it has room for so many records.
    fn fill(hub: &Hub, function: &str, room: usize) -> StreamRecord {
        let record = StreamRecord {
            event_id: "1".to_owned(),
            kind: ChangeKind::Insert,
            keys: Map::new(),
            new_image: None,
            old_image: None,
            sequence_number: "1".to_owned(),
            created: 0,
        };
        let mut state = lock(&hub.state);
        let shard = state.shards.entry(function.into()).or_default();
        let more = vec![record.clone(); room + 1];
        while shard.has_room(&more) {
            shard.put(Instant::now(), std::slice::from_ref(&record)).unwrap();
        }
        record
    }

    #[test]
    fn a_change_reaches_all_readers_of_its_stream_or_none() {
        let hub = hub(&[("a", reader()), ("b", reader())]);
        assert_eq!(change(&hub, "1"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        fill(&hub, "b", 0);
        assert_eq!(change(&hub, "2"), Err(EventError::Full));
        assert_eq!(hub.pending("a").0, 1, "it has only the first change");
        lock(&hub.state).shards.remove("b");
        change(&hub, "2").unwrap();
        assert_eq!(hub.pending("a").0, 2);
    }

    #[test]
    fn an_event_reaches_all_of_its_functions_or_none() {
        let hub = hub(&[("a", taker()), ("b", taker()), ("c", reader())]);
        for _ in 0..LATER / 2 {
            put(&hub).unwrap();
        }
        lock(&hub.state).later.pop();
        assert_eq!(put(&hub), Err(EventError::Full), "there is room for one");
        assert_eq!(hub.pending("a").0 + hub.pending("b").0, LATER - 1);
    }

    #[test]
    fn lost_events_that_do_not_fit_stay_lost() {
        let hub = hub(&[("a", taker())]);
        for _ in 0..LATER - 1 {
            put(&hub).unwrap();
        }
        for _ in 0..3 {
            lose(&hub, "a", What::Event(json!({})));
        }
        assert_eq!(hub.revive("a", None), Ok(1));
        assert_eq!(hub.pending("a"), (LATER, 2));
        assert_eq!(hub.revive("a", None), Err(EventError::Full));
        assert_eq!(hub.pending("a"), (LATER, 2));
        lock(&hub.state).later.clear();
        assert_eq!(hub.revive("a", None), Ok(2));
        assert_eq!(hub.pending("a"), (2, 0));
    }

    #[test]
    fn lost_records_come_back_together_or_stay_lost() {
        let hub = hub(&[("a", reader())]);
        let record = fill(&hub, "a", 2);
        let waiting = hub.pending("a").0;
        lose(&hub, "a", What::Records(vec![record.clone(); 2]));
        lose(&hub, "a", What::Records(vec![record; 2]));
        assert_eq!(hub.revive("a", None), Ok(1));
        assert_eq!(hub.pending("a"), (waiting + 2, 1));
        assert_eq!(hub.revive("a", None), Err(EventError::Full));
        assert_eq!(hub.pending("a"), (waiting + 2, 1));
    }
}
