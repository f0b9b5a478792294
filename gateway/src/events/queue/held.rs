//! What a queue holds: its settings, its messages in their order, and its dead letters.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use routegen_apigw::consumer::QueueMessage;
use routegen_spec::{QueueSource, limits};
use tokio::time::Instant;

use super::message::{BYTES, MESSAGES, Sent, size_of};

/// The settings of a queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Settings {
    pub(crate) fifo: bool,
    /// How long a received message stays hidden from further receives.
    pub(crate) visibility: Duration,
    /// How often a message is received before it becomes a dead letter.
    pub(crate) receives: u32,
}

impl Settings {
    /// The settings with which the Terraform module creates a function's queue.
    pub(crate) fn new(source: &QueueSource, timeout: Duration) -> Self {
        let timeout = u32::try_from(timeout.as_secs()).unwrap_or(u32::MAX / limits::VISIBILITY_PER_TIMEOUT);
        let seconds = source.visibility_timeout(timeout).min(*limits::VISIBILITY_TIMEOUT_S.end());
        Self { fifo: source.fifo, visibility: Duration::from_secs(seconds.into()), receives: source.receives }
    }
}

#[derive(Debug)]
pub(super) struct Held {
    pub(super) message: QueueMessage,
    /// When it becomes, or became, receivable.
    pub(super) visible: Instant,
    pub(super) in_flight: bool,
}

/// The numbers of messages, by state.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) waiting: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
    pub(crate) dead: usize,
}

#[derive(Debug)]
pub(crate) struct Queue {
    pub(super) settings: Settings,
    /// In the order in which they were sent.
    pub(super) held: VecDeque<Held>,
    pub(super) bytes: usize,
    pub(super) dead: VecDeque<QueueMessage>,
    /// What was sent to a FIFO queue, by deduplication id.
    pub(super) known: BTreeMap<String, (Instant, Sent)>,
    pub(super) sent: u64,
}

impl Queue {
    pub(crate) fn new(settings: Settings) -> Self {
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
    pub(crate) fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.dead.is_empty()
    }

    pub(crate) fn fifo(&self) -> bool {
        self.settings.fifo
    }

    pub(crate) fn receives(&self) -> u32 {
        self.settings.receives
    }

    pub(crate) fn visibility(&self) -> Duration {
        self.settings.visibility
    }

    /// Whether one more message of this size fits.
    pub(super) fn has_room(&self, size: usize) -> bool {
        self.held.len() < MESSAGES && self.bytes + size <= BYTES
    }

    /// The group whose messages must stay in order.
    pub(super) fn group<'a>(&self, held: &'a Held) -> Option<&'a str> {
        held.message.group_id.as_deref().filter(|_| self.settings.fifo)
    }

    /// Removes a message.
    pub(super) fn take(&mut self, at: usize) -> Option<QueueMessage> {
        let held = self.held.remove(at)?;
        self.bytes -= size_of(&held.message);
        Some(held.message)
    }

    pub(crate) fn counts(&self, now: Instant) -> Counts {
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
