//! Sending to a queue.
//!
//! In: a message. Out: its id, or why SQS would refuse it. A FIFO queue recognizes duplicates.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use routegen_apigw::consumer::{MessageAttribute, QueueMessage};
use routegen_spec::limits;
use tokio::time::Instant;

use super::{
    held::{Held, Queue},
    message::{NotSent, Outgoing, Sent},
};
use crate::events::md5;

impl Queue {
    /// Accepts a message at the time `now`, which is `wall` in milliseconds since 1970.
    pub(crate) fn send(
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
    use super::{
        super::{
            message::{BYTES, MESSAGES},
            world::{World, with_attribute},
        },
        *,
    };

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
}
