//! The dead letters of a queue.
//!
//! In: messages that were received too often. Out: the same messages, to look at or to send again. The oldest
//! are dropped first.

use routegen_apigw::consumer::QueueMessage;
use tokio::time::Instant;

use super::{
    held::{Held, Queue},
    message::{NotSent, size_of},
};

/// The maximum number of dead letters of one queue, and their bytes.
const DEAD: usize = 1_000;
const DEAD_BYTES: usize = 32 * 1024 * 1024;

impl Queue {
    /// Adds a dead letter.
    pub(super) fn bury(&mut self, message: QueueMessage) {
        self.dead.push_back(message);
        let mut bytes: usize = self.dead.iter().map(size_of).sum();
        while self.dead.len() > DEAD || bytes > DEAD_BYTES {
            let Some(oldest) = self.dead.pop_front() else { break };
            bytes -= size_of(&oldest);
        }
    }

    /// The dead letters, oldest first.
    #[cfg(feature = "page")]
    pub(crate) fn dead(&self) -> impl Iterator<Item = &QueueMessage> {
        self.dead.iter()
    }

    /// Sends dead letters again, the one with this id or all, as far as they fit: the rest stays. Returns
    /// their number, or an error if none of them fits.
    pub(crate) fn revive(&mut self, now: Instant, id: Option<&str>) -> Result<usize, NotSent> {
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
}

#[cfg(test)]
mod tests {
    use routegen_spec::limits;

    use super::{
        super::{
            held::Counts,
            message::{BYTES, MESSAGES},
            world::{World, with_attribute},
        },
        *,
    };

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
