//! A message to be sent to a queue.

use std::{collections::BTreeMap, time::Duration};

/// A message with its send options.
///
/// ```
/// use std::time::Duration;
/// use routegen_sqs::Outgoing;
///
/// # let order = "pen";
/// let later = Outgoing::new(&order).delay(Duration::from_mins(1)).attribute("source", "web");
/// let in_order = Outgoing::new(&order).group("customer-7").deduplication_id("order-1");
/// ```
#[derive(Debug)]
#[must_use = "it is not sent yet"]
pub struct Outgoing<'a, T> {
    pub(crate) body: &'a T,
    pub(crate) options: Options,
}

/// The send options of a message.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Options {
    pub(crate) delay: Option<Duration>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication_id: Option<String>,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl<'a, T> Outgoing<'a, T> {
    /// Creates a message with this body.
    pub fn new(body: &'a T) -> Self {
        Self { body, options: Options::default() }
    }

    /// Sets how long the message stays invisible, in whole seconds, at most 900. FIFO queues do not support a
    /// delay per message.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.options.delay = Some(delay);
        self
    }

    /// Sets the message group: messages of one group stay in order in a FIFO queue, where every message
    /// requires a group. A standard queue serves groups fairly.
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.options.group = Some(group.into());
        self
    }

    /// Sets the deduplication id: a FIFO queue accepts one message with this id in five minutes. A queue with
    /// content-based deduplication does not require it.
    pub fn deduplication_id(mut self, id: impl Into<String>) -> Self {
        self.options.deduplication_id = Some(id.into());
        self
    }

    /// Adds a text attribute. A message has at most 10 attributes.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.attributes.insert(name.into(), value.into());
        self
    }
}

impl<'a, T> From<&'a T> for Outgoing<'a, T> {
    fn from(body: &'a T) -> Self {
        Self::new(body)
    }
}
