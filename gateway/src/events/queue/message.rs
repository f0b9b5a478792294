//! A message to send, its size, and why a queue refuses it.

use std::{collections::BTreeMap, time::Duration};

use routegen_apigw::consumer::{MessageAttribute, QueueMessage};
use routegen_spec::limits;

/// The maximum number of messages in one queue, and their bytes.
pub(super) const MESSAGES: usize = 10_000;
pub(super) const BYTES: usize = 64 * 1024 * 1024;

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

pub(super) fn size_of(message: &QueueMessage) -> usize {
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

#[cfg(test)]
mod tests {
    use super::{super::world::with_attribute, *};

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
}
