//! A message on its way to a queue.

use std::{collections::BTreeMap, time::Duration};

/// A message with how it is sent.
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

/// How a message is sent.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Options {
    pub(crate) delay: Option<Duration>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication_id: Option<String>,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl<'a, T> Outgoing<'a, T> {
    /// A message with this body.
    pub fn new(body: &'a T) -> Self {
        Self { body, options: Options::default() }
    }

    /// It can be received after this time, of which whole seconds count, at most 900. FIFO queues have no such delay.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.options.delay = Some(delay);
        self
    }

    /// Of this group: messages of one group stay in order in a FIFO queue, where each message has a group. In a standard queue groups are
    /// served fairly.
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.options.group = Some(group.into());
        self
    }

    /// A FIFO queue takes one message with this id in five minutes. A queue with deduplication by content does without.
    pub fn deduplication_id(mut self, id: impl Into<String>) -> Self {
        self.options.deduplication_id = Some(id.into());
        self
    }

    /// With a text beside the body, of which a message has at most 10.
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
