//! Receiving from a queue: which messages are there, and how long they are hidden.
//!
//! In: the time, and receipts of earlier receives. Out: messages in their order. A group of a FIFO queue waits
//! for its messages in flight. A message that was received too often becomes a dead letter instead.

use std::collections::BTreeSet;

use routegen_apigw::consumer::QueueMessage;
use tokio::time::Instant;

use super::held::Queue;

/// The result of one poll: the messages of a batch, and those that became dead letters instead.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) messages: Vec<QueueMessage>,
    pub(crate) dead: Vec<QueueMessage>,
}

/// The messages that can be received at a given time.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) messages: usize,
    /// Since when the first of them has been waiting.
    pub(crate) since: Option<Instant>,
    /// When the next hidden message becomes visible.
    pub(crate) next: Option<Instant>,
}

impl Queue {
    /// The messages that can be received.
    pub(crate) fn waiting(&self, now: Instant) -> Waiting {
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

    /// Receives up to `most` messages, and stops before one that no longer `fits`, but not before the first.
    /// They, and the messages behind them in their groups, are hidden until their visibility timeout ends.
    pub(crate) fn receive(
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
    pub(crate) fn delete(&mut self, receipt: &str) -> bool {
        let found = self.held.iter().position(|held| held.message.receipt_handle == receipt);
        found.is_some_and(|at| self.take(at).is_some())
    }

    /// Makes a message receivable again from `visible` on. If it has been received too often, the next
    /// receive makes it a dead letter.
    pub(crate) fn release(&mut self, receipt: &str, visible: Instant) {
        let found = self.held.iter_mut().find(|held| held.message.receipt_handle == receipt);
        if let Some(held) = found.filter(|held| held.in_flight) {
            held.visible = visible.min(held.visible);
            held.in_flight = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        super::{held::Counts, message::Outgoing, world::World},
        *,
    };

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
}
