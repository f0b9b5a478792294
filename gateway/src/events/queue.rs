//! A queue that behaves like SQS, in memory.
//!
//! In: messages, and operations on them with times that the caller passes. Out: received messages, and dead
//! letters, which were received too often. It has no clock and calls nothing. Its size is bounded: a full
//! queue refuses messages, and the oldest dead letters are dropped first.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use routegen_apigw::consumer::{MessageAttribute, QueueMessage};
use routegen_spec::{QueueSource, limits};
use tokio::time::Instant;

use super::md5;

/// The maximum number of messages in one queue, and their bytes.
const MESSAGES: usize = 10_000;
const BYTES: usize = 64 * 1024 * 1024;

/// The maximum number of dead letters of one queue, and their bytes.
const DEAD: usize = 1_000;
const DEAD_BYTES: usize = 32 * 1024 * 1024;

/// The settings of a queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Settings {
    pub(super) fifo: bool,
    /// How long a received message stays hidden from further receives.
    pub(super) visibility: Duration,
    /// How often a message is received before it becomes a dead letter.
    pub(super) receives: u32,
}

impl Settings {
    /// The settings with which the Terraform module creates a function's queue.
    pub(super) fn new(source: &QueueSource, timeout: Duration) -> Self {
        let timeout = u32::try_from(timeout.as_secs()).unwrap_or(u32::MAX / limits::VISIBILITY_PER_TIMEOUT);
        let seconds = source.visibility_timeout(timeout).min(*limits::VISIBILITY_TIMEOUT_S.end());
        Self { fifo: source.fifo, visibility: Duration::from_secs(seconds.into()), receives: source.receives }
    }
}

/// A message to send.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outgoing {
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, MessageAttribute>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication: Option<String>,
    pub(crate) delay: Duration,
}

impl Outgoing {
    /// Its size in bytes, as SQS counts it.
    pub(crate) fn size(&self) -> usize {
        size(&self.body, &self.attributes)
    }
}

/// The size of a message in bytes: its body, and the name, type and value of each attribute
/// ([`MessageAttributeValue`]).
///
/// [`MessageAttributeValue`]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html
fn size(body: &str, attributes: &BTreeMap<String, MessageAttribute>) -> usize {
    let beside = attributes.iter().map(|(name, attribute)| match attribute {
        MessageAttribute::Text { data_type, value } => name.len() + data_type.len() + value.len(),
        // Four characters of base64 are three bytes.
        MessageAttribute::Binary { data_type, value } => {
            name.len() + data_type.len() + value.trim_end_matches('=').len() * 3 / 4
        }
        _ => name.len(),
    });
    body.len() + beside.sum::<usize>()
}

fn size_of(message: &QueueMessage) -> usize {
    size(&message.body, &message.attributes)
}

/// What its sender gets back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) md5: String,
    pub(crate) sequence: Option<String>,
    /// Whether the queue already had it.
    pub(crate) duplicate: bool,
}

/// Why a queue does not accept a message.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NotSent {
    #[error("a message of a FIFO queue requires a group")]
    NoGroup,
    #[error("a message of a FIFO queue cannot have a delay of its own")]
    FifoDelay,
    #[error("a delay is at most {} seconds", limits::MESSAGE_DELAY_S.end())]
    Delay,
    #[error("the message is larger than {} bytes", limits::MESSAGE_BYTES)]
    Large,
    #[error("a message cannot be empty")]
    Empty,
    #[error("the message holds a character that SQS does not take: {0}")]
    Character(String),
    #[error("a message has at most {} attributes", limits::MESSAGE_ATTRIBUTES)]
    Attributes,
    #[error("the local queue is full: it keeps {MESSAGES} messages and 64 MiB")]
    Full,
}

#[derive(Debug)]
struct Held {
    message: QueueMessage,
    /// When it becomes, or became, receivable.
    visible: Instant,
    in_flight: bool,
}

/// The numbers of messages, by state.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) waiting: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
    pub(crate) dead: usize,
}

/// The result of one poll: the messages of a batch, and those that became dead letters instead.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) messages: Vec<QueueMessage>,
    pub(super) dead: Vec<QueueMessage>,
}

