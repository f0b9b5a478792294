//! A queue for tests, with a clock that they move.

use std::{collections::BTreeMap, time::Duration};

use routegen_apigw::consumer::MessageAttribute;
use tokio::time::Instant;

use super::{
    held::{Queue, Settings},
    message::{NotSent, Outgoing, Sent},
    receive::Received,
};

/// A queue with its clock and a counter for ids.
pub(super) struct World {
    pub(super) queue: Queue,
    pub(super) begin: Instant,
    pub(super) seconds: u64,
    pub(super) ids: u32,
}

impl World {
    pub(super) fn new(fifo: bool) -> Self {
        let settings = Settings { fifo, visibility: Duration::from_secs(60), receives: 2 };
        Self { queue: Queue::new(settings), begin: Instant::now(), seconds: 0, ids: 0 }
    }

    pub(super) fn now(&self) -> (Instant, u64) {
        (self.begin + Duration::from_secs(self.seconds), self.seconds * 1_000)
    }

    pub(super) fn try_send(&mut self, outgoing: Outgoing) -> Result<Sent, NotSent> {
        let now = self.now();
        self.ids += 1;
        let id = format!("m{}", self.ids);
        self.queue.send(now, outgoing, || id)
    }

    pub(super) fn send(&mut self, body: &str, group: Option<&str>) -> Sent {
        let group = group.map(str::to_owned);
        self.try_send(Outgoing { body: body.to_owned(), group, ..Outgoing::default() }).unwrap()
    }

    pub(super) fn receive(&mut self, most: usize) -> Received {
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

    pub(super) fn bodies(&mut self, most: usize) -> Vec<String> {
        self.receive(most).messages.into_iter().map(|message| message.body).collect()
    }
}

/// A message with an attribute of this many bytes, beside its name and type.
pub(super) fn with_attribute(body: &str, bytes: usize) -> Outgoing {
    let text = MessageAttribute::Text { data_type: "String".to_owned(), value: "a".repeat(bytes) };
    let attributes = BTreeMap::from([("note".to_owned(), text)]);
    Outgoing { body: body.to_owned(), attributes, ..Outgoing::default() }
}