/// The messages that can be received at a given time.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Waiting {
    pub(super) messages: usize,
    /// Since when the first of them has been waiting.
    pub(super) since: Option<Instant>,
    /// When the next hidden message becomes visible.
    pub(super) next: Option<Instant>,
}

#[derive(Debug)]
pub(super) struct Queue {
    settings: Settings,
    /// In the order in which they were sent.
    held: VecDeque<Held>,
    bytes: usize,
    dead: VecDeque<QueueMessage>,
    /// What was sent to a FIFO queue, by deduplication id.
    known: BTreeMap<String, (Instant, Sent)>,
    sent: u64,
}

impl Queue {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            held: VecDeque::new(),
            bytes: 0,
            dead: VecDeque::new(),
            known: BTreeMap::new(),
            sent: 0,
        }
    }

    /// Changes the settings.
    pub(super) fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.dead.is_empty()
    }

    pub(super) fn fifo(&self) -> bool {
        self.settings.fifo
    }

    pub(super) fn receives(&self) -> u32 {
        self.settings.receives
    }

    pub(super) fn visibility(&self) -> Duration {
        self.settings.visibility
    }

    /// Accepts a message at the time `now`, which is `wall` in milliseconds since 1970.
    pub(super) fn send(
        &mut self,
        (now, wall): (Instant, u64),
        outgoing: Outgoing,
        id: impl FnOnce() -> String,
    ) -> Result<Sent, NotSent> {
        self.check(&outgoing)?;
        let size = outgoing.size();
        let Outgoing { body, attributes, group, deduplication, delay } = outgoing;
        let window = Duration::from_secs(limits::DEDUPLICATION_S);
        self.known.retain(|_, (at, _)| now.duration_since(*at) < window);
        let deduplication = self.fifo().then(|| deduplication.unwrap_or_else(|| hash(&body)));
        let known = deduplication.as_ref().and_then(|id| self.known.get(id));
        if let Some((_, sent)) = known {
            return Ok(Sent { duplicate: true, ..sent.clone() });
        }
        if !self.has_room(size) {
            return Err(NotSent::Full);
        }
        self.sent += 1;
        let sequence = self
            .fifo()
            .then(|| format!("{:020}", 18_849_496_460_467_696_128_u128 + u128::from(self.sent) * 256));
        let sent = Sent { id: id(), md5: md5::of_body(&body), sequence, duplicate: false };
        if let Some(id) = &deduplication {
            self.known.insert(id.clone(), (now, sent.clone()));
        }
        self.bytes += size;
        let message = QueueMessage {
            message_id: sent.id.clone(),
            receipt_handle: String::new(),
            body,
            md5_of_body: sent.md5.clone(),
            sent: wall,
            first_received: 0,
            receive_count: 0,
            sender_id: "routegen".to_owned(),
            group_id: group,
            deduplication_id: deduplication,
            sequence_number: sent.sequence.clone(),
            attributes,
        };
        self.held.push_back(Held { message, visible: now + delay, in_flight: false });
        Ok(sent)
    }

    /// Whether one more message of this size fits.
    fn has_room(&self, size: usize) -> bool {
        self.held.len() < MESSAGES && self.bytes + size <= BYTES
    }

    fn check(&self, outgoing: &Outgoing) -> Result<(), NotSent> {
        let Outgoing { body, attributes, group, delay, .. } = outgoing;
        if self.fifo() && group.is_none() {
            return Err(NotSent::NoGroup);
        }
        if self.fifo() && !delay.is_zero() {
            return Err(NotSent::FifoDelay);
        }
        if delay.as_secs() > *limits::MESSAGE_DELAY_S.end() {
            return Err(NotSent::Delay);
        }
        if body.is_empty() {
            return Err(NotSent::Empty);
        }
        if attributes.len() > limits::MESSAGE_ATTRIBUTES {
            return Err(NotSent::Attributes);
        }
        if outgoing.size() > limits::MESSAGE_BYTES {
            return Err(NotSent::Large);
        }
        let texts = attributes.values().filter_map(|attribute| match attribute {
            MessageAttribute::Text { value, .. } => Some(value),
            _ => None,
        });
        let unfit =
            [body].into_iter().chain(texts).flat_map(|text| text.chars()).find(|c| {
                (*c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
            });
        unfit.map_or(Ok(()), |c| Err(NotSent::Character(c.escape_unicode().to_string())))
    }

    /// The messages that can be received.
    pub(super) fn waiting(&self, now: Instant) -> Waiting {
        let mut waiting = Waiting::default();
        let mut blocked = BTreeSet::new();
        for held in &self.held {
            let group = self.group(held);
            if held.visible > now {
                waiting.next = Some(waiting.next.map_or(held.visible, |next| next.min(held.visible)));
                blocked.extend(group);
            } else if group.is_none_or(|group| !blocked.contains(group)) {
                waiting.messages += 1;
                waiting.since = Some(waiting.since.map_or(held.visible, |since| since.min(held.visible)));
            }
        }
        waiting
    }

    /// The group whose messages must stay in order.
    fn group<'a>(&self, held: &'a Held) -> Option<&'a str> {
        held.message.group_id.as_deref().filter(|_| self.settings.fifo)
    }

    /// Receives up to `most` messages, and stops before one that no longer `fits`, but not before the first.
    /// They, and the messages behind them in their groups, are hidden until their visibility timeout ends.
    pub(super) fn receive(
        &mut self,
        (now, wall): (Instant, u64),
        most: usize,
        mut fits: impl FnMut(&QueueMessage) -> bool,
        mut receipt: impl FnMut() -> String,
    ) -> Received {
        let mut received = Received::default();
        let mut blocked: BTreeSet<String> = BTreeSet::new();
        let mut at = 0;
        while at < self.held.len() && received.messages.len() < most {
            let fifo = self.settings.fifo;
            let held = &mut self.held[at];
            let group = held.message.group_id.clone().filter(|_| fifo);
            if group.as_ref().is_some_and(|group| blocked.contains(group)) {
                at += 1;
                continue;
            }
            if held.visible > now {
                blocked.extend(group);
                at += 1;
                continue;
            }
            if held.message.receive_count >= self.settings.receives {
                if let Some(message) = self.take(at) {
                    received.dead.push(message.clone());
                    self.bury(message);
                }
                continue;
            }
            let mut message = held.message.clone();
            message.receive_count += 1;
            message.receipt_handle = receipt();
            if message.receive_count == 1 {
                message.first_received = wall;
            }
            if !fits(&message) && !received.messages.is_empty() {
                break;
            }
            held.in_flight = true;
            held.visible = now + self.settings.visibility;
            held.message = message.clone();
            received.messages.push(message);
            at += 1;
        }
        received
    }

    /// Deletes a message by its last receipt handle; `false` if there is none.
    pub(super) fn delete(&mut self, receipt: &str) -> bool {
        let found = self.held.iter().position(|held| held.message.receipt_handle == receipt);
        found.is_some_and(|at| self.take(at).is_some())
    }

    /// Makes a message receivable again from `visible` on. If it has been received too often, the next
    /// receive makes it a dead letter.
    pub(super) fn release(&mut self, receipt: &str, visible: Instant) {
        let found = self.held.iter_mut().find(|held| held.message.receipt_handle == receipt);
        if let Some(held) = found.filter(|held| held.in_flight) {
            held.visible = visible.min(held.visible);
            held.in_flight = false;
        }
    }

    fn take(&mut self, at: usize) -> Option<QueueMessage> {
        let held = self.held.remove(at)?;
        self.bytes -= size_of(&held.message);
        Some(held.message)
    }

    fn bury(&mut self, message: QueueMessage) {
        self.dead.push_back(message);
        let mut bytes: usize = self.dead.iter().map(size_of).sum();
        while self.dead.len() > DEAD || bytes > DEAD_BYTES {
            let Some(oldest) = self.dead.pop_front() else { break };
            bytes -= size_of(&oldest);
        }
    }

    /// The dead letters, oldest first.
    #[cfg(feature = "page")]
    pub(super) fn dead(&self) -> impl Iterator<Item = &QueueMessage> {
        self.dead.iter()
    }

    /// Sends dead letters again, the one with this id or all, as far as they fit: the rest stays. Returns
    /// their number, or an error if none of them fits.
    pub(super) fn revive(&mut self, now: Instant, id: Option<&str>) -> Result<usize, NotSent> {
        let (mut sent, mut is_full) = (0, false);
        let mut dead = std::mem::take(&mut self.dead);
        dead.retain(|message| {
            if is_full || id.is_some_and(|id| message.message_id != id) {
                return true;
            }
            is_full = !self.has_room(size_of(message));
            if !is_full {
                self.put_again(now, message.clone());
                sent += 1;
            }
            is_full
        });
        self.dead = dead;
        if is_full && sent == 0 { Err(NotSent::Full) } else { Ok(sent) }
    }

    fn put_again(&mut self, now: Instant, mut message: QueueMessage) {
        (message.receive_count, message.first_received) = (0, 0);
        message.receipt_handle.clear();
        self.bytes += size_of(&message);
        self.held.push_back(Held { message, visible: now, in_flight: false });
    }

    pub(super) fn counts(&self, now: Instant) -> Counts {
        let mut counts = Counts { dead: self.dead.len(), ..Counts::default() };
        for held in &self.held {
            let of = if held.visible <= now {
                &mut counts.waiting
            } else if held.in_flight {
                &mut counts.in_flight
            } else {
                &mut counts.delayed
            };
            *of += 1;
        }
        counts
    }
}

/// The deduplication id of a message that was sent to a FIFO queue without one.
fn hash(body: &str) -> String {
    use std::fmt::Write as _;
    digest(&SHA256, body.as_bytes()).as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue with its clock and a counter for ids.
    struct World {
        queue: Queue,
        begin: Instant,
        seconds: u64,
        ids: u32,
    }

    impl World {
        fn new(fifo: bool) -> Self {
            let settings = Settings { fifo, visibility: Duration::from_secs(60), receives: 2 };
            Self { queue: Queue::new(settings), begin: Instant::now(), seconds: 0, ids: 0 }
        }

        fn now(&self) -> (Instant, u64) {
            (self.begin + Duration::from_secs(self.seconds), self.seconds * 1_000)
        }

        fn try_send(&mut self, outgoing: Outgoing) -> Result<Sent, NotSent> {
            let now = self.now();
            self.ids += 1;
            let id = format!("m{}", self.ids);
            self.queue.send(now, outgoing, || id)
        }

        fn send(&mut self, body: &str, group: Option<&str>) -> Sent {
            let group = group.map(str::to_owned);
            self.try_send(Outgoing { body: body.to_owned(), group, ..Outgoing::default() }).unwrap()
        }

        fn receive(&mut self, most: usize) -> Received {
            let now = self.now();
            let ids = &mut self.ids;
            self.queue.receive(
                now,
                most,
                |_| true,
                || {
                    *ids += 1;
                    format!("r{ids}")
                },
            )
        }

        fn bodies(&mut self, most: usize) -> Vec<String> {
            self.receive(most).messages.into_iter().map(|message| message.body).collect()
        }
    }

    #[test]
    fn a_message_that_was_received_is_there_again_when_its_visibility_timeout_ends() {
        let mut world = World::new(false);
        world.send("a", None);
        world.send("b", None);
        assert_eq!(world.bodies(10), ["a", "b"]);
        assert_eq!(world.queue.waiting(world.now().0).messages, 0);
        assert_eq!(world.queue.counts(world.now().0), Counts { in_flight: 2, ..Counts::default() });
        world.seconds = 59;
        assert!(world.bodies(10).is_empty());
        assert_eq!(world.queue.waiting(world.now().0).next, Some(world.begin + Duration::from_secs(60)));
        world.seconds = 60;
        let again = world.receive(10).messages;
        assert_eq!(again.iter().map(|message| message.receive_count).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(again[0].first_received, 0);
        assert!(world.queue.delete(&again[0].receipt_handle));
        assert!(!world.queue.delete(&again[0].receipt_handle), "it is gone");
        assert_eq!(world.queue.counts(world.now().0), Counts { in_flight: 1, ..Counts::default() });
    }

    #[test]
    fn a_receipt_of_an_earlier_receive_deletes_nothing() {
        let mut world = World::new(false);
        world.send("a", None);
        let first = world.receive(1).messages.remove(0);
        world.seconds = 60;
        let second = world.receive(1).messages.remove(0);
        assert!(!world.queue.delete(&first.receipt_handle));
        world.queue.release(&first.receipt_handle, world.now().0);
        assert!(world.bodies(1).is_empty(), "nor does it release it");
        assert!(world.queue.delete(&second.receipt_handle));
    }

    #[test]
    fn a_message_that_was_received_too_often_is_a_dead_letter_and_can_be_sent_again() {
        let mut world = World::new(false);
        world.send("poison", None);
        world.send("good", None);
        for round in 0..2 {
            world.seconds = round * 60;
            for message in world.receive(10).messages {
                if message.body == "good" {
                    world.queue.delete(&message.receipt_handle);
                }
            }
        }
        world.seconds = 120;
        let last = world.receive(10);
        assert!(last.messages.is_empty());
        assert_eq!(last.dead.iter().map(|message| &*message.body).collect::<Vec<_>>(), ["poison"]);
        assert_eq!(world.queue.counts(world.now().0), Counts { dead: 1, ..Counts::default() });
        assert_eq!(world.queue.revive(world.now().0, Some("another")), Ok(0));
        assert_eq!(world.queue.revive(world.now().0, None), Ok(1));
        let again = world.receive(10).messages;
        assert_eq!((again.len(), again[0].receive_count), (1, 1));
        assert!(world.queue.dead().next().is_none());
    }

    #[test]
    fn a_released_message_is_received_when_it_is_said_and_never_later_than_its_timeout() {
        let mut world = World::new(false);
        world.send("a", None);
        let receipt = world.receive(1).messages.remove(0).receipt_handle;
        world.queue.release(&receipt, world.begin + Duration::from_secs(5));
        world.seconds = 4;
        assert!(world.bodies(1).is_empty());
        assert_eq!(world.queue.counts(world.now().0), Counts { delayed: 1, ..Counts::default() });
        world.seconds = 5;
        let receipt = world.receive(1).messages.remove(0).receipt_handle;
        world.queue.release(&receipt, world.begin + Duration::from_secs(500));
        world.seconds = 65;
        assert_eq!(world.receive(1).dead.len(), 1);
    }

    #[test]
    fn a_group_of_a_fifo_queue_waits_for_its_message_in_flight_and_others_do_not() {
        let mut world = World::new(true);
        for (body, group) in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("a3", "a")] {
            world.send(body, Some(group));
        }
        let first = world.receive(2).messages;
        assert_eq!(first.iter().map(|message| &*message.body).collect::<Vec<_>>(), ["a1", "a2"], "in order");
        assert_eq!(world.queue.waiting(world.now().0).messages, 1);
        assert_eq!(world.bodies(10), ["b1"]);
        assert!(world.bodies(10).is_empty(), "a3 waits");
        world.queue.delete(&first[0].receipt_handle);
        assert!(world.bodies(10).is_empty(), "and goes on waiting");
        world.queue.release(&first[1].receipt_handle, world.now().0);
        assert_eq!(world.bodies(10), ["a2", "a3"]);
        // A dead letter does not block its group.
        world.seconds = 60;
        let last = world.receive(10);
        assert_eq!(last.dead.iter().map(|message| &*message.body).collect::<Vec<_>>(), ["a2"]);
        assert_eq!(last.messages.iter().map(|message| &*message.body).collect::<Vec<_>>(), ["b1", "a3"]);
    }

    #[test]
    fn a_fifo_queue_takes_a_message_once_in_five_minutes() {
        let mut world = World::new(true);
        let first = world.send("same", Some("a"));
        let again = world.send("same", Some("b"));
        assert_eq!((again.duplicate, &again.id, &again.sequence), (true, &first.id, &first.sequence));
        let own = Outgoing {
            body: "same".to_owned(),
            group: Some("a".to_owned()),
            deduplication: Some("1".to_owned()),
            ..Outgoing::default()
        };
        let own = world.try_send(own).unwrap();
        assert!(!own.duplicate && own.sequence > first.sequence, "{own:?}");
        world.seconds = limits::DEDUPLICATION_S;
        assert!(!world.send("same", Some("a")).duplicate);
        assert_eq!(world.queue.counts(world.now().0).waiting, 3);
    }

    #[test]
    fn a_delayed_message_is_not_there_before_its_time() {
        let mut world = World::new(false);
        let delay = Duration::from_secs(5);
        world.try_send(Outgoing { body: "late".to_owned(), delay, ..Outgoing::default() }).unwrap();
        assert_eq!(world.queue.counts(world.now().0).delayed, 1);
        world.seconds = 4;
        assert!(world.bodies(1).is_empty());
        world.seconds = 5;
        assert_eq!(world.bodies(1), ["late"]);
    }

    #[test]
    fn what_sqs_refuses_is_refused() {
        let message = |body: &str| Outgoing { body: body.to_owned(), ..Outgoing::default() };
        let grouped = |body: &str| Outgoing { group: Some("a".to_owned()), ..message(body) };
        let mut standard = World::new(false);
        let large = "a".repeat(limits::MESSAGE_BYTES + 1);
        for (outgoing, error) in [
            (message(""), NotSent::Empty),
            (message(&large), NotSent::Large),
            (message("a\0b"), NotSent::Character("\\u{0}".to_owned())),
            (message("\u{ffff}"), NotSent::Character("\\u{ffff}".to_owned())),
            (Outgoing { delay: Duration::from_secs(901), ..message("a") }, NotSent::Delay),
        ] {
            assert_eq!(standard.try_send(outgoing), Err(error));
        }
        standard.send("tab\tand\r\nline", None);
        let mut fifo = World::new(true);
        assert_eq!(fifo.try_send(message("a")), Err(NotSent::NoGroup));
        let late = Outgoing { delay: Duration::from_secs(1), ..grouped("a") };
        assert_eq!(fifo.try_send(late), Err(NotSent::FifoDelay));
    }

    #[test]
    fn a_batch_ends_where_an_event_would_be_too_large_but_has_one_message() {
        let mut world = World::new(false);
        for body in ["aaaa", "bb", "cc"] {
            world.send(body, None);
        }
        let now = world.now();
        let sizes = |received: Received| received.messages.iter().map(|of| of.body.len()).collect::<Vec<_>>();
        let room = |mut room: usize| {
            move |message: &QueueMessage| {
                let fits = message.body.len() <= room;
                room = room.saturating_sub(message.body.len());
                fits
            }
        };
        assert_eq!(sizes(world.queue.receive(now, 10, room(3), String::new)), [4]);
        assert_eq!(sizes(world.queue.receive(now, 10, room(4), String::new)), [2, 2]);
    }

    #[test]
    fn a_queue_keeps_no_more_than_so_many_messages() {
        let mut world = World::new(false);
        for _ in 0..MESSAGES {
            world.send("a", None);
        }
        assert_eq!(
            world.try_send(Outgoing { body: "a".to_owned(), ..Outgoing::default() }),
            Err(NotSent::Full)
        );
        assert_eq!(world.bodies(1).len(), 1);
    }

    /// A message with an attribute of this many bytes, beside its name and type.
    fn with_attribute(body: &str, bytes: usize) -> Outgoing {
        let text = MessageAttribute::Text { data_type: "String".to_owned(), value: "a".repeat(bytes) };
        let attributes = BTreeMap::from([("note".to_owned(), text)]);
        Outgoing { body: body.to_owned(), attributes, ..Outgoing::default() }
    }

    #[test]
    fn the_size_of_a_message_is_that_of_its_body_and_of_all_parts_of_its_attributes() {
        assert_eq!(with_attribute("ab", 3).size(), 2 + "note".len() + "String".len() + 3);
        for (base64, bytes) in [("", 0), ("AA==", 1), ("AAE=", 2), ("AAEC", 3), ("AAECAw==", 4)] {
            let binary =
                MessageAttribute::Binary { data_type: "Binary".to_owned(), value: base64.to_owned() };
            let attributes = BTreeMap::from([("b".to_owned(), binary)]);
            assert_eq!(size("", &attributes), "b".len() + "Binary".len() + bytes, "{base64}");
        }
    }

    #[test]
    fn a_queue_keeps_no_more_than_so_many_bytes_and_attributes_count() {
        let mut world = World::new(false);
        let most = BYTES / limits::MESSAGE_BYTES;
        let large = with_attribute("a", limits::MESSAGE_BYTES - "anoteString".len());
        for _ in 0..most {
            world.try_send(large.clone()).unwrap();
        }
        assert_eq!(world.try_send(with_attribute("a", 0)), Err(NotSent::Full));
        let receipt = world.receive(1).messages.remove(0).receipt_handle;
        assert!(world.queue.delete(&receipt));
        world.try_send(large).unwrap();
        assert_eq!(world.queue.bytes, BYTES);
    }

    #[test]
    fn texts_of_attributes_hold_the_same_characters_as_a_body() {
        let mut world = World::new(false);
        let mut outgoing = with_attribute("a", 0);
        let text =
            |value: &str| MessageAttribute::Text { data_type: "String".to_owned(), value: value.to_owned() };
        outgoing.attributes.insert("other".to_owned(), text("\u{1}"));
        assert_eq!(world.try_send(outgoing.clone()), Err(NotSent::Character("\\u{1}".to_owned())));
        outgoing.attributes.insert("other".to_owned(), text("tab\t"));
        world.try_send(outgoing).unwrap();
    }

    /// Makes dead letters of all messages.
    fn kill(world: &mut World) {
        for _ in 0..=2 {
            world.receive(usize::MAX);
            world.seconds += 60;
        }
    }

    #[test]
    fn dead_letters_that_do_not_fit_into_the_queue_stay() {
        let mut world = World::new(false);
        for body in ["a", "b", "c"] {
            world.send(body, None);
        }
        kill(&mut world);
        for _ in 0..MESSAGES - 2 {
            world.send("d", None);
        }
        let now = world.now().0;
        assert_eq!(world.queue.revive(now, None), Ok(2), "the oldest");
        let dead = |world: &World| world.queue.dead.iter().map(|of| of.body.clone()).collect::<Vec<_>>();
        assert_eq!(dead(&world), ["c"]);
        let id = world.queue.dead[0].message_id.clone();
        for id in [None, Some(&*id)] {
            assert_eq!(world.queue.revive(now, id), Err(NotSent::Full));
        }
        assert_eq!(dead(&world), ["c"]);
        assert_eq!(world.queue.revive(now, Some("another")), Ok(0), "there is none, and no room is needed");
    }

    #[test]
    fn dead_letters_are_sent_again_only_while_their_bytes_fit() {
        let mut world = World::new(false);
        let large = with_attribute("a", limits::MESSAGE_BYTES - "anoteString".len());
        for _ in 0..2 {
            world.try_send(large.clone()).unwrap();
        }
        kill(&mut world);
        for _ in 0..BYTES / limits::MESSAGE_BYTES - 1 {
            world.try_send(large.clone()).unwrap();
        }
        assert_eq!(world.queue.revive(world.now().0, None), Ok(1));
        assert_eq!((world.queue.dead.len(), world.queue.bytes), (1, BYTES));
    }

    #[test]
    fn the_oldest_dead_letters_make_room_for_new_ones_by_their_bytes_too() {
        let mut world = World::new(false);
        let most = DEAD_BYTES / limits::MESSAGE_BYTES;
        for at in 0..=most {
            let body = format!("{at:05}");
            let filled = limits::MESSAGE_BYTES - "00000noteString".len();
            world.try_send(with_attribute(&body, filled)).unwrap();
        }
        kill(&mut world);
        assert_eq!((world.queue.dead.len(), &*world.queue.dead[0].body), (most, "00001"));
    }
}
